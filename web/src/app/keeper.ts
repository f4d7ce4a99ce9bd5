// Keeps the run in this browser: soon after something changed, not too often, and when the page is
// left. A run in which nothing has happened is not kept.
import type { History } from './history';
import type { Shown } from './state';
import { forgetRun, saveRun } from './store';
import type { Answer } from '../engine/api';

const restMs = 4000;

/** What there is to keep. */
export interface Keepable {
  key: string;
  /** Whether the run differs from a fresh one. */
  begun: boolean;
  history: History;
  shown: Shown | null;
}

export class Keeper {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = Date.now(); // a page that has just opened has better things to do
  private saving = false;
  private again = false;

  constructor(
    private readonly what: () => Keepable | null,
    private readonly checkpoint: () => Promise<Answer<Uint8Array>>,
  ) {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.now();
    });
  }

  /** Something changed. */
  touch() {
    this.timer ??= setTimeout(() => this.now(), Math.max(200, this.last + restMs - Date.now()));
  }

  /** As touch(), without the wait: training has paused, or the page is being left. */
  now() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.saving) this.again = true;
    else void this.save();
  }

  private async save() {
    this.saving = true;
    do {
      this.again = false;
      this.last = Date.now();
      await this.one().catch(() => undefined); // the engine may have gone
    } while (this.again);
    this.saving = false;
  }

  private async one() {
    const run = this.what();
    if (!run) return;
    const { key, begun, shown } = run;
    if (!begun) return void (await forgetRun(key));
    const { value } = await this.checkpoint();
    // Another network may have been opened while the engine answered.
    if (!value || this.what()?.key !== key) return;
    // The curves after the weights: what the engine told before it answered is in them.
    const history = run.history.save();
    await saveRun({ key, at: Date.now(), checkpoint: value, history, shown });
  }
}
