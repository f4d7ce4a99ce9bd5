// The worker: one engine, one session, behind EngineApi.
import * as Comlink from 'comlink';
import { adaptSpec } from './adapt';
import {
  failure,
  type Answer,
  type BuildWanted,
  type Calculation,
  type CalculationJob,
  type CheckedNetwork,
  type Confusion,
  type DatasetInfo,
  type DatasetName,
  type DeviceWanted,
  type EngineApi,
  type EngineBuild,
  type EngineError,
  type EngineEvent,
  type LayerTypeInfo,
  type Mistakes,
  type NetworkInfo,
  type NetworkSpec,
  type Opened,
  type OwnFile,
  type PackedSnapshot,
  type Picture,
  type PlanProfile,
  type Preset,
  type Resumed,
  type RunState,
  type Setup,
  type Split,
  type TrainConfig,
  type UnitExplanation,
} from './api';
import { DatasetLoader, EarlyFiles } from './datasets';
import { loadBuild } from './build';
import { handedOver } from './files';
import type { Inspection } from './inspection';
import { read, type EngineModule, type SessionHandle } from './module';
import { mistakesAmong } from './mistakes';
import { prepared, readOwnData } from './own-data';
import type { Placement } from './placement';
import { Profiler } from './profiler';
import { rehearse } from './rehearsal';
import { choose, here } from './threads';
import { Training, type StepResult } from './training';

/** What is open: a session, where its pictures come from, and what loads them. */
interface Open {
  session: SessionHandle;
  dataset: DatasetName;
  info: DatasetInfo;
  loader?: DatasetLoader;
  /** The network that is open, as the engine was given it. */
  spec: string;
}

const nothingOpen = failure('not_found', '', 'no network is open yet');
const pending: StepResult = {
  ...{ kind: 'pending', step: 0, epoch: 1, samples: 0 },
  ...{ loss: 0, accuracy: 0, learning_rate: 0 },
};

class Engine implements EngineApi {
  private module: Promise<EngineModule> | undefined;
  private build: EngineBuild | undefined;
  private tellArrived: () => void = () => {};
  /** Resolves when most of the engine is here, so that other files may follow. */
  private readonly arrived = new Promise<void>((done) => (this.tellArrived = done));
  private opened: Open | undefined;
  /** Nothing was to be opened yet. */
  private untouched = true;
  private evaluated: Confusion | null = null;
  private expected: EarlyFiles | undefined;
  private listener: (event: EngineEvent) => void = () => {};
  private config: TrainConfig | undefined;
  /** Grows with every command to train or not to. */
  private asked = 0;
  /** Where training runs; none as long as that is the CPU, as in the builds without WebGPU. */
  private placement: Placement | undefined;
  private readonly training = new Training(
    (ahead) => this.advance(ahead),
    (event) => this.hear(event),
    undefined,
    (job) => this.placement?.answered(job),
  );
  private state: RunState = 'ready';
  /** While the inspector is open. */
  private inspection: Inspection | undefined;

  private readonly profiler = new Profiler();

  /** Whoever starts a worker will need what it loads; those who wait for it hear of a failure. */
  begin(dataset: DatasetName | null) {
    const loading = this.load();
    loading.catch(() => undefined);
    if (!dataset) return;
    this.expect(dataset);
    rehearse(loading, () => this.untouched).catch(() => undefined);
  }

  listen(listener: (event: EngineEvent) => void) {
    this.listener = listener;
    if (this.build) listener({ kind: 'build', ...this.build });
  }

  expect(dataset: DatasetName) {
    const folder = folderOf(dataset);
    if (dataset === 'own' || this.expected?.folder === folder) return;
    this.expected?.abandon();
    this.expected = new EarlyFiles(folder, Promise.race([this.load(), this.arrived]));
  }

  async presets() {
    return JSON.parse((await this.load()).zoo()) as Preset[];
  }

  async open(setup: Setup): Promise<Answer<Opened>> {
    this.untouched = false;
    if (setup.checkpoint) await (await this.load()).whole?.().catch(() => undefined);
    const before = this.opened;
    if (before?.dataset === setup.dataset) return this.openNetwork(before, setup);
    if (setup.dataset === 'own')
      return failure(
        'not_found',
        'own data',
        'no files have been opened since the page was loaded',
      );
    const session = new (await this.load()).Session();
    const folder = folderOf(setup.dataset);
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
    const answer = open ? this.openNetwork(open, setup) : (info as { error: EngineError });
    if (answer.error) {
      loader.abandon();
      session.delete();
    } else void loader.load();
    return answer;
  }

  openOwn(files: OwnFile[], setup: Setup) {
    return this.whole((module) => this.readOwn(module, files, setup));
  }

  private async readOwn(module: EngineModule, files: OwnFile[], setup: Setup) {
    const session = new module.Session();
    const info = await readOwnData(module, session, files, (done, total) =>
      this.listener({ kind: 'reading', done, total }),
    );
    const open: Open | undefined = info.value && {
      ...{ session, dataset: 'own' as const, info: info.value },
      spec: '',
    };
    const answer = open ? this.openNetwork(open, setup) : (info as { error: EngineError });
    if (answer.error) {
      session.delete();
      return answer;
    }
    for (const split of ['train', 'validation'] as const) {
      const total = answer.value.dataset[split];
      this.listener({ kind: 'data', dataset: 'own', split, loaded: total, total });
    }
    return answer;
  }

  retryData() {
    void this.opened?.loader?.load();
  }

  configure(config: TrainConfig): Promise<Answer<unknown>> {
    const change = ({ session }: Open): Answer<unknown> => {
      const answer = read(session.configure(this.configText(config)));
      if (!answer.error) this.config = config;
      this.placement?.laidOut();
      return answer;
    };
    return this.current(change, true);
  }

  async use(device: DeviceWanted) {
    if (device === 'cpu' && !this.placement) return undefined;
    this.placement ??= await this.makePlacement();
    return this.placement.want(device);
  }

  /** What trains, as far as its speed depends on it. */
  private key() {
    const { batch_size, optimizer } = this.config ?? {};
    return JSON.stringify([this.opened?.spec, batch_size, optimizer?.type, this.build?.threads]);
  }

  private async makePlacement() {
    const [module, { Placement }] = await Promise.all([this.load(), import('./placement')]);
    return new Placement({
      session: () => this.opened?.session,
      key: () => this.key(),
      use: (device) => module.useGpu?.(device),
      move: () => (this.config ? this.configure(this.config) : Promise.resolve(nothingOpen)),
      tell: (state) => this.listener({ kind: 'device', ...state }),
    });
  }

  train(until: 'told' | 'epoch') {
    this.whenDecided(() => this.training.train(until));
  }

  pause() {
    this.asked++;
    this.training.pause();
  }

  step() {
    this.whenDecided(() => this.training.one());
  }

  /** Trains where it is quicker, when that is what is wanted; that is found out first. */
  private whenDecided(job: () => void) {
    const own = ++this.asked;
    if (!this.placement?.undecided) return job();
    void this.placement.decide().then(() => {
      if (own === this.asked) job();
    });
  }

  private hear(event: EngineEvent) {
    if (event.kind === 'state') this.state = event.state;
    this.inspection?.poke();
    this.listener(event);
  }

  async inspect(port: MessagePort | null) {
    this.inspection?.end();
    this.inspection = undefined;
    if (!port) return;
    const [module, { Inspection }] = await Promise.all([this.load(), import('./inspection')]);
    this.inspection = new Inspection(module, port, () => this.state);
    if (this.opened) this.inspection.look(this.opened.session);
  }

  async inspectorCommand(json: string) {
    this.guard(() => ({ value: this.inspection?.command(json) }));
    this.training.collect();
    return Promise.resolve();
  }

  /** A batch of the run, wherever it is; a GPU that fails leaves it to the CPU. */
  private advance(ahead: number): Answer<StepResult> {
    if (this.placement?.busy) return { value: pending };
    const answer = this.guard(({ session }) => read<StepResult>(session.step(ahead)));
    this.inspection?.poke();
    if (answer.error?.where !== 'webgpu' || !this.opened?.session.onGpu()) return answer;
    this.placement?.lose(answer.error.message);
    return this.advance(ahead);
  }

  reset(seed: number) {
    this.asked++;
    this.guard(({ session }) => {
      session.restart(seed);
      return { value: undefined };
    });
    this.training.forget();
  }

  picture(split: Split, index: number): Answer<Picture> {
    return this.guard(({ session }) => {
      const { json, data } = session.picture(split, index);
      const { label } = JSON.parse(json) as { label: number };
      if (data.length === 0) return failure('not_found', 'picture', 'it has not arrived yet');
      return { value: { label, pixels: data } };
    });
  }

  pictures(split: Split, indices: number[]) {
    const found = indices.flatMap((index) => {
      const { value } = this.picture(split, index);
      return value ? [{ ...value, index }] : [];
    });
    return { value: found };
  }

  async prepare(image: Blob | ImageData): Promise<Answer<Picture>> {
    const { opened } = this;
    if (!opened) return nothingOpen;
    const mode = opened.dataset === 'digits' ? 'like_mnist' : 'fit';
    return this.whole((module) => prepared(module, image, opened.info.shape, mode));
  }

  async look(pixels: Uint8Array, parameters: string[]): Promise<Answer<PackedSnapshot>> {
    const answer = await this.current<PackedSnapshot>(({ session }) => {
      const began = performance.now();
      const { json, data } = session.snapshot(pixels, JSON.stringify(parameters));
      const { value, error } = read<Omit<PackedSnapshot, 'data' | 'cost'>>(json);
      return error ? { error } : { value: { ...value, data, cost: performance.now() - began } };
    });
    return answer.value ? Comlink.transfer(answer, [answer.value.data.buffer]) : answer;
  }

  async confusion(): Promise<Answer<Confusion>> {
    const answer = await this.current(({ session }) => read<Confusion>(session.evaluate()));
    this.evaluated = answer.value ?? null;
    return answer;
  }

  mistakes(truth: number, answer: number, most: number): Answer<Mistakes> {
    const given = this.evaluated?.predictions ?? [];
    const asked = given.flatMap((each, i) => (truth < 0 || each === answer ? [i] : []));
    const { value } = this.pictures('validation', asked);
    return { value: mistakesAmong(value, this.evaluated, { truth, answer, most }) };
  }

  async layerTypes() {
    return JSON.parse((await this.load()).layerTypes()) as LayerTypeInfo[];
  }

  async check(spec: NetworkSpec): Promise<Answer<CheckedNetwork>> {
    const module = await this.load();
    const { opened } = this;
    const adapted = opened ? adaptSpec(spec, opened.info) : spec;
    const checked = read<CheckedNetwork>(module.checkSpec(JSON.stringify(adapted)));
    const last = checked.value?.summary.layers.at(-1);
    if (!opened || !last) return checked;
    // What opening it would say: the engine knows the classes only then.
    const { name, classes } = opened.info;
    const count = classes.length;
    if (last.output.length === 1 && last.output[0] === count) return checked;
    return failure(
      'shape_mismatch',
      last.name,
      `the network ends with ${last.output.join('×')}, but ${name} has ${count} classes; end with a linear layer of ${count} features`,
    );
  }

  explain(pixels: Uint8Array, layer: number, element: number): Promise<Answer<UnitExplanation>> {
    const call = ({ session }: Open) => {
      const began = performance.now();
      const answer = read<UnitExplanation>(session.explainUnit(pixels, layer, element));
      if (answer.value) answer.value.cost = performance.now() - began;
      return answer;
    };
    return this.whole(() => this.current(call));
  }

  unitOver(layer: number, channel: number, source: number) {
    const call = ({ session }: Open) =>
      read<{ element: number | null }>(session.unitOver(layer, channel, source));
    return this.whole(() => this.guard(call));
  }

  setParameter(name: string, element: number, value: number) {
    const call = ({ session }: Open) =>
      read<{ before: number }>(session.setParameter(name, element, value));
    return this.whole(() => this.current(call, true));
  }

  profile(fuse: boolean): Promise<Answer<PlanProfile>> {
    return this.whole(() => {
      const { opened } = this;
      if (!opened) return nothingOpen;
      return this.profiler.measure(opened.session, fuse, (call) =>
        this.opened?.session === opened.session ? this.guard(call) : nothingOpen,
      );
    });
  }

  async checkpoint(): Promise<Answer<Uint8Array>> {
    const call = ({ session }: Open): Answer<Uint8Array> => {
      const { json, data } = session.saveCheckpoint();
      const { error } = read(json);
      return error ? { error } : { value: data };
    };
    const answer = await this.whole(() => this.current(call));
    return answer.value ? Comlink.transfer(answer, [answer.value.buffer]) : answer;
  }

  calculate(job: CalculationJob): Promise<Answer<Calculation>> {
    return this.whole((module) => read<Calculation>(module.calculate(JSON.stringify(job))));
  }

  /** A network on the pictures of `open`, which then takes the place of what was open before. */
  private openNetwork(open: Open, { spec, config, checkpoint }: Setup): Answer<Opened> {
    const adapted = JSON.stringify(adaptSpec(spec, open.info));
    const onCpu = (wanted: TrainConfig) => JSON.stringify({ ...wanted, backend: 'simd' });
    let network = read<NetworkInfo>(open.session.openNetwork(adapted, this.configText(config)));
    if (network.error && this.placement?.backend === 'webgpu') {
      // What the GPU refuses the CPU may do.
      const { message } = network.error;
      network = read<NetworkInfo>(open.session.openNetwork(adapted, onCpu(config)));
      if (!network.error) this.placement.refuse(message);
    }
    if (network.error) return { error: network.error };
    void this.inspect(null); // who looked looked into another network
    const before = this.opened;
    if (before && before.session !== open.session) {
      before.loader?.abandon();
      before.session.delete();
    }
    this.opened = open;
    this.config = config;
    open.spec = adapted;
    this.placement?.laidOut();
    this.asked++;
    this.profiler.abandon();
    this.evaluated = null;
    this.training.forget();
    const value: Opened = { dataset: open.info, network: network.value };
    if (checkpoint) {
      const { value: resumed, error } = read<Resumed>(open.session.restoreCheckpoint(checkpoint));
      Object.assign(value, error ? { notResumed: error } : { resumed });
      if (resumed) this.listener({ kind: 'resumed', ...resumed });
    }
    return { value };
  }

  /** Tells of pictures that arrive, unless another session has taken their place. */
  private loading(dataset: DatasetName, session: SessionHandle) {
    const current = () => this.opened?.session === session;
    return {
      loaded: (split: Split, loaded: number, total: number) => {
        if (!current()) return;
        this.listener({ kind: 'data', dataset, split, loaded, total });
        this.training.wake();
      },
      failed: (error: EngineError) => {
        if (current()) this.listener({ kind: 'data-failed', error });
      },
    };
  }

  private load() {
    this.module ??= this.loadOnce();
    return this.module;
  }

  /** Calls what may still be on its way when the rest of the engine is here. */
  private async whole<T>(
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

  private async loadOnce() {
    const wanted = place.hash.slice(1) as BuildWanted;
    const [module, build] = await loadBuild(choose(wanted, here()), this.tellArrived, handed);
    this.build = build;
    this.listener({ kind: 'build', ...build });
    return module;
  }

  private configText(config: TrainConfig) {
    return JSON.stringify({ ...config, backend: this.placement?.backend ?? 'simd' });
  }

  /** The same with the weights as they are now: those of a GPU are fetched before. */
  private current<T>(call: (open: Open) => Answer<T>, hold = false): Promise<Answer<T>> {
    const session = this.opened?.session;
    if (!session?.onGpu()) return Promise.resolve(this.guard(call));
    return new Promise((done) => session.pull(() => done(this.guard(call)), hold));
  }

  /** Calls the engine. When WebAssembly itself breaks off, only a new worker helps: say so. */
  private guard<T>(call: (open: Open) => Answer<T>): Answer<T> {
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
}

// The worker's script lies in assets/ beside the page; the page says where it is itself, and after
// "#" how many threads are wanted, and after "?" which data will be.
const place = new URL(self.name || './#1', self.location.href);
const folderOf = (dataset: DatasetName) => new URL(`data/${dataset}/`, place).href;

const handed = handedOver();
const engine = new Engine();
Comlink.expose(engine);
engine.begin(place.searchParams.get('data') as DatasetName | null);
self.postMessage('running'); // see ahead.ts; no call waits for it
