/** What engine/gpu/device.hpp calls Dispatch. */
export interface GpuDispatch {
  shader: string;
  entryPoint: string;
  constants: Record<string, number>;
  /** Handles by binding, or [handle, elements] of a part; 0 where an operand is absent. */
  bindings: (number | [number, number])[];
  groups: [number, number, number];
}

export interface GpuLimits {
  bufferBytes: number;
  workgroups: number;
  storageBuffers: number;
  software: boolean;
  /** Invocations of a subgroup, where shaders use them; else 0. */
  subgroup: number;
}

/** What of WebGPU is used; `navigator.gpu` gives it, and so does the npm package `webgpu`. */
export interface GpuAdapter {
  limits: object;
  features: { has(name: string): boolean };
  requestDevice(descriptor?: object): Promise<object>;
}

export interface RunValues {
  learningRate?: number;
  rate?: number;
  root?: number;
  shrink?: number;
  step?: number;
  /** A seed has 64 bits. */
  seedLow?: number;
  seedHigh?: number;
}

export interface GpuOptions {
  /** Sums by subgroups, where the adapter has them; unless told, where a CPU plays the GPU. */
  subgroups?: boolean;
}

/** Opens an adapter; `sources` are the texts of shaders/*.wgsl by stem. */
export function openGpu(
  adapter: GpuAdapter,
  sources: Record<string, string>,
  options?: GpuOptions,
): Promise<GpuDevice>;

export class GpuDevice {
  constructor(device: object, info: object, sources: Record<string, string>, subgroups?: boolean);
  readonly name: string;
  readonly software: boolean;
  readonly limits: GpuLimits;
  /** How many there are, for tests that look for leaks. */
  readonly buffers: number;
  readonly recordings: number;
  readonly pipelines: number;
  /** Resolves with the reason when the GPU is gone. */
  readonly lost: Promise<string>;
  settled(): Promise<string | undefined>;
  create(elements: number): number;
  destroy(buffer: number): void;
  write(buffer: number, data: Float32Array | Int32Array | Uint32Array): void;
  record(dispatches: GpuDispatch[] | string): number;
  forget(recording: number): void;
  run(recording: number, values?: RunValues): void;
  read(buffers: number[], done: (error: string, data: Float32Array) => void): void;
  close(): void;
}
