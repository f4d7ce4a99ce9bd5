// What the engine says of networks that might be: asked once for each, a few at a time, so that the
// worker has room for its training in between.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { errorText, type Answer, type CheckedNetwork, type NetworkSpec } from '../engine/api';

export type Check = (spec: NetworkSpec) => Promise<Answer<CheckedNetwork>>;

/**
 * Why a network cannot be: null when it can, undefined while nobody knows. Who gives its own name
 * gets meanwhile what it was told last, so that nothing flickers.
 */
export type Why = (spec: NetworkSpec | undefined, name?: string) => string | null | undefined;

const together = 8;

export class Verdicts implements ReactiveController {
  private known = new Map<string, string | null>();
  private last = new Map<string, string | null>();
  private queue: string[] = [];
  private asked = new Set<string>();
  private working = false;
  private generation = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly check: Check,
  ) {
    host.addController(this);
  }

  hostDisconnected() {
    this.forget();
    this.last.clear();
  }

  /** All that was found out holds no longer: another dataset, perhaps. */
  forget() {
    this.generation++;
    this.known.clear();
    this.asked.clear();
    this.queue = [];
  }

  readonly why: Why = (spec, name) => {
    if (!spec) return null;
    const key = JSON.stringify(spec);
    const verdict = this.known.get(key);
    if (verdict === undefined && !this.asked.has(key)) {
      this.asked.add(key);
      this.queue.push(key);
      if (!this.working) void this.work();
    }
    if (name === undefined) return verdict;
    if (verdict !== undefined) this.last.set(name, verdict);
    return verdict ?? this.last.get(name);
  };

  private async work() {
    this.working = true;
    while (this.queue.length > 0) {
      const { generation } = this;
      const some = this.queue.splice(0, together);
      const verdicts = await Promise.all(some.map((key) => this.ask(key)));
      if (generation !== this.generation) continue;
      some.forEach((key, i) => this.known.set(key, verdicts[i] ?? null));
      if (this.queue.length === 0) this.host.requestUpdate();
    }
    this.working = false;
  }

  private async ask(key: string) {
    try {
      const { error } = await this.check(JSON.parse(key) as NetworkSpec);
      return error ? errorText(error) : null;
    } catch {
      return null; // a worker that is gone says so elsewhere
    }
  }
}
