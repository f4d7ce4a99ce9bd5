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

export interface NetworkInfo {
  spec: NetworkSpec;
  summary: {
    name: string;
    input: number[];
    parameters: number;
    multiply_adds: number;
    memory: number;
    layers: LayerSummary[];
  };
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
}

/** A built-in dataset by its folder, or the user's own, loaded before. */
export type DatasetName = 'digits' | 'fashion' | 'own';

export interface Setup {
  dataset: DatasetName;
  spec: NetworkSpec;
  config: TrainConfig;
}

export interface Opened {
  dataset: DatasetInfo;
  network: NetworkInfo;
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
  | { kind: 'state'; state: RunState; error?: EngineError }
  | { kind: 'data'; dataset: DatasetName; split: Split; loaded: number; total: number }
  | { kind: 'data-failed'; error: EngineError }
  | { kind: 'reading'; done: number; total: number }
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
  kernels: TensorPlace[];
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
}

export interface EngineApi {
  listen(listener: (event: EngineEvent) => void): void;
  /** The presets; loads the engine when that has not been done. */
  presets(): Promise<Preset[]>;
  /** Opens a network on a dataset, with fresh weights. A refusal leaves everything as it was. */
  open(setup: Setup): Promise<Answer<Opened>>;
  /** Reads the user's files as a dataset and opens the network on it. Likewise. */
  openOwn(files: OwnFile[], setup: Setup): Promise<Answer<Opened>>;
  /** Tries again to load what could not be loaded. */
  retryData(): void;
  configure(config: TrainConfig): Answer<unknown>;
  /** Trains until told otherwise, or to the end of the epoch at work. */
  train(until: 'told' | 'epoch'): void;
  pause(): void;
  /** One training batch. */
  step(): void;
  /** The initial weights of this seed again. */
  reset(seed: number): void;
  picture(split: Split, index: number): Answer<Picture>;
  /** Prepares a user's image as the dataset's pictures are. */
  prepare(image: Blob): Promise<Answer<Picture>>;
  /** What the network makes of a picture now. */
  look(pixels: Uint8Array): Answer<PackedSnapshot>;
  confusion(): Answer<Confusion>;
}
