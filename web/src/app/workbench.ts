// What stands between the page and its engine: the client and all that is kept beside it. It starts
// the engine, opens a network in it, puts another in its place, and hears what it tells. What visitors
// do with it are the commands in lab.ts.
import type {
  DatasetInfo,
  BuildWanted,
  DeviceState,
  EngineBuild,
  EngineError,
  EngineEvent,
  RunState,
} from '../engine/api';
import { errorText, type Answer } from '../engine/api';
import { startEngine, unpack, type Client, type Snapshot } from '../engine/client';
import { buildOf } from '../engine/threads';
import { deviceReason } from '../elements/words';
import { Course } from './course';
import { Desk } from './desk';
import { Evaluation } from './evaluation';
import { History } from './history';
import { Keeper } from './keeper';
import { Looker } from './looker';
import { Opener, type Earlier, type Outcome } from './opener';
import { Pictures } from './pictures';
import { Pointer } from './pointer';
import { ProfileKeeper } from './profiles';
import type { InspectorFeed } from '../inspector/feed';
import type { Notice, WeightEdit } from './state';
import { defaults, runKey, specOf, type Settings } from './settings';
import { loadRun } from './store';
import { Timeline } from './timeline';

export abstract class Workbench extends Desk {
  snapshot: Snapshot | null = null;
  /** Which engine trains, once it is loaded. */
  build: EngineBuild | null = null;
  /** Where it trains. */
  device: DeviceState = { wanted: 'cpu', on: 'cpu' };
  /** The last weight that was changed by hand, while its effect is to be seen. */
  edit: WeightEdit | null = null;
  readonly course = new Course();
  readonly evaluation = new Evaluation(
    () => this.client.engine,
    () => this.changed(),
  );
  readonly profile = new ProfileKeeper(
    () => this.client.engine,
    () => this.changed(),
  );
  readonly pictures = new Pictures(
    () => this.client.engine,
    () => this.pictureChanged(),
  );
  readonly undoing = new Timeline({
    checkpoint: async () => (this.network ? this.client.engine.checkpoint() : null),
    history: () => this.course.history.save(),
  });
  readonly pointer = new Pointer(
    () => ({ engine: this.client.engine, network: this.network, shown: this.shown }),
    () => this.changed(),
  );

  /** Which build the engine was started as. */
  private started: BuildWanted = 'auto';
  private client: Client = this.startClient();
  private looker = this.makeLooker();
  protected readonly keeper: Keeper | null;
  /** Opening is one thing after another. */
  private queue: Promise<unknown> = Promise.resolve();
  protected readonly opener: Opener;
  protected weightsEdited = false;
  /** Who looks into the engine, while somebody does. */
  private inspector: InspectorFeed | null = null;

  /** `memory`: whether this browser keeps the runs for the next visit. */
  constructor({ memory }: { memory: boolean }) {
    super();
    this.opener = new Opener(() => this.client.engine, memory);
    this.keeper = memory
      ? new Keeper(
          () => this.keepable(),
          () => this.client.engine.checkpoint(),
        )
      : null;
  }

  get engine() {
    return this.client.engine;
  }

  get presets() {
    return this.opener.presets;
  }

  get types() {
    return this.opener.types;
  }

  get dataset() {
    return this.opener.dataset;
  }

  get network() {
    return this.opener.network;
  }

  /** How many pictures of each split are here. */
  get loaded() {
    return this.opener.loaded;
  }

  get run() {
    return this.course.run;
  }

  get shown() {
    return this.pictures.shown;
  }

  /** Whether there is something that a fresh network would lose. */
  get begun() {
    return this.course.progress.step > 0 || this.weightsEdited;
  }

  /** The same initial weights again. */
  abstract reset(): void;
  abstract change(some: Partial<Settings>): Promise<void>;

  async askConfusion() {
    if (!(this.evaluation.wanted || this.edit) || !this.opener.allValidationHere) return;
    await this.evaluation.ask(this.settings.cell);
  }

  /** A new worker in place of a broken one. */
  restartEngine() {
    this.replaceClient();
    this.queue = Promise.resolve(); // what waits for the old worker would wait for ever
    this.notice = null;
    this.write();
    return this.enqueue(() => this.begin());
  }

  private startClient() {
    this.started = this.buildWanted();
    return startEngine((event) => this.hear(event), this.started);
  }

  private buildWanted(): BuildWanted {
    const { threads } = this.settings;
    return this.inspector ? `inspect-${threads}` : buildOf(this.settings);
  }

  get inspected() {
    return this.inspector !== null;
  }

  /**
   * Training goes on in the build that an inspector can look into, and reports go there. Without one
   * the engine stays as it is: to move it once more would be one more pause.
   */
  inspect(inspector: InspectorFeed | null): Promise<unknown> {
    return this.enqueue(async () => {
      this.inspector = inspector;
      if (!inspector) await this.engine.inspect(null);
      else if (this.build?.inspect) await inspector.attach(this.engine);
      else await this.moveEngine();
    });
  }

  private replaceClient() {
    this.client.terminate();
    this.client = this.startClient();
    this.device = { wanted: 'cpu', on: 'cpu' };
    this.looker = this.makeLooker();
    this.opener.forget();
    this.profile.forget();
    this.course.run = 'loading';
  }

  /** Another build of the engine goes on where this one stands. */
  protected async moveEngine() {
    const { busy } = this.course;
    await this.engine.pause();
    const { begun, shown } = this;
    const { value } = await this.engine.checkpoint();
    const history = History.from(this.course.history.save());
    this.replaceClient();
    const why = await this.load();
    const ok = await this.open({
      shown,
      ...(begun && value ? { checkpoint: value, history } : {}),
    });
    if (ok && why) this.inform(why);
    if (ok && busy) await this.engine.train('told');
    return ok;
  }

  // --- opening ---

  protected async begin() {
    // What the browser keeps is looked up while the engine loads.
    const asked = runKey(this.settings);
    const found = this.keeper ? loadRun(asked) : undefined;
    void this.engine.expect(this.settings.dataset).catch(() => undefined); // begin() hears of it, too
    let noGpu: string | undefined;
    try {
      noGpu = await this.load();
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : '';
      this.hear({ kind: 'crashed', error: { code: 'crashed', where: '', message } });
      return false;
    }
    if (!specOf(this.settings, this.presets))
      this.settings = { ...this.settings, network: defaults().network, layers: '' };
    const lost = this.settings.dataset === 'own' && !(await this.opener.hasOwn());
    if (lost) this.settings = { ...this.settings, dataset: 'digits' };
    const key = runKey(this.settings);
    const saved = this.keeper ? await (key === asked ? found : loadRun(key)) : undefined;
    const ok = await this.open(saved && { ...saved, history: History.from(saved.history) });
    if (ok && noGpu) this.inform(noGpu);
    if (lost)
      this.inform('Your own pictures never leave this computer: open the files here once more.');
    return ok;
  }

  /**
   * The engine, and the GPU when that is to train. Where there is none: the build that trains best
   * without one, and why.
   */
  private async load(): Promise<string | undefined> {
    await this.opener.load();
    const { device } = this.settings;
    if (device === 'cpu' || this.started !== 'gpu') return undefined; // or chosen since: a move follows
    const why = await this.engine.use(device);
    if (why === undefined) return undefined;
    this.settings = { ...this.settings, device: 'cpu' };
    this.replaceClient();
    this.device = { wanted: 'cpu', on: 'cpu', why };
    await this.opener.load();
    return why;
  }

  protected async open(earlier: Earlier = {}) {
    this.course.takingUp = earlier.history ?? null;
    return this.take(this.opener.open(this.settings, earlier), earlier);
  }

  /** Takes what is being opened; what the GPU has refused meanwhile is said after that. */
  protected async take(opening: Promise<Answer<Outcome> | undefined>, earlier: Earlier = {}) {
    const before = this.device;
    const ok = this.accept(await opening, earlier);
    if (ok && this.device !== before && this.device.why) this.inform(this.device.why);
    return ok;
  }

  /** Shows what has been opened; what was there before stays when that was refused. */
  private accept(answer: Answer<Outcome> | undefined, earlier: Earlier = {}) {
    if (!answer) return true;
    const { value, error } = answer;
    if (error) {
      this.complain(error, this.dataset ? undefined : this.wayOn(error));
      return false;
    }
    this.weightsEdited = value.resumed !== undefined;
    void this.inspector?.attach(this.engine);
    if (this.run === 'loading') this.course.run = 'ready';
    if (value.fresh) this.pictures.shown = null;
    if (earlier.shown?.index === null) this.pictures.shown = earlier.shown;
    this.edit = null;
    this.profile.forget();
    this.notice = null;
    if (value.notResumed)
      this.inform(`The weights of before are not taken up. ${errorText(value.notResumed)}`);
    this.pointer.adopt(this.settings.unit);
    this.settings = { ...this.settings, ...this.found(value.dataset) };
    void this.askConfusion();
    this.write();
    this.say(`${value.title} on ${this.settings.dataset} is ready to train.`);
    void this.pictures.begin(this.settings.picture);
    this.look();
    this.keeper?.touch();
    return true;
  }

  protected within(picture: number) {
    return Math.min(picture, (this.dataset?.validation ?? 1) - 1);
  }

  /** What an address asks to be looked at, as far as there is such. */
  private found({ classes }: DatasetInfo): Partial<Settings> {
    const { picture, cell } = this.settings;
    const there = cell === 'wrong' || cell.split('-').every((at) => Number(at) < classes.length);
    return {
      picture: this.within(picture),
      unit: this.pointer.text(),
      cell: there ? cell : '',
    };
  }

  /** When nothing could be opened: a network that cannot be gives way to one that can. */
  private wayOn({ where }: EngineError): Notice['action'] {
    const { network, dataset } = this.settings;
    const other = this.presets.find(({ name }) => name === defaults().network);
    if (network === 'own' && other && where !== dataset && where !== 'data')
      return {
        label: `Open ${other.title} instead`,
        run: () => void this.change({ network: other.name }),
      };
    return { label: 'Try again', run: () => void this.enqueue(() => this.begin()) };
  }

  protected enqueue<T>(job: () => Promise<T>): Promise<T> {
    const next = this.queue.then(job);
    this.queue = next.catch(() => undefined);
    return next;
  }

  // --- what the engine tells ---

  private hear(event: EngineEvent) {
    if (this.run === 'crashed') return; // whatever else it says is not to be relied on
    if (event.kind === 'progress') {
      this.course.advance(event, this.settings.epochs);
      if (event.epochs.length > 0) void this.askConfusion();
      this.look();
      this.edit = null;
      this.keeper?.touch();
    } else if (event.kind === 'forgotten') this.forget();
    else if (event.kind === 'resumed') this.course.resume(event);
    else if (event.kind === 'state') this.enter(event.state, event.error);
    else if (event.kind === 'data') this.arrived(event);
    else if (event.kind === 'data-failed')
      this.complain(event.error, { label: 'Try again', run: () => this.retry() });
    else if (event.kind === 'build')
      this.build = {
        threads: event.threads,
        ...(event.gpu ? { gpu: true } : {}),
        ...(event.inspect ? { inspect: true } : {}),
        ...(event.why ? { why: event.why } : {}),
      };
    else if (event.kind === 'device') this.moved(event);
    else if (event.kind === 'reading')
      this.inform(`Reading your pictures: ${event.done} of ${event.total}.`);
    else if (event.kind === 'crashed') this.crashed(event.error);
    this.changed();
  }

  private enter(state: RunState, error?: EngineError) {
    const before = this.run;
    this.course.enter(state);
    if (error) this.complain(error, { label: 'Reset', run: () => this.reset() });
    if (state === 'running') return;
    this.look();
    if (before === 'running') this.keeper?.now();
  }

  /** It trains somewhere else, or cannot. */
  private moved(device: DeviceState) {
    const news = device.trial && device.trial.cpu !== this.device.trial?.cpu;
    this.device = device;
    if (device.why) {
      this.settings = { ...this.settings, device: device.wanted };
      this.write();
    }
    const text = deviceReason(device);
    if (device.why || news) this.inform(text);
    if (text) this.say(text);
  }

  private arrived(event: Extract<EngineEvent, { kind: 'data' }>) {
    if (!this.opener.arrived(event) || event.split !== 'validation') return;
    void this.pictures.begin(this.settings.picture);
    void this.askConfusion();
  }

  private crashed(error: EngineError) {
    this.client.terminate();
    this.course.run = 'crashed';
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

  // --- what is looked at and kept ---

  private makeLooker() {
    return new Looker(
      (pixels) => this.client.engine.look(pixels, this.looksAt()),
      (packed) => {
        this.snapshot = unpack(packed);
        this.pointer.refresh();
        this.changed();
      },
      () => this.run === 'running',
      () => this.pointer.cost,
    );
  }

  /** The parameters that views draw: kernels, and the biases beside them. */
  private looksAt() {
    const { parameters = [] } = this.network ?? {};
    const kernels = parameters.filter(({ shape }) => shape.length === 4);
    const layers = new Set(kernels.map(({ layer }) => layer));
    return parameters.filter(({ layer }) => layers.has(layer)).map(({ name }) => name);
  }

  private keepable() {
    const { begun, shown, network } = this;
    const { key } = this.opener;
    const { history } = this.course;
    const own = shown?.index === null;
    return network && key ? { key, begun: begun || own, history, shown: own ? shown : null } : null;
  }

  private pictureChanged() {
    this.edit = null;
    this.changed();
    this.look();
    this.pointer.refresh();
    if (this.shown?.index === null) this.keeper?.touch();
  }

  private forget() {
    this.course.forget();
    this.evaluation.forget();
    this.edit = null;
    this.changed();
  }

  protected look() {
    if (this.shown && this.network) this.looker.look(this.shown.pixels);
  }

  protected say(status: string) {
    this.course.status = status;
    this.changed();
  }
}
