// What answers in the worker: the engine's module, and the session that is open in it.
import {
  failure,
  type Answer,
  type BuildWanted,
  type DatasetInfo,
  type DatasetName,
  type EngineBuild,
  type EngineEvent,
} from './api';
import { loadBuild } from './build';
import type { DatasetLoader } from './datasets';
import type { Handed } from './files';
import type { EngineModule, SessionHandle } from './module';
import { choose, here } from './threads';

/** A session, where its pictures come from, and what loads them. */
export interface Open {
  session: SessionHandle;
  dataset: DatasetName;
  info: DatasetInfo;
  loader?: DatasetLoader;
  /** The network that is open, as the engine was given it. */
  spec: string;
}

export const nothingOpen = failure('not_found', '', 'no network is open yet');

const longest = 500; // ms after the engine has been loaded that others wait for the first batch

export class Core {
  listener: (event: EngineEvent) => void = () => {};
  opened: Open | undefined;
  build: EngineBuild | undefined;
  private module: Promise<EngineModule> | undefined;
  private tellArrived: () => void = () => {};
  /** Resolves when most of the engine is here, so that other files may follow. */
  readonly arrived = new Promise<void>((done) => (this.tellArrived = done));

  private tellCalm: () => void = () => {};
  /** Resolves when what a visitor waits for first is done: time for what is wanted later. */
  readonly calm = new Promise<void>((done) => (this.tellCalm = done));

  constructor(
    private readonly wanted: BuildWanted,
    private readonly handed: Handed,
  ) {}

  /** The engine, loaded when it is first asked for. */
  load() {
    this.module ??= this.loadOnce();
    return this.module;
  }

  /** Called as soon as a first batch has been trained, or something needs more than the first files. */
  calmDown() {
    this.tellCalm();
  }

  private async loadOnce() {
    const chosen = choose(this.wanted, here());
    const { tellArrived: arrived, handed, calm } = this;
    const [module, build] = await loadBuild(chosen, { arrived, handed, calm });
    this.build = build;
    setTimeout(() => this.calmDown(), longest);
    this.listener({ kind: 'build', ...build });
    return module;
  }

  /** Calls what may still be on its way when the rest of the engine is here. */
  async whole<T>(
    call: (module: EngineModule) => Answer<T> | Promise<Answer<T>>,
  ): Promise<Answer<T>> {
    const module = await this.load();
    try {
      await module.whole?.();
    } catch (thrown) {
      return failure('not_found', '', (thrown as Error).message);
    }
    return call(module);
  }

  /** Calls the engine. When WebAssembly itself breaks off, only a new worker helps: say so. */
  guard<T>(call: (open: Open) => Answer<T>): Answer<T> {
    if (!this.opened) return nothingOpen;
    try {
      return call(this.opened);
    } catch (thrown) {
      const { error } = failure(
        'crashed',
        '',
        thrown instanceof Error ? thrown.message : String(thrown),
      );
      this.listener({ kind: 'crashed', error });
      return { error };
    }
  }

  /** The same with the weights as they are now: those of a GPU are fetched before. */
  current<T>(call: (open: Open) => Answer<T>, hold = false): Promise<Answer<T>> {
    const session = this.opened?.session;
    if (!session?.onGpu()) return Promise.resolve(this.guard(call));
    return new Promise((done) => session.pull(() => done(this.guard(call)), hold));
  }
}
