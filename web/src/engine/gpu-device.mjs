// The JavaScript side of engine/gpu/device.hpp, over a GPUDevice: the page's worker gets one from
// navigator.gpu, node from the package `webgpu`. Nothing here is of the page, and nothing waits:
// run() needs only that settled() has said that all is compiled.

const bytesPerElement = 4;
const runValuesSize = 32;

/** WebGPU's limits that larger networks need more of than what every adapter has. */
const wanted = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
];

/**
 * Opens an adapter with all it has of what we can use. `subgroups`: whether sums go by subgroups
 * where the adapter has them, all of one size; unless told, they do where a CPU plays the GPU,
 * which is where they are known to pay.
 */
export async function openGpu(adapter, sources, { subgroups } = {}) {
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(wanted.map((name) => [name, adapter.limits[name]])),
    requiredFeatures: ['subgroups'].filter((name) => adapter.features.has(name)),
  });
  return new GpuDevice(device, adapter.info ?? device.adapterInfo ?? {}, sources, subgroups);
}

export class GpuDevice {
  #device;
  #sources; // of the shaders, by stem
  #modules = new Map();
  #pipelines = new Map();
  #buffers = new Map(); // handle -> GPUBuffer
  #recordings = new Map(); // handle -> launches
  #placeholders = []; // bound where an operand is absent, one for each binding number
  #staging = []; // for reading, not in use
  #pending = new Set(); // promises of what is not known yet to have worked
  #failure; // the first error, as a text
  #nextHandle = 1;
  #runValues;
  #subgroup; // invocations of one, where they are used

  constructor(device, info, sources, subgroups) {
    this.#device = device;
    this.#sources = sources;
    const text = [info.vendor, info.architecture, info.device, info.description].join(' ');
    this.software = Boolean(info.isFallbackAdapter) || /swiftshader|llvmpipe|lavapipe/i.test(text);
    this.name =
      info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'GPU';
    const { subgroupMinSize: size = 0, subgroupMaxSize } = info;
    const known = device.features.has('subgroups') && size >= 4 && size === subgroupMaxSize;
    this.#subgroup = known && (subgroups ?? this.software) ? size : 0;
    this.lost = device.lost.then(({ reason, message }) => {
      this.#fail(`the GPU was lost (${reason}): ${message}`);
      return message || reason;
    });
    device.addEventListener('uncapturederror', ({ error }) => this.#fail(error.message));
    this.#runValues = device.createBuffer({ size: runValuesSize, usage: usage.uniform });
  }

  get limits() {
    const { limits } = this.#device;
    return {
      bufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
      workgroups: limits.maxComputeWorkgroupsPerDimension,
      storageBuffers: limits.maxStorageBuffersPerShaderStage,
      software: this.software,
      subgroup: this.#subgroup,
    };
  }

  get buffers() {
    return this.#buffers.size;
  }

  get recordings() {
    return this.#recordings.size;
  }

  get pipelines() {
    return this.#pipelines.size;
  }

  /** Everything so far compiled and allocated: resolves to undefined, or to what went wrong. */
  async settled() {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
    return this.#failure;
  }

  create(elements) {
    const handle = this.#nextHandle++;
    const size = Math.max(elements, 1) * bytesPerElement;
    this.#buffers.set(
      handle,
      this.#watched(`a buffer of ${size} bytes`, () =>
        this.#device.createBuffer({ size, usage: usage.storage }),
      ),
    );
    return handle;
  }

  destroy(handle) {
    this.#buffers.get(handle)?.destroy();
    this.#buffers.delete(handle);
  }

  /** `data`: any typed array of 4-byte elements. */
  write(handle, data) {
    this.#device.queue.writeBuffer(
      this.#buffers.get(handle),
      0,
      data.buffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  /** `dispatches`: [{shader, entryPoint, constants, bindings, groups}], or the same as JSON. */
  record(dispatches) {
    const handle = this.#nextHandle++;
    const list = typeof dispatches === 'string' ? JSON.parse(dispatches) : dispatches;
    const launches = list.map((dispatch) => ({ groups: dispatch.groups, dispatch }));
    this.#recordings.set(handle, launches);
    for (const launch of launches) this.#pend(this.#prepare(launch));
    return handle;
  }

  forget(handle) {
    for (const launch of this.#recordings.get(handle) ?? []) launch.forgotten = true;
    this.#recordings.delete(handle);
  }

  /** All of a recording in one submission. */
  run(handle, values = {}) {
    const launches = this.#recordings.get(handle);
    if (!launches.every((launch) => launch.pipeline)) {
      this.#fail('a recording was run before its shaders were compiled');
      return;
    }
    this.#device.queue.writeBuffer(this.#runValues, 0, packed(values));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, operands, runValues, groups } of launches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, operands);
      if (runValues) pass.setBindGroup(1, runValues);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** done(error, Float32Array): all of these buffers, one after the other. */
  read(handles, done) {
    const sources = handles.map((handle) => this.#buffers.get(handle));
    const size = sources.reduce((sum, buffer) => sum + buffer.size, 0);
    const staging = this.#takeStaging(size);
    const encoder = this.#device.createCommandEncoder();
    let at = 0;
    for (const buffer of sources) {
      encoder.copyBufferToBuffer(buffer, 0, staging, at, buffer.size);
      at += buffer.size;
    }
    this.#device.queue.submit([encoder.finish()]);
    staging.mapAsync(mapRead, 0, size).then(
      () => {
        const data = new Float32Array(staging.getMappedRange(0, size).slice(0));
        staging.unmap();
        this.#keepStaging(staging);
        done(this.#failure ?? '', data);
      },
      async (error) => {
        staging.destroy();
        // That the device is lost is known a moment later, and says more.
        await Promise.race([this.lost, new Promise((soon) => setTimeout(soon, 100))]);
        done(this.#failure ?? `the GPU did not answer: ${error.message}`, new Float32Array());
      },
    );
  }

  /** Frees everything; the device is lost afterwards. */
  close() {
    this.#device.destroy();
    this.#buffers.clear();
    this.#recordings.clear();
  }

  #fail(message) {
    this.#failure ??= message;
  }

  /** Runs `make` and hears later whether it worked. */
  #watched(what, make) {
    this.#device.pushErrorScope('out-of-memory');
    this.#device.pushErrorScope('validation');
    const made = make();
    for (let scope = 0; scope < 2; scope++) {
      this.#pend(
        this.#device.popErrorScope().then((error) => {
          if (error) this.#fail(`the GPU refused ${what}: ${error.message}`);
        }),
      );
    }
    return made;
  }

  #pend(promise) {
    const known = promise
      .catch((error) => this.#fail(error.message))
      .finally(() => this.#pending.delete(known));
    this.#pending.add(known);
  }

  async #prepare(launch) {
    const { dispatch } = launch;
    const pipeline = await this.#pipeline(dispatch);
    if (launch.forgotten) return; // its buffers are gone; what was compiled is kept
    const entries = dispatch.bindings.map((bound, binding) => {
      const [handle, elements] = [bound].flat();
      const buffer = handle ? this.#buffers.get(handle) : this.#placeholder(binding);
      const size = elements ? elements * bytesPerElement : undefined;
      return { binding, resource: { buffer, size } };
    });
    const bind = (group, list) =>
      this.#device.createBindGroup({ layout: pipeline.getBindGroupLayout(group), entries: list });
    this.#watched(`the operands of ${dispatch.shader}.${dispatch.entryPoint}`, () => {
      launch.operands = bind(0, entries);
      if (this.#text(dispatch.shader).includes('@group(1)'))
        launch.runValues = bind(1, [{ binding: 0, resource: { buffer: this.#runValues } }]);
    });
    launch.pipeline = pipeline;
  }

  /** A pipeline compiles once for each set of constants that its shader declares. */
  #pipeline({ shader, entryPoint, constants }) {
    const text = this.#text(shader);
    if (!text) return Promise.reject(new Error(`there is no shader "${shader}"`));
    const declared = new Set([...text.matchAll(/override (\w+)/g)].map(([, name]) => name));
    const own = Object.fromEntries(
      Object.entries(constants).filter(([name]) => declared.has(name)),
    );
    const key = JSON.stringify([shader, entryPoint, own]);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#device
        .createComputePipelineAsync({
          label: `${shader}.${entryPoint}`,
          layout: 'auto',
          compute: { module: this.#module(shader, text), entryPoint, constants: own },
        })
        .catch((error) => {
          throw new Error(`${shader}.wgsl, ${entryPoint}: ${error.message}`);
        });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /**
   * A shader with common.wgsl before it, and what its lines `// include <file>.wgsl` name: where
   * subgroups are used <file>_subgroups.wgsl, if there is one.
   */
  #text(shader) {
    const source = this.#sources[shader];
    if (source === undefined) return undefined;
    const included = [...source.matchAll(/^\/\/ include (\w+)\.wgsl$/gm)];
    const stems = ['common', ...included.map(([, stem]) => stem)].map((stem) =>
      this.#subgroup && this.#sources[`${stem}_subgroups`] ? `${stem}_subgroups` : stem,
    );
    const text = [...stems.map((stem) => this.#sources[stem]), source].join('\n');
    // What is to be enabled stands before everything else.
    const enabled = [...text.matchAll(/^enable \w+;$/gm)].join('\n');
    return `${enabled}\n${text.replaceAll(/^enable \w+;$/gm, '')}`;
  }

  #module(shader, code) {
    if (!this.#modules.has(shader))
      this.#modules.set(shader, this.#device.createShaderModule({ label: shader, code }));
    return this.#modules.get(shader);
  }

  /** Of its own for each binding, because nothing may be bound twice where it can be written. */
  #placeholder(binding) {
    this.#placeholders[binding] ??= this.#device.createBuffer({ size: 16, usage: usage.storage });
    return this.#placeholders[binding];
  }

  #takeStaging(size) {
    const at = this.#staging.findIndex((buffer) => buffer.size === size);
    if (at >= 0) return this.#staging.splice(at, 1)[0];
    return this.#device.createBuffer({ size, usage: usage.staging });
  }

  /** What every step asks for is asked for again; of what was asked for once, little is kept. */
  #keepStaging(buffer) {
    this.#staging.push(buffer);
    if (this.#staging.length > 8) this.#staging.shift().destroy();
  }
}

/** What the shaders call Run. */
function packed({
  learningRate = 0,
  rate = 0,
  root = 0,
  shrink = 1,
  step = 0,
  seedLow = 0,
  seedHigh = 0,
}) {
  const view = new DataView(new ArrayBuffer(runValuesSize));
  [learningRate, rate, root, shrink].forEach((value, i) => view.setFloat32(4 * i, value, true));
  const words = [step % 2 ** 32, Math.floor(step / 2 ** 32), seedLow, seedHigh];
  words.forEach((value, i) => view.setUint32(16 + 4 * i, value, true));
  return view.buffer;
}

// GPUBufferUsage and GPUMapMode, which node has no globals for.
const usage = { staging: 0x1 | 0x8, uniform: 0x40 | 0x8, storage: 0x80 | 0x8 | 0x4 };
const mapRead = 0x1;
