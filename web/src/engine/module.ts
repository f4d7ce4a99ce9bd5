// The WebAssembly module as web/wasm/bindings.cpp gives it: JSON texts and typed arrays.
import type { Answer, EngineError } from './api';
import type { GpuDevice } from './gpu-device.mjs';

/** A JSON text and the numbers it speaks of. */
export interface WithData<Data> {
  json: string;
  data: Data;
}

export interface SessionHandle {
  announceDataset(manifest: string): string;
  addPart(
    split: 'train' | 'validation',
    part: number,
    images: Uint8Array,
    labels: Uint8Array,
  ): string;
  ownDataset(description: string, pixels: Uint8Array, labels: Uint8Array): string;
  openNetwork(spec: string, config: string): string;
  configure(config: string): string;
  restart(seed: number): void;
  /** `ahead`: how many batches may be on their way on a GPU; with 0 none is begun. */
  step(ahead: number): string;
  /**
   * Fetches the weights from the GPU and then calls `done`, during which they are here; on the CPU
   * at once. With `hold` no batch is begun before.
   */
  pull(done: () => void, hold: boolean): void;
  onGpu(): boolean;
  /** Goes on on the CPU from what was last fetched. */
  leaveGpu(): string;
  /** A second run of the open network, to time its steps. */
  startTrial(backend: string): string;
  stepTrial(ahead: number): string;
  endTrial(): void;
  evaluate(): string;
  picture(split: 'train' | 'validation', index: number): WithData<Uint8Array>;
  /** `names`: which parameters to copy, as a JSON list. */
  snapshot(picture: Uint8Array, names: string): WithData<Float32Array>;
  explainUnit(picture: Uint8Array, layer: number, element: number): string;
  unitOver(layer: number, channel: number, source: number): string;
  setParameter(name: string, element: number, value: number): string;
  /** Measures the steps of the plan that trains, in slices; `takeProfile` needs a whole round. */
  startProfile(fuse: boolean): string;
  measureProfile(ms: number): string;
  takeProfile(): string;
  endProfile(): void;
  saveCheckpoint(): WithData<Uint8Array>;
  restoreCheckpoint(bytes: Uint8Array): string;
  delete(): void;
}

export interface EngineModule {
  Session: new () => SessionHandle;
  /** Where a part of the module comes later: resolves when it is here. Calls that need it before wait. */
  whole?(): Promise<void>;
  /** How many threads sessions share from now on; in the build without threads it stays one. */
  useThreads(threads: number): void;
  /** Where WebGPU is built in: the GPU for the backend "webgpu" from now on, or null. */
  useGpu?(device: GpuDevice | null): void;
  /** In the build for the inspector: lets it look into a session's training, or no longer. */
  attend?(session: SessionHandle, on: boolean): void;
  probeCommand?(session: SessionHandle, command: string): void;
  /** A report, when there is something new; `state`: a number of `State` in engine/probe/report.hpp. */
  probeReport?(session: SessionHandle, state: number): Uint8Array | null;
  readIdx(file: Uint8Array, where: string): WithData<Uint8Array>;
  prepare(
    rgba: Uint8Array,
    width: number,
    height: number,
    shape: string,
    mode: 'fit' | 'like_mnist',
  ): WithData<Uint8Array>;
  checkSpec(spec: string): string;
  layerTypes(): string;
  calculate(job: string): string;
  zoo(): string;
  defaultConfig(): string;
}

/** What Emscripten's glue may be told. */
export interface ModuleOptions {
  locateFile?(name: string): string;
  wasmBinary?: Uint8Array;
  mainScriptUrlOrBlob?: string;
  instantiateWasm?(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}
export type CreateModule = (options: ModuleOptions) => Promise<EngineModule>;

/** The engine's answer: what it says, or its error. */
export function read<T>(json: string): Answer<T> {
  const said = JSON.parse(json) as T & { error?: EngineError };
  return said.error ? { error: said.error } : { value: said };
}
