// The laboratory behind the page: the settings, the engine, and what is known of the run. Elements
// show it and call its commands; every change is told by a 'change' event.
import type {
  Confusion,
  DatasetInfo,
  EngineError,
  EngineEvent,
  NetworkInfo,
  Opened,
  OwnFile,
  Preset,
  RunState,
  Split,
} from '../engine/api';
import { errorText, failure, type Answer } from '../engine/api';
import { startEngine, unpack, type Client, type Snapshot } from '../engine/client';
import { History } from './history';
import { Looker } from './looker';
import { noProgress, type Notice, type Shown } from './state';
import { defaults, fromHash, optimizers, toHash, toTrainConfig, type Settings } from './settings';

const nothingLoaded: Readonly<Record<Split, number>> = { train: 0, validation: 0 };

/** What was thrown while something was opened, as an answer. */
function broken(thrown: unknown): Answer<Opened> {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return failure('broken', '', `This could not be opened (${why}).`);
}

export class Lab extends EventTarget {
  settings: Settings = fromHash(location.hash);
  presets: Preset[] = [];
  dataset: DatasetInfo | null = null;
  network: NetworkInfo | null = null;
  loaded = nothingLoaded;
  run: RunState | 'loading' | 'crashed' = 'loading';
  progress = noProgress;
  history = new History();
  shown: Shown | null = null;
  snapshot: Snapshot | null = null;
  confusion: Confusion | null = null;
  notice: Notice | null = null;
  /** What a screen reader is told. */
  status = 'Loading the engine.';
  /** Whether somebody looks at the confusion matrix, which costs a pass over the validation split. */
  wantsConfusion = false;

  private client: Client = startEngine((event) => this.hear(event));
  private looker = this.makeLooker();
  /** Opening is one thing after another. */
  private queue: Promise<unknown> = Promise.resolve();
  private opens = 0;

  get engine() {
    return this.client.engine;
  }

  get busy() {
    return this.run === 'running' || this.run === 'waiting';
  }

  start() {
    if (this.settings.dataset === 'own') {
      this.settings.dataset = 'digits';
      this.inform(
        'Your own pictures never leave this computer and are not kept: open the files again.',
      );
    }
    addEventListener('hashchange', () => void this.applyHash());
    return this.enqueue(() => this.begin());
  }

  // --- commands ---

  toggle() {
    if (this.busy) void this.engine.pause();
    else void this.train('told');
  }

  epoch() {
    void this.train('epoch');
  }

  step() {
    void this.makeRoom(1).then(() => this.engine.step());
  }

  /** The same initial weights again. */
  reset() {
    if (this.run === 'loading' || this.run === 'crashed') return;
    void this.engine.reset(this.settings.seed);
    void this.askConfusion();
    if (this.run === 'stopped') this.notice = null;
    this.say('Reset: the initial weights again.');
    this.look();
  }

  async set<K extends keyof Settings>(name: K, value: Settings[K]) {
    const before = this.settings;
    if (before[name] === value) return;
    this.settings = { ...before, [name]: value };
    if (name === 'optimizer') this.suggestRate(before.optimizer);
    this.write();
    await this.apply(before);
  }

  /** Does what the settings say now and did not say before. */
  private async apply(before: Settings) {
    const { settings } = this;
    const differs = (...some: (keyof Settings)[]) =>
      some.some((name) => settings[name] !== before[name]);
    if (!this.network) return void this.enqueue(() => this.begin()); // perhaps it fits now
    if (differs('dataset', 'network')) {
      if (!(await this.enqueue(() => this.open()))) return this.restore(before);
    } else if (differs('optimizer', 'rate', 'batch', 'schedule', 'augment', 'epochs', 'seed')) {
      if (differs('seed')) this.reset();
      const { error } = await this.engine.configure(toTrainConfig(settings));
      if (error) {
        this.restore(before);
        return this.complain(error);
      }
    }
    if (differs('picture')) await this.showPicture(settings.picture);
  }

  openFiles(files: OwnFile[]) {
    const before = this.settings;
    return this.enqueue(async () => {
      this.settings = { ...this.settings, dataset: 'own' };
      const ok = await this.accept((setup) => this.engine.openOwn(files, setup));
      if (!ok) this.restore({ ...before });
      return ok;
    });
  }

  /** One image of the visitor's, to be classified. */
  async classify(image: Blob) {
    const { value, error } = await this.engine.prepare(image);
    if (error) return this.complain(error);
    this.shown = { ...value, index: null };
    this.dismiss();
    this.say('Your picture is in the network.');
    this.look();
  }

  async showPicture(index: number) {
    const { value } = await this.engine.picture('validation', index);
    if (!value) return;
    this.shown = { ...value, index };
    this.changed();
    this.look();
  }

  async askConfusion() {
    if (!this.wantsConfusion || !this.network) return;
    if (this.loaded.validation < (this.dataset?.validation ?? 1)) return;
    const { value } = await this.engine.confusion();
    if (value) this.confusion = value;
    this.changed();
  }

  dismiss() {
    this.notice = null;
    this.changed();
  }

  inform(text: string) {
    this.notice = { kind: 'info', text };
    this.changed();
  }

  complain(error: EngineError, action?: Notice['action']) {
    this.notice = { kind: 'error', text: errorText(error), ...(action ? { action } : {}) };
    this.changed();
  }

  /** A new worker in place of a broken one. */
  restartEngine() {
    this.client.terminate();
    this.client = startEngine((event) => this.hear(event));
    // What still waits for the old worker would wait for ever.
    this.looker = this.makeLooker();
    this.queue = Promise.resolve();
    this.dataset = null;
    this.notice = null;
    this.run = 'loading';
    if (this.settings.dataset === 'own') this.settings = { ...this.settings, dataset: 'digits' };
    this.write();
    return this.enqueue(() => this.begin());
  }

  // --- opening ---

  private async begin() {
    try {
      // The page's pictures are grey; nets for colour wait for such a dataset.
      this.presets = (await this.engine.presets()).filter(({ spec }) => spec.input[0] === 1);
    } catch (error) {
      this.hear({
        kind: 'crashed',
        error: { code: 'crashed', where: '', message: error instanceof Error ? error.message : '' },
      });
      return false;
    }
    if (!this.presets.some(({ name }) => name === this.settings.network))
      this.settings = { ...this.settings, network: defaults().network };
    return this.open();
  }

  private open() {
    return this.accept((setup) => this.engine.open(setup));
  }

  /** Opens a network on a dataset; what was there before stays when that is refused. */
  private async accept(
    open: (setup: Parameters<Lab['engine']['open']>[0]) => Promise<Answer<Opened>>,
  ) {
    const preset = this.presets.find(({ name }) => name === this.settings.network);
    if (!preset) return false;
    const { dataset, seed } = this.settings;
    const number = ++this.opens;
    const fresh = this.dataset === null || this.dataset.name !== dataset || dataset === 'own';
    this.opening = fresh ? { dataset, loaded: nothingLoaded } : null;
    const config = toTrainConfig({ ...this.settings, seed });
    const { value, error } = await open({ dataset, spec: preset.spec, config }).catch(broken);
    if (number !== this.opens) return true;
    const arriving = this.opening;
    this.opening = null;
    if (error) {
      this.complain(
        error,
        this.dataset
          ? undefined
          : { label: 'Try again', run: () => void this.enqueue(() => this.begin()) },
      );
      return false;
    }
    if (arriving) this.loaded = arriving.loaded;
    this.dataset = value.dataset;
    this.network = value.network;
    if (this.run === 'loading') this.run = 'ready';
    if (fresh) this.shown = null;
    this.notice = null;
    void this.askConfusion();
    this.write();
    this.say(`${preset.title} on ${dataset} is ready to train.`);
    if (!this.shown)
      void this.showPicture(Math.min(this.settings.picture, value.dataset.validation - 1));
    this.look();
    return true;
  }

  /** The dataset that is being opened, and how much of it has arrived. */
  private opening: { dataset: Settings['dataset']; loaded: Record<Split, number> } | null = null;

  private enqueue<T>(job: () => Promise<T>): Promise<T> {
    const next = this.queue.then(job);
    this.queue = next.catch(() => undefined);
    return next;
  }

  // --- what the engine tells ---

  private hear(event: EngineEvent) {
    if (this.run === 'crashed') return; // whatever else it says is not to be relied on
    if (event.kind === 'progress') {
      const last = event.batches.at(-1);
      this.history.add(event.batches, event.epochs);
      this.progress = {
        step: event.step,
        epoch: event.epoch,
        loss: last?.loss ?? this.progress.loss,
        accuracy: last?.accuracy ?? this.progress.accuracy,
        imagesPerSecond: event.imagesPerSecond ?? this.progress.imagesPerSecond,
      };
      const epoch = event.epochs.at(-1);
      if (epoch) {
        const percent = (epoch.val_accuracy * 100).toFixed(1);
        this.status = `Epoch ${epoch.epoch} of ${this.settings.epochs}: validation accuracy ${percent} percent.`;
        void this.askConfusion();
      }
      this.look();
    } else if (event.kind === 'forgotten') this.forget();
    else if (event.kind === 'state') this.enter(event.state, event.error);
    else if (event.kind === 'data') this.arrived(event);
    else if (event.kind === 'data-failed')
      this.complain(event.error, { label: 'Try again', run: () => this.retry() });
    else if (event.kind === 'reading')
      this.inform(`Reading your pictures: ${event.done} of ${event.total}.`);
    else if (event.kind === 'crashed') this.crashed(event.error);
    this.changed();
  }

  private enter(state: RunState, error?: EngineError) {
    const before = this.run;
    this.run = state;
    if (error) this.complain(error, { label: 'Reset', run: () => this.reset() });
    const said: Record<RunState, string> = {
      ready:
        before === 'running' && this.progress.step > 0
          ? `Paused after step ${this.progress.step}.`
          : this.status,
      running: 'Training.',
      waiting: 'Waiting for the next pictures.',
      finished: 'All epochs are done.',
      stopped: 'Training stopped.',
    };
    this.status = said[state];
    if (state !== 'running') this.look();
  }

  private arrived({ dataset, split, loaded }: Extract<EngineEvent, { kind: 'data' }>) {
    const { opening } = this;
    if (opening?.dataset === dataset) {
      opening.loaded = { ...opening.loaded, [split]: loaded };
      return;
    }
    this.loaded = { ...this.loaded, [split]: loaded };
    if (split !== 'validation') return;
    if (!this.shown) void this.showPicture(this.settings.picture);
    void this.askConfusion();
  }

  private crashed(error: EngineError) {
    this.client.terminate();
    this.run = 'crashed';
    const text = `The engine has stopped (${error.message}). Training can begin again with a new one.`;
    this.notice = {
      kind: 'error',
      text,
      action: { label: 'Restart the engine', run: () => void this.restartEngine() },
    };
  }

  private retry() {
    this.dismiss();
    void this.engine.retryData();
  }

  // --- small things ---

  private makeLooker() {
    return new Looker(
      (pixels) => this.client.engine.look(pixels, []),
      (packed) => {
        this.snapshot = unpack(packed);
        this.changed();
      },
      () => this.run === 'running',
    );
  }

  private async train(until: 'told' | 'epoch') {
    await this.makeRoom(until === 'told' ? defaults().epochs : 1);
    await this.engine.train(until);
  }

  /** More epochs, when all that are set are done. */
  private async makeRoom(more: number) {
    const { epochs } = this.settings;
    const done = this.history.epochs.at(-1)?.epoch ?? 0;
    if (this.run === 'finished' && done >= epochs) await this.set('epochs', done + more);
  }

  private forget() {
    this.history = new History();
    this.progress = noProgress;
    this.confusion = null;
    this.changed();
  }

  private look() {
    if (this.shown && this.network) this.looker.look(this.shown.pixels);
  }

  /** Another optimiser brings its usual rate, unless the visitor chose one. */
  private suggestRate(before: string) {
    const usual = optimizers[before]?.rate;
    const next = optimizers[this.settings.optimizer]?.rate;
    if (next !== undefined && this.settings.rate === usual) this.settings.rate = next;
  }

  private restore(settings: Settings) {
    this.settings = settings;
    this.write();
  }

  private write() {
    const hash = toHash(this.settings);
    if (hash !== location.hash) history.replaceState(null, '', hash || location.pathname);
    this.changed();
  }

  private async applyHash() {
    const before = this.settings;
    this.settings = fromHash(location.hash);
    if (!this.presets.some(({ name }) => name === this.settings.network))
      this.settings.network = before.network;
    this.write();
    await this.apply(before);
  }

  private say(status: string) {
    this.status = status;
    this.changed();
  }

  private changed() {
    this.dispatchEvent(new Event('change'));
  }
}
