// What is open: a dataset, as far as it has arrived, and a network on it. Opening another leaves
// everything as it was until the engine has agreed.
import type {
  DatasetInfo,
  DatasetName,
  EngineEvent,
  LayerTypeInfo,
  NetworkInfo,
  Opened,
  OwnFile,
  Preset,
  Setup,
  Split,
} from '../engine/api';
import { failure, type Answer } from '../engine/api';
import type { Client } from '../engine/client';
import type { History } from './history';
import { runKey, specOf, toTrainConfig, type Settings } from './settings';
import { loadFiles, saveFiles, type SavedRun } from './store';

const nothingLoaded: Readonly<Record<Split, number>> = { train: 0, validation: 0 };

/** A run to go on with: one that was kept, or one that an undo brings back. */
export type Earlier = Partial<Pick<SavedRun, 'checkpoint' | 'shown'>> & { history?: History };

/** What became of an opening. */
export interface Outcome extends Opened {
  title: string;
  /** Whether other pictures are there now. */
  fresh: boolean;
}

/** What was thrown while something was opened, as an answer. */
function broken(thrown: unknown): Answer<Opened> {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return failure('broken', '', `This could not be opened (${why}).`);
}

export class Opener {
  presets: Preset[] = [];
  types: LayerTypeInfo[] = [];
  dataset: DatasetInfo | null = null;
  network: NetworkInfo | null = null;
  loaded = nothingLoaded;
  /** The run that the engine is at. */
  key = '';
  private files: OwnFile[] | null = null;
  private opens = 0;
  /** The dataset that is being opened, and how much of it has arrived. */
  private arriving: { dataset: DatasetName; loaded: Record<Split, number> } | null = null;

  constructor(
    private readonly engine: () => Client['engine'],
    private readonly memory: boolean,
  ) {}

  get allValidationHere() {
    return this.dataset !== null && this.loaded.validation >= this.dataset.validation;
  }

  /** What there is to choose from. */
  async load() {
    const engine = this.engine();
    const [presets, types] = await Promise.all([engine.presets(), engine.layerTypes()]);
    // The page's pictures are grey; nets for colour wait for such a dataset.
    this.presets = presets.filter(({ spec }) => spec.input[0] === 1);
    this.types = types;
  }

  /** Whether the visitor's own pictures can be had without asking for them again. */
  async hasOwn() {
    if (!this.files && this.memory) this.files = (await loadFiles()) ?? null;
    return this.files !== null;
  }

  /** Undefined when another opening has overtaken this one. */
  async open(settings: Settings, earlier: Earlier = {}): Promise<Answer<Outcome> | undefined> {
    const { files } = this;
    if (settings.dataset === 'own' && this.dataset?.name !== 'own' && files)
      return this.openFiles(files, settings, earlier);
    const fresh = this.dataset?.name !== settings.dataset;
    return this.accept((setup) => this.engine().open(setup), settings, earlier, fresh);
  }

  async openFiles(files: OwnFile[], settings: Settings, earlier: Earlier = {}) {
    const read = (setup: Setup) => this.engine().openOwn(files, setup);
    const answer = await this.accept(read, settings, earlier, true);
    if (answer?.value && files !== this.files) {
      this.files = files;
      if (this.memory) void saveFiles(files);
    }
    return answer;
  }

  private async accept(
    open: (setup: Setup) => Promise<Answer<Opened>>,
    settings: Settings,
    { checkpoint }: Earlier,
    fresh: boolean,
  ): Promise<Answer<Outcome> | undefined> {
    const wanted = specOf(settings, this.presets);
    if (!wanted)
      return failure('not_found', '', 'The address names no network that is known here.');
    const { dataset } = settings;
    const number = ++this.opens;
    this.arriving = fresh ? { dataset, loaded: nothingLoaded } : null;
    const setup: Setup = { dataset, spec: wanted.spec, config: toTrainConfig(settings) };
    if (checkpoint) setup.checkpoint = checkpoint;
    const { value, error } = await open(setup).catch(broken);
    if (number !== this.opens) return undefined;
    const { arriving } = this;
    this.arriving = null;
    if (error) return { error };
    if (arriving) this.loaded = arriving.loaded;
    this.dataset = value.dataset;
    this.network = value.network;
    this.key = runKey(settings);
    return { value: { ...value, title: wanted.title, fresh } };
  }

  /** More pictures are there; answers whether they are of the dataset that is open. */
  arrived({ dataset, split, loaded }: Extract<EngineEvent, { kind: 'data' }>) {
    const { arriving } = this;
    if (arriving?.dataset === dataset) {
      arriving.loaded = { ...arriving.loaded, [split]: loaded };
      return false;
    }
    this.loaded = { ...this.loaded, [split]: loaded };
    return true;
  }

  /** The engine has gone, and everything in it. */
  forget() {
    this.dataset = null;
    this.arriving = null;
  }
}
