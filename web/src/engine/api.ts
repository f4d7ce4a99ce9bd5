// What the page and the worker say to each other; the one place that types it.
//
// Commands are calls that come back with an Answer. What happens on its own (training, data that
// arrive) comes as EngineEvents. Pictures of the network are never sent unasked: look() takes one.

export interface EngineError {
  code: string;
  where: string;
  message: string;
}

/** A value, or why there is none. */
export type Answer<T> = { value: T; error?: undefined } | { value?: undefined; error: EngineError };

export const failure = (code: string, where: string, message: string): { error: EngineError } => ({
  error: { code, where, message },
});

export const errorText = ({ where, message }: EngineError) =>
  where ? `${where}: ${message}` : message;

export type Split = 'train' | 'validation';

export interface LayerSpec {
  type: string;
  name?: string;
  inputs?: string[];
  [attribute: string]: unknown;
}

export interface NetworkSpec {
  name: string;
  input: number[];
  init?: string;
  layers: LayerSpec[];
}

export interface Preset {
  name: string;
  title: string;
  spec: NetworkSpec;
}

export interface LayerSummary {
  name: string;
  type: string;
  inputs: string[];
  output: number[];
  parameters: number;
  multiply_adds: number;
  memory: number;
  receptive_field: { height: number; width: number };
}

/** Weights, biases and running statistics, in the order of a state_dict. */
export interface ParameterInfo {
  name: string;
  shape: number[];
  /** The number of its layer. */
  layer: number;
  trainable: boolean;
}

/** What a layer may be told, from the engine's own table. */
export interface AttributeInfo {
  name: string;
  kind: 'integer' | 'pair' | 'padding' | 'number' | 'flag' | 'choice';
  /** Null when it must be given. */
  fallback: unknown;
  minimum: number;
  maximum: number;
  help: string;
  choices: string[];
}

export interface LayerTypeInfo {
  name: string;
  short_name: string;
  help: string;
  min_inputs: number;
  max_inputs: number;
  attributes: AttributeInfo[];
}

/** A network that would work, with its figures. */
export interface CheckedNetwork {
  spec: NetworkSpec;
  summary: {
    name: string;
    input: number[];
    parameters: number;
    multiply_adds: number;
    memory: number;
    layers: LayerSummary[];
  };
  parameters: ParameterInfo[];
}

export interface NetworkInfo extends CheckedNetwork {
  steps_per_epoch: number;
}

export interface DatasetInfo {
  name: string;
  classes: string[];
  /** Channels, height, width. */
  shape: number[];
  train: number;
  validation: number;
  parts: Record<Split, number[]>;
}

/** The engine's training settings, as engine/train/config.hpp documents them. */
export interface TrainConfig {
  batch_size: number;
  epochs: number;
  seed: number;
  backend?: string;
  optimizer: { type: string; lr: number; momentum?: number; nesterov?: boolean };
  schedule: { type: string };
  augment: { shift: number; rotate: number; scale: number };
  /** Whether one plan step does what two would, which is quicker and gives the same bits. */
  fuse?: boolean;
}

/** A built-in dataset by its folder, or the user's own, loaded before. */
export type DatasetName = 'digits' | 'fashion' | 'own';

export interface Setup {
  dataset: DatasetName;
  spec: NetworkSpec;
  config: TrainConfig;
  /** A saved run to go on with; one that does not fit is left aside, and `Opened` says why. */
  checkpoint?: Uint8Array;
}

/** Where a saved run stood. */
export interface Resumed {
  step: number;
  epoch: number;
  history: EpochMetrics[];
}

export interface Opened {
  dataset: DatasetInfo;
  network: NetworkInfo;
  resumed?: Resumed;
  /** Why the saved run could not be taken up. */
  notResumed?: EngineError;
}

/** A file that the user gave, with its path inside the folder it came from. */
export interface OwnFile {
  path: string;
  file: File;
}

export interface EpochMetrics {
  epoch: number;
  /** Training steps finished when it ended. */
  step: number;
  loss: number;
  accuracy: number;
  val_loss: number;
  val_accuracy: number;
}

export interface Batch {
  step: number;
  loss: number;
  accuracy: number;
}

/**
 * ready: can train; running; waiting: would train, but the next pictures have not arrived;
 * finished: all epochs are done; stopped: by an error, until a reset.
 */
export type RunState = 'ready' | 'running' | 'waiting' | 'finished' | 'stopped';

/** How many threads a visitor wants: as many as help, or so many. */
export type ThreadsWanted = 'auto' | '1' | '2';

/**
 * Which of the engine's builds a page asks for: with so many threads, with WebGPU, or with so many
 * threads and what the inspector looks through.
 */
export type BuildWanted = ThreadsWanted | 'gpu' | `inspect-${ThreadsWanted}`;

/** Which build of the engine runs, and why it is not the one with threads. */
export interface EngineBuild {
  threads: number;
  /** The build with WebGPU, which has one thread. */
  gpu?: boolean;
  /** The build that the inspector can look into. */
  inspect?: boolean;
  why?: 'wanted' | 'not-isolated' | 'one-core' | 'failed';
}

/** Where a visitor wants training to run; auto: where the open network's steps are quicker. */
export type DeviceWanted = 'auto' | 'cpu' | 'gpu';

/** What some steps of the open network took on either side, in milliseconds a step. */
export interface Trial {
  cpu: number;
  gpu: number;
}

/** Where training runs. */
export interface DeviceState {
  wanted: DeviceWanted;
  on: 'cpu' | 'gpu';
  /** The GPU's, once it has been opened. */
  name?: string;
  /** Why it is the CPU, where the GPU was wanted; `wanted` is then the CPU. */
  why?: string;
  /** What auto found. */
  trial?: Trial;
  /** Steps are being timed. */
  measuring?: boolean;
  /** Shaders are being compiled; a step begins when that is done. */
  compiling?: boolean;
}

export type EngineEvent =
  | {
      kind: 'progress';
      /** Since the last event. */
      batches: Batch[];
      epochs: EpochMetrics[];
      step: number;
      epoch: number;
      learningRate: number;
      /** Of training alone, over about the last second; null while none is known. */
      imagesPerSecond: number | null;
    }
  /** After a reset or with another network: what was told of the run before is over. */
  | { kind: 'forgotten' }
  /** After a network was opened with a saved run: it goes on from there. */
  | ({ kind: 'resumed' } & Resumed)
  | { kind: 'state'; state: RunState; error?: EngineError }
  | { kind: 'data'; dataset: DatasetName; split: Split; loaded: number; total: number }
  | { kind: 'data-failed'; error: EngineError }
  | { kind: 'reading'; done: number; total: number }
  | ({ kind: 'build' } & EngineBuild)
  | ({ kind: 'device' } & DeviceState)
  | { kind: 'crashed'; error: EngineError };

export interface Picture {
  /** The number of the true class; -1 when nobody knows. */
  label: number;
  pixels: Uint8Array;
}

export interface TensorPlace {
  name: string;
  shape: number[];
  offset: number;
  low: number;
  high: number;
}

/** As it travels: one array of numbers, and what lies where in it. */
export interface PackedSnapshot {
  version: number;
  step: number;
  picture: TensorPlace;
  activations: TensorPlace[];
  /** Those that were asked for. */
  parameters: TensorPlace[];
  probabilities: number[];
  data: Float32Array;
  /** What it cost the worker, in milliseconds. */
  cost: number;
}

export interface Confusion {
  loss: number;
  accuracy: number;
  classes: number;
  /** classes × classes: row the true class, column the answer. */
  confusion: number[];
  /** The answer to every validation picture, and how sure it was. */
  predictions: number[];
  confidences: number[];
}

/** The pictures behind a cell of the confusion matrix, as of the last confusion(). */
export interface Mistakes {
  truth: number;
  answer: number;
  total: number;
  /** With the answer to each, and how sure it was. */
  pictures: (Picture & { index: number; answer: number; confidence: number })[];
}

/** One step of a unit's computation: what a layer's element was made of. */
export interface UnitStage {
  layer: number;
  name: string;
  type: string;
  /** In the layer's output, flat. */
  element: number;
  /** Channel, row, column; or one number. */
  place: number[];
  value: number;
  /** Whether the terms sum to it, or the largest is it, or it depends on them in another way. */
  rule: 'sum' | 'maximum' | 'function';
  constant: number;
  /** Of every term, where x came from: value 0 is the picture, i + 1 layer i, −1 a border. */
  sources: { value: number[]; element: number[] };
  x: number[];
  weights: number[] | null;
  weight_elements: number[] | null;
  weight_parameter: string | null;
  products: number[];
  /** Of the products and the constant, before the bias. */
  sum: number;
  bias: { parameter: string; element: number; value: number } | null;
  /** Of batch norm: the numbers of the unit's channel. */
  parameters?: Record<string, number>;
  /** The term that is the maximum. */
  winner: number | null;
  /** What of the layer below it looks at; terms are in the order channel, row, column. */
  window: {
    y: number;
    x: number;
    height: number;
    width: number;
    stride: [number, number];
    dilation: [number, number];
    /** First, and how many. */
    channels: [number, number];
  } | null;
}

/** From the layer that mixes several elements up through those that change each by itself. */
export interface UnitExplanation {
  stages: UnitStage[];
  /** Which stage is the unit that was asked about. */
  selected: number;
  /** What it cost the worker, in milliseconds, where it was asked in passing. */
  cost?: number;
}

export type Phase = 'forward' | 'loss' | 'backward' | 'update';

/** One step of the plan that trains, and what it took. */
export interface StepTime {
  /** Of a fused step with what it does besides: "conv2d_forward + relu". */
  kernel: string;
  layer: string;
  phase: Phase;
  /** The other layer that a fused step covers, or nothing. */
  fused: string;
  /** What it writes: "conv1", "d_conv1.weight" … */
  writes: string;
  seconds: number;
  /** Of products of matrices; of other steps 0. */
  gflops: number;
}

export interface PlanProfile {
  batch: number;
  /** What this machine can do at most with the engine's instructions, in GFLOP/s. */
  ceiling: number;
  steps: StepTime[];
}

/** A small network run once, for an exhibit; parameters that are not given start from seed 1. */
export interface CalculationJob {
  spec: NetworkSpec;
  /** Channels × height × width. */
  input: number[];
  parameters: Record<string, number[]>;
  unit?: { layer: number; element: number };
}

export interface Calculation {
  activations: { name: string; shape: number[]; data: number[] }[];
  unit?: UnitExplanation;
}

export interface EngineApi {
  listen(listener: (event: EngineEvent) => void): void;
  /** This dataset will be opened: what it consists of is fetched while the engine still loads. */
  expect(dataset: DatasetName): void;
  /** The presets; loads the engine when that has not been done. */
  presets(): Promise<Preset[]>;
  /** Opens a network on a dataset, with fresh weights. A refusal leaves everything as it was. */
  open(setup: Setup): Promise<Answer<Opened>>;
  /** Reads the user's files as a dataset and opens the network on it. Likewise. */
  openOwn(files: OwnFile[], setup: Setup): Promise<Answer<Opened>>;
  /** Tries again to load what could not be loaded. */
  retryData(): void;
  configure(config: TrainConfig): Promise<Answer<unknown>>;
  /** Where to train from now on; what comes of it is told by events. Why there is no GPU, if so. */
  use(device: DeviceWanted): Promise<string | undefined>;
  /** Trains until told otherwise, or to the end of the epoch at work. */
  train(until: 'told' | 'epoch'): void;
  pause(): void;
  /** One training batch. */
  step(): void;
  /** The initial weights of this seed again. */
  reset(seed: number): void;
  picture(split: Split, index: number): Answer<Picture>;
  /** Several pictures; those that have not arrived are left out. */
  pictures(split: Split, indices: number[]): Answer<(Picture & { index: number })[]>;
  /** Prepares a user's image, or a drawing, as the dataset's pictures are. */
  prepare(image: Blob | ImageData): Promise<Answer<Picture>>;
  /** What the network makes of a picture now, and the parameters of these names. */
  look(pixels: Uint8Array, parameters: string[]): Promise<Answer<PackedSnapshot>>;
  confusion(): Promise<Answer<Confusion>>;
  /**
   * Validation pictures of one class that were taken for another, the surest first; those that were
   * not (truth = answer), the least sure first; and with truth −1 all that were taken wrongly.
   */
  mistakes(truth: number, answer: number, most: number): Answer<Mistakes>;
  /** Every type of layer and what it may be told. */
  layerTypes(): Promise<LayerTypeInfo[]>;
  /** Whether a network would work on the open dataset, and its figures; nothing is changed. */
  check(spec: NetworkSpec): Promise<Answer<CheckedNetwork>>;
  /** What one element of a layer's output is made of, for a picture. */
  explain(pixels: Uint8Array, layer: number, element: number): Promise<Answer<UnitExplanation>>;
  /** The unit of a layer's channel whose window lies over a place of what the layer reads. */
  unitOver(
    layer: number,
    channel: number,
    source: number,
  ): Promise<Answer<{ element: number | null }>>;
  /** Changes one number of a parameter; answers with the number before. */
  setParameter(name: string, element: number, value: number): Promise<Answer<{ before: number }>>;
  /**
   * The time of every step of the plan that trains the network, with fused steps or without. It is
   * measured beside the run, which goes on to the same bits, and takes about half a second.
   */
  profile(fuse: boolean): Promise<Answer<PlanProfile>>;
  /** Everything needed to go on from here, to the last bit. */
  checkpoint(): Promise<Answer<Uint8Array>>;
  /**
   * Lets the inspector look into training, through a port on which reports go out whenever the other
   * side has said that it is ready; null: no longer. In the build for it alone.
   */
  inspect(port: MessagePort | null): Promise<void>;
  /** A command of the inspector's (engine/probe/report.hpp); its refusal comes with the next report. */
  inspectorCommand(json: string): Promise<void>;
  /** Runs a network that nothing else knows of. */
  calculate(job: CalculationJob): Promise<Answer<Calculation>>;
}
