// The worker: one engine, one session, behind EngineApi.
import * as Comlink from 'comlink';
import { adaptSpec } from './adapt';
import {
  failure,
  type Answer,
  type Calculation,
  type CalculationJob,
  type CheckedNetwork,
  type Confusion,
  type DatasetInfo,
  type DatasetName,
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
  type Setup,
  type Split,
  type ThreadsWanted,
  type TrainConfig,
  type UnitExplanation,
} from './api';
import { DatasetLoader, fetchManifest } from './datasets';
import { loadBuild } from './build';
import { read, type EngineModule, type SessionHandle } from './module';
import { readOwnData, rgbaOf } from './own-data';
import { Profiler } from './profiler';
import { choose } from './threads';
import { Training, type StepResult } from './training';

/** What is open: a session, where its pictures come from, and what loads them. */
interface Open {
  session: SessionHandle;
  dataset: DatasetName;
  info: DatasetInfo;
  loader?: DatasetLoader;
}

const nothingOpen = failure('not_found', '', 'no network is open yet');

class Engine implements EngineApi {
  private module: Promise<EngineModule> | undefined;
  private build: EngineBuild | undefined;
  private opened: Open | undefined;
  private evaluated: Confusion | null = null;
  private expected: { dataset: DatasetName; manifest: Promise<Uint8Array | undefined> } | undefined;
  private listener: (event: EngineEvent) => void = () => {};
  private readonly training = new Training(
    () => (this.opened ? this.guard((open) => read<StepResult>(open.session.step())) : nothingOpen),
    (event) => this.listener(event),
  );

  private readonly profiler = new Profiler();

  /** Whoever starts a worker will need what it loads; those who wait for it hear of a failure. */
  begin() {
    this.load().catch(() => undefined);
  }

  listen(listener: (event: EngineEvent) => void) {
    this.listener = listener;
    if (this.build) listener({ kind: 'build', ...this.build });
  }

  expect(dataset: DatasetName) {
    if (dataset !== 'own') this.expected = { dataset, manifest: fetchManifest(folderOf(dataset)) };
  }

  async presets() {
    return JSON.parse((await this.load()).zoo()) as Preset[];
  }

  async open(setup: Setup): Promise<Answer<Opened>> {
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
    const loader = new DatasetLoader(folder, session, this.loading(setup.dataset, session));
    const { expected } = this;
    this.expected = undefined;
    const early = expected?.dataset === setup.dataset ? expected.manifest : undefined;
    const info = await loader.announce(early);
    const open = info.value && { session, dataset: setup.dataset, info: info.value, loader };
    const answer = open ? this.openNetwork(open, setup) : (info as { error: EngineError });
    if (answer.error) session.delete();
    else void loader.load();
    return answer;
  }

  async openOwn(files: OwnFile[], setup: Setup) {
    const module = await this.load();
    const session = new module.Session();
    const info = await readOwnData(module, session, files, (done, total) =>
      this.listener({ kind: 'reading', done, total }),
    );
    const open: Open | undefined = info.value && { session, dataset: 'own', info: info.value };
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

  configure(config: TrainConfig) {
    return this.guard(({ session }) => read(session.configure(JSON.stringify(config))));
  }

  train(until: 'told' | 'epoch') {
    this.training.train(until);
  }

  pause() {
    this.training.pause();
  }

  step() {
    this.training.one();
  }

  reset(seed: number) {
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
    let rgba;
    try {
      rgba = await rgbaOf(image);
    } catch {
      const found = (image instanceof Blob && image.type) || 'a file of unknown type';
      return failure(
        'bad_file',
        image instanceof File ? image.name : '',
        `Expected an image that this browser can read (PNG, JPEG, WebP, …). Found ${found}.`,
      );
    }
    const mode = opened.dataset === 'digits' ? 'like_mnist' : 'fit';
    const shape = JSON.stringify(opened.info.shape);
    const module = await this.load();
    const made = module.prepare(rgba.data, rgba.width, rgba.height, shape, mode);
    const { error } = read(made.json);
    return error ? { error } : { value: { label: -1, pixels: made.data } };
  }

  look(pixels: Uint8Array, parameters: string[]): Answer<PackedSnapshot> {
    const began = performance.now();
    const answer = this.guard<PackedSnapshot>(({ session }) => {
      const { json, data } = session.snapshot(pixels, JSON.stringify(parameters));
      const { value, error } = read<Omit<PackedSnapshot, 'data' | 'cost'>>(json);
      return error ? { error } : { value: { ...value, data, cost: performance.now() - began } };
    });
    return answer.value ? Comlink.transfer(answer, [answer.value.data.buffer]) : answer;
  }

  confusion(): Answer<Confusion> {
    const answer = this.guard(({ session }) => read<Confusion>(session.evaluate()));
    this.evaluated = answer.value ?? null;
    return answer;
  }

  mistakes(truth: number, answer: number, most: number): Answer<Mistakes> {
    const { predictions = [], confidences = [] } = this.evaluated ?? {};
    const asked = predictions.flatMap((given, i) => (truth < 0 || given === answer ? [i] : []));
    const order = truth === answer && truth >= 0 ? -1 : 1;
    const found = this.pictures('validation', asked)
      .value.map((picture) => ({
        ...picture,
        answer: predictions[picture.index] ?? -1,
        confidence: confidences[picture.index] ?? 0,
      }))
      .filter((each) => (truth < 0 ? each.answer !== each.label : each.label === truth))
      .sort((a, b) => order * (b.confidence - a.confidence));
    return { value: { truth, answer, total: found.length, pictures: found.slice(0, most) } };
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

  explain(pixels: Uint8Array, layer: number, element: number): Answer<UnitExplanation> {
    const began = performance.now();
    const answer = this.guard(({ session }) =>
      read<UnitExplanation>(session.explainUnit(pixels, layer, element)),
    );
    if (answer.value) answer.value.cost = performance.now() - began;
    return answer;
  }

  unitOver(layer: number, channel: number, source: number) {
    return this.guard(({ session }) =>
      read<{ element: number | null }>(session.unitOver(layer, channel, source)),
    );
  }

  setParameter(name: string, element: number, value: number) {
    return this.guard(({ session }) =>
      read<{ before: number }>(session.setParameter(name, element, value)),
    );
  }

  profile(fuse: boolean): Promise<Answer<PlanProfile>> {
    const { opened } = this;
    if (!opened) return Promise.resolve(nothingOpen);
    return this.profiler.measure(opened.session, fuse, (call) =>
      this.opened?.session === opened.session ? this.guard(call) : nothingOpen,
    );
  }

  checkpoint(): Answer<Uint8Array> {
    const answer = this.guard<Uint8Array>(({ session }) => {
      const { json, data } = session.saveCheckpoint();
      const { error } = read(json);
      return error ? { error } : { value: data };
    });
    return answer.value ? Comlink.transfer(answer, [answer.value.buffer]) : answer;
  }

  async calculate(job: CalculationJob): Promise<Answer<Calculation>> {
    return read<Calculation>((await this.load()).calculate(JSON.stringify(job)));
  }

  /** A network on the pictures of `open`, which then takes the place of what was open before. */
  private openNetwork(open: Open, { spec, config, checkpoint }: Setup): Answer<Opened> {
    const adapted = JSON.stringify(adaptSpec(spec, open.info));
    const network = read<NetworkInfo>(open.session.openNetwork(adapted, JSON.stringify(config)));
    if (network.error) return { error: network.error };
    const before = this.opened;
    if (before && before.session !== open.session) {
      before.loader?.abandon();
      before.session.delete();
    }
    this.opened = open;
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

  private async loadOnce() {
    const wanted = place.hash.slice(1) as ThreadsWanted;
    const here = { isolated: self.crossOriginIsolated, cores: navigator.hardwareConcurrency };
    const [module, build] = await loadBuild(choose(wanted, here));
    this.build = build;
    this.listener({ kind: 'build', ...build });
    return module;
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
// "#" how many threads are wanted.
const place = new URL(self.name || './#1', self.location.href);
const folderOf = (dataset: DatasetName) => new URL(`data/${dataset}/`, place).href;

const engine = new Engine();
Comlink.expose(engine);
engine.begin();
self.postMessage('running'); // see ahead.ts; no call waits for it
