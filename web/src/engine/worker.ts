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
  type DatasetName,
  type DeviceWanted,
  type EngineApi,
  type EngineEvent,
  type LayerTypeInfo,
  type Mistakes,
  type NetworkInfo,
  type NetworkSpec,
  type OwnFile,
  type PackedSnapshot,
  type Picture,
  type PlanProfile,
  type Preset,
  type RunState,
  type Setup,
  type Split,
  type TrainConfig,
  type UnitExplanation,
} from './api';
import { Core, nothingOpen, type Open } from './core';
import { handedOver } from './files';
import type { Inspection } from './inspection';
import { read, type SessionHandle } from './module';
import { mistakesAmong } from './mistakes';
import { Opening } from './opening';
import { prepared } from './own-data';
import type { Placement } from './placement';
import { Profiler } from './profiler';
import { Training, type StepResult } from './training';

const compiling: StepResult = {
  ...{ kind: 'pending', compiling: true, step: 0, epoch: 1, samples: 0 },
  ...{ loss: 0, accuracy: 0, learning_rate: 0 },
};

// The worker's script lies in assets/ beside the page; the page says where it is itself, and after
// "#" how many threads are wanted, and after "?" which data will be and whether a run may go on.
const place = new URL(self.name || './#1', self.location.href);
const folderOf = (dataset: DatasetName) => new URL(`data/${dataset}/`, place).href;

class Engine implements EngineApi {
  private readonly core = new Core(place.hash.slice(1) as BuildWanted, handedOver());
  private evaluated: Confusion | null = null;
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
  private readonly opening = new Opening(this.core, folderOf, {
    layOut: (session, spec, config) => this.layOut(session, spec, config),
    changed: (config) => this.changed(config),
    arrived: () => this.training.wake(),
  });

  begin(expected: URLSearchParams) {
    if (expected.has('earlier')) this.core.calmDown();
    this.opening.begin(expected.get('data') as DatasetName | null);
  }

  listen(listener: (event: EngineEvent) => void) {
    this.core.listener = listener;
    if (this.core.build) listener({ kind: 'build', ...this.core.build });
  }

  async presets() {
    return JSON.parse((await this.core.load()).zoo()) as Preset[];
  }

  expect(dataset: DatasetName) {
    this.opening.expect(dataset);
  }

  open(setup: Setup) {
    return this.opening.open(setup);
  }

  openOwn(files: OwnFile[], setup: Setup) {
    return this.opening.openOwn(files, setup);
  }

  retryData() {
    this.opening.retryData();
  }

  configure(config: TrainConfig): Promise<Answer<unknown>> {
    const change = ({ session }: Open): Answer<unknown> => {
      const answer = read(session.configure(this.configText(config)));
      if (!answer.error) this.config = config;
      this.placement?.laidOut();
      return answer;
    };
    return this.core.current(change, true);
  }

  async use(device: DeviceWanted) {
    if (device === 'cpu' && !this.placement) return undefined;
    this.placement ??= await this.makePlacement();
    return this.placement.want(device);
  }

  /** What trains, as far as its speed depends on it. */
  private key() {
    const { batch_size, optimizer } = this.config ?? {};
    return JSON.stringify([
      this.core.opened?.spec,
      batch_size,
      optimizer?.type,
      this.core.build?.threads,
    ]);
  }

  private async makePlacement() {
    const [module, { Placement }] = await Promise.all([this.core.load(), import('./placement')]);
    return new Placement({
      session: () => this.core.opened?.session,
      key: () => this.key(),
      use: (device) => module.useGpu?.(device),
      move: () => (this.config ? this.configure(this.config) : Promise.resolve(nothingOpen)),
      tell: (state) => this.core.listener({ kind: 'device', ...state }),
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
    this.training.expect();
    void this.placement.decide().then(() => {
      if (own === this.asked) job();
    });
  }

  private hear(event: EngineEvent) {
    if (event.kind === 'state') this.state = event.state;
    this.inspection?.poke();
    this.core.listener(event);
  }

  async inspect(port: MessagePort | null) {
    this.inspection?.end();
    this.inspection = undefined;
    if (!port) return;
    const [module, { Inspection }] = await Promise.all([this.core.load(), import('./inspection')]);
    this.inspection = new Inspection(module, port, () => this.state);
    if (this.core.opened) this.inspection.look(this.core.opened.session);
  }

  async inspectorCommand(json: string) {
    this.core.guard(() => ({ value: this.inspection?.command(json) }));
    this.training.collect();
    return Promise.resolve();
  }

  /** A batch of the run, wherever it is; a GPU that fails leaves it to the CPU. */
  private advance(ahead: number): Answer<StepResult> {
    if (this.placement?.busy) return { value: compiling };
    const answer = this.core.guard(({ session }) => read<StepResult>(session.step(ahead)));
    this.core.calmDown();
    this.inspection?.poke();
    if (answer.error?.where !== 'webgpu' || !this.core.opened?.session.onGpu()) return answer;
    this.placement?.lose(answer.error.message);
    return this.advance(ahead);
  }

  reset(seed: number) {
    this.asked++;
    this.core.guard(({ session }) => {
      session.restart(seed);
      return { value: undefined };
    });
    this.training.forget();
  }

  picture(split: Split, index: number): Answer<Picture> {
    return this.core.guard(({ session }) => {
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
    const { opened } = this.core;
    if (!opened) return nothingOpen;
    const mode = opened.dataset === 'digits' ? 'like_mnist' : 'fit';
    return this.core.whole((module) => prepared(module, image, opened.info.shape, mode));
  }

  async look(pixels: Uint8Array, parameters: string[]): Promise<Answer<PackedSnapshot>> {
    const answer = await this.core.current<PackedSnapshot>(({ session }) => {
      const began = performance.now();
      const { json, data } = session.snapshot(pixels, JSON.stringify(parameters));
      const { value, error } = read<Omit<PackedSnapshot, 'data' | 'cost'>>(json);
      return error ? { error } : { value: { ...value, data, cost: performance.now() - began } };
    });
    return answer.value ? Comlink.transfer(answer, [answer.value.data.buffer]) : answer;
  }

  async confusion(): Promise<Answer<Confusion>> {
    const answer = await this.core.current(({ session }) => read<Confusion>(session.evaluate()));
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
    return JSON.parse((await this.core.load()).layerTypes()) as LayerTypeInfo[];
  }

  async check(spec: NetworkSpec): Promise<Answer<CheckedNetwork>> {
    const module = await this.core.load();
    const { opened } = this.core;
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
    return this.core.whole(() => this.core.current(call));
  }

  unitOver(layer: number, channel: number, source: number) {
    const call = ({ session }: Open) =>
      read<{ element: number | null }>(session.unitOver(layer, channel, source));
    return this.core.whole(() => this.core.guard(call));
  }

  setParameter(name: string, element: number, value: number) {
    const call = ({ session }: Open) =>
      read<{ before: number }>(session.setParameter(name, element, value));
    return this.core.whole(() => this.core.current(call, true));
  }

  profile(fuse: boolean): Promise<Answer<PlanProfile>> {
    return this.core.whole(() => {
      const { opened } = this.core;
      if (!opened) return nothingOpen;
      return this.profiler.measure(opened.session, fuse, (call) =>
        this.core.opened?.session === opened.session ? this.core.guard(call) : nothingOpen,
      );
    });
  }

  async checkpoint(): Promise<Answer<Uint8Array>> {
    const call = ({ session }: Open): Answer<Uint8Array> => {
      const { json, data } = session.saveCheckpoint();
      const { error } = read(json);
      return error ? { error } : { value: data };
    };
    const answer = await this.core.whole(() => this.core.current(call));
    return answer.value ? Comlink.transfer(answer, [answer.value.buffer]) : answer;
  }

  calculate(job: CalculationJob): Promise<Answer<Calculation>> {
    return this.core.whole((module) => read<Calculation>(module.calculate(JSON.stringify(job))));
  }

  /** Where the GPU refuses a network, the CPU may do. */
  private layOut(session: SessionHandle, spec: string, config: TrainConfig) {
    const network = read<NetworkInfo>(session.openNetwork(spec, this.configText(config)));
    if (!network.error || this.placement?.backend !== 'webgpu') return network;
    const onCpu = JSON.stringify({ ...config, backend: 'simd' });
    const instead = read<NetworkInfo>(session.openNetwork(spec, onCpu));
    if (!instead.error) this.placement.leave(network.error.message);
    return instead;
  }

  private changed(config: TrainConfig) {
    void this.inspect(null); // who looked looked into another network
    this.config = config;
    this.placement?.laidOut();
    this.asked++;
    this.profiler.abandon();
    this.evaluated = null;
    this.training.forget();
  }

  private configText(config: TrainConfig) {
    return JSON.stringify({ ...config, backend: this.placement?.backend ?? 'simd' });
  }
}

const engine = new Engine();
Comlink.expose(engine);
engine.begin(place.searchParams);
self.postMessage('running'); // see ahead.ts; no call waits for it
