// Opens networks: on the pictures of a built-in dataset, which come as they are fetched, or of a
// user's own files.
import { adaptSpec } from './adapt';
import {
  failure,
  type Answer,
  type DatasetName,
  type EngineError,
  type NetworkInfo,
  type Opened,
  type OwnFile,
  type Resumed,
  type Setup,
  type Split,
  type TrainConfig,
} from './api';
import type { Core, Open } from './core';
import { DatasetLoader, EarlyFiles } from './datasets';
import { read, type EngineModule, type SessionHandle } from './module';
import { readOwnData } from './own-data';
import { rehearse } from './rehearsal';

/** What happens elsewhere in the worker when a network is opened. */
interface Around {
  /** Has a session lay out a network where it is to be trained. */
  layOut: (session: SessionHandle, spec: string, config: TrainConfig) => Answer<NetworkInfo>;
  /** A network is open that was not, or another one than before, whose session ends after this. */
  changed: (config: TrainConfig) => void;
  /** More pictures have arrived. */
  arrived: () => void;
}

export class Opening {
  /** Nothing was to be opened yet. */
  private untouched = true;
  private expected: EarlyFiles | undefined;

  constructor(
    private readonly core: Core,
    /** Where a built-in dataset's files lie. */
    private readonly folderOf: (dataset: DatasetName) => string,
    private readonly around: Around,
  ) {}

  /** Whoever starts a worker will need what it loads; those who wait for it hear of a failure. */
  begin(dataset: DatasetName | null) {
    const loading = this.core.load();
    loading.catch(() => undefined);
    if (!dataset) return;
    this.expect(dataset);
    rehearse(loading, () => this.untouched).catch(() => undefined);
  }

  expect(dataset: DatasetName) {
    const folder = this.folderOf(dataset);
    if (dataset === 'own' || this.expected?.folder === folder) return;
    this.expected?.abandon();
    const { arrived, calm } = this.core;
    this.expected = new EarlyFiles(folder, Promise.race([this.core.load(), arrived]), calm);
  }

  async open(setup: Setup): Promise<Answer<Opened>> {
    this.untouched = false;
    if (setup.checkpoint) {
      this.core.calmDown(); // a run goes on with any of the pictures
      await (await this.core.load()).whole?.().catch(() => undefined);
    }
    const before = this.core.opened;
    if (before?.dataset === setup.dataset) return this.network(before, setup);
    if (setup.dataset === 'own')
      return failure(
        'not_found',
        'own data',
        'no files have been opened since the page was loaded',
      );
    const session = new (await this.core.load()).Session();
    const folder = this.folderOf(setup.dataset);
    const early = this.expected?.folder === folder ? this.expected : undefined;
    if (!early) this.expected?.abandon();
    this.expected = undefined;
    const listener = this.loading(setup.dataset, session);
    const loader = new DatasetLoader(folder, session, listener, early);
    const info = await loader.announce();
    const open = info.value && {
      ...{ session, dataset: setup.dataset, info: info.value, loader },
      spec: '',
    };
    const answer = open ? this.network(open, setup) : (info as { error: EngineError });
    if (answer.error) {
      loader.abandon();
      session.delete();
    } else void loader.load();
    return answer;
  }

  openOwn(files: OwnFile[], setup: Setup) {
    return this.core.whole((module) => this.readOwn(module, files, setup));
  }

  private async readOwn(module: EngineModule, files: OwnFile[], setup: Setup) {
    const session = new module.Session();
    const info = await readOwnData(module, session, files, (done, total) =>
      this.core.listener({ kind: 'reading', done, total }),
    );
    const open: Open | undefined = info.value && {
      ...{ session, dataset: 'own' as const, info: info.value },
      spec: '',
    };
    const answer = open ? this.network(open, setup) : (info as { error: EngineError });
    if (answer.error) {
      session.delete();
      return answer;
    }
    for (const split of ['train', 'validation'] as const) {
      const total = answer.value.dataset[split];
      this.core.listener({ kind: 'data', dataset: 'own', split, loaded: total, total });
    }
    return answer;
  }

  retryData() {
    void this.core.opened?.loader?.load();
  }

  /** A network on the pictures of `open`, which then takes the place of what was open before. */
  private network(open: Open, { spec, config, checkpoint }: Setup): Answer<Opened> {
    const adapted = JSON.stringify(adaptSpec(spec, open.info));
    const network = this.around.layOut(open.session, adapted, config);
    if (network.error) return { error: network.error };
    const before = this.core.opened;
    open.spec = adapted;
    this.core.opened = open;
    this.around.changed(config);
    if (before && before.session !== open.session) {
      before.loader?.abandon();
      before.session.delete();
    }
    const value: Opened = { dataset: open.info, network: network.value };
    if (checkpoint) {
      const { value: resumed, error } = read<Resumed>(open.session.restoreCheckpoint(checkpoint));
      Object.assign(value, error ? { notResumed: error } : { resumed });
      if (resumed) this.core.listener({ kind: 'resumed', ...resumed });
    }
    return { value };
  }

  /** Tells of pictures that arrive, unless another session has taken their place. */
  private loading(dataset: DatasetName, session: SessionHandle) {
    const current = () => this.core.opened?.session === session;
    return {
      loaded: (split: Split, loaded: number, total: number) => {
        if (!current()) return;
        this.core.listener({ kind: 'data', dataset, split, loaded, total });
        this.around.arrived();
      },
      failed: (error: EngineError) => {
        if (current()) this.core.listener({ kind: 'data-failed', error });
      },
    };
  }
}
