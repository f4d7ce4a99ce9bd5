// Training on WebGPU in node, through the page's module: held against the same run on the CPU.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checked, fetched, loadEngine, nextStep, sessionOn } from '../../scripts/lib/engine.mjs';
import { nodeGpu, shaderSources } from '../../scripts/lib/webgpu.mjs';
import { openGpu } from '../../web/src/engine/gpu-device.mjs';
import { assertClose, losses } from './losses.mjs';

let engine, gpu, keep;

/** A device, and the WebGPU object behind it, to be killed. */
async function open() {
  keep ??= await nodeGpu();
  const adapter = await keep.requestAdapter();
  let raw;
  const device = await openGpu(
    {
      ...{ limits: adapter.limits, features: adapter.features, info: adapter.info },
      requestDevice: async (wanted) => (raw = await adapter.requestDevice(wanted)),
    },
    shaderSources(),
  );
  return { device, raw };
}

before(async () => {
  engine = await loadEngine();
  gpu = (await open()).device;
  engine.useGpu(gpu);
  console.log(`# training on ${gpu.name}`);
});
after(() => gpu.close());

const preset = (name) => JSON.parse(engine.zoo()).find((each) => each.name === name).spec;
const settings = (more) => JSON.stringify({ batch_size: 32, epochs: 20, ...more });

async function compiled(device = gpu) {
  assert.equal(await device.settled(), undefined);
}

async function begin(spec, config) {
  const { session, info } = sessionOn(engine, 'digits');
  checked(session.openNetwork(JSON.stringify(spec), settings(config)));
  await compiled();
  return { session, info };
}

async function course(spec, config, count) {
  const { session } = await begin(spec, config);
  const found = await losses(session, count);
  session.delete();
  return found;
}

test('net U follows the CPU for 100 steps, and repeats itself to the bit', async () => {
  const config = { seed: 3, optimizer: { type: 'adam', lr: 0.004 } };
  const expected = await course(preset('model-2'), { ...config, backend: 'simd' }, 100);
  const found = await course(preset('model-2'), { ...config, backend: 'webgpu' }, 100);
  // The sums of a step are in another order: one or two roundings of a loss of 2.3 at first, and
  // 3e-7 in all 100 steps as measured.
  assertClose(found, expected, 5e-7);
  assert.ok(found.at(-1) < 0.5 * found[0]);
  const again = await course(preset('model-2'), { ...config, backend: 'webgpu' }, 100);
  assert.deepEqual(again, found);
});

test('augmentation, momentum and weight decay are those of the CPU', async () => {
  const config = {
    optimizer: { type: 'sgd', lr: 0.05, momentum: 0.9, weight_decay: 0.001 },
    augment: { shift: 1, rotate: 15, scale: 0.15 },
  };
  const expected = await course(preset('model-2'), { ...config, backend: 'simd' }, 20);
  const found = await course(preset('model-2'), { ...config, backend: 'webgpu' }, 20);
  assertClose(found, expected, 1e-6);
});

/** What ends a run that should not go well. */
const ending = (session) =>
  losses(session, 60).then(
    () => 'it should have overflowed',
    (error) => error.message,
  );

test('what is not finite is said of its layer, as on the CPU', async () => {
  const found = [];
  for (const backend of ['simd', 'webgpu']) {
    const { session } = await begin(preset('lenet-5'), { backend });
    await losses(session, 5);
    const edit = (element) => checked(session.setParameter('c3.weight', element, 3e38));
    await fetched(session, () => [edit(0), edit(1)]);
    found.push((await ending(session)).replace(/ at step \d+/, '')); // some were on their way
    session.delete();
  }
  assert.match(found[0], /^c3: NaN or infinity in its output/);
  assert.equal(found[1], found[0]);
});

test('what overflows between two fetches of the weights is found in its layer', async () => {
  const config = { optimizer: { type: 'sgd', lr: 1000, momentum: 0.9 }, backend: 'webgpu' };
  const { session } = await begin(preset('lenet-5'), config);
  assert.match(await ending(session), /^\w+\d: NaN or infinity in .* at step [3-9];/);
  session.delete();
});

test('a whole epoch with its validation, from a smaller last batch', async () => {
  const net = {
    input: [1, 28, 28],
    layers: [
      { type: 'avg_pool2d', kernel_size: 7 },
      { type: 'flatten' },
      { type: 'linear', out_features: 10 },
    ],
  };
  const epoch = async (backend) => {
    const { session, info } = await begin(net, { backend, batch_size: 300 });
    assert.notEqual(info.train % 300, 0);
    for (;;) {
      const result = await nextStep(session);
      if (!result.epoch_done) continue;
      session.delete();
      return result.epoch_done;
    }
  };
  const expected = await epoch('simd');
  const found = await epoch('webgpu');
  assert.deepEqual([found.epoch, found.step], [expected.epoch, expected.step]);
  for (const figure of ['loss', 'val_loss', 'accuracy', 'val_accuracy'])
    assert.ok(Math.abs(found[figure] - expected[figure]) < 1e-4, figure);
});

test('a run moves to the GPU and back with all it has', async () => {
  const config = { optimizer: { type: 'sgd', lr: 0.05, momentum: 0.9 } };
  const expected = await course(preset('model-2'), { ...config, backend: 'simd' }, 40);
  const { session } = await begin(preset('model-2'), { ...config, backend: 'simd' });
  const found = await losses(session, 10);
  for (const backend of ['webgpu', 'simd', 'webgpu']) {
    await fetched(session, () => checked(session.configure(settings({ ...config, backend }))));
    await compiled();
    assert.equal(session.onGpu(), backend === 'webgpu');
    found.push(...(await losses(session, 10)));
  }
  assertClose(found, expected, 1e-6);
  session.delete();
});

test('a killed device costs the weights nothing that is not done again', async () => {
  const { device, raw } = await open();
  engine.useGpu(device);
  const config = { optimizer: { type: 'sgd', lr: 0.05, momentum: 0.9 } };
  const expected = await course(preset('model-2'), { ...config, backend: 'simd' }, 60);
  const { session } = await begin(preset('model-2'), { ...config, backend: 'webgpu' });
  await compiled(device);
  const found = await losses(session, 40);
  assert.equal(session.onGpu(), true);
  raw.destroy();
  await assert.rejects(async () => {
    for (;;) await nextStep(session);
  }, /^Error: webgpu: /);
  const { step } = checked(session.leaveGpu());
  assert.ok(step >= 8 && step <= 43, `goes on from step ${step}`);
  assert.equal(session.onGpu(), false);
  const rest = await losses(session, 60 - step);
  assertClose([...found.slice(0, step), ...rest], expected, 1e-6);
  session.delete();
  engine.useGpu(gpu);
});

test('a network that the GPU has no room for is refused, and the run stays', async () => {
  const { session } = await begin(preset('model-2'), { backend: 'simd' });
  Object.defineProperty(gpu, 'limits', {
    value: { ...gpu.limits, bufferBytes: 4096 },
    configurable: true,
  });
  engine.useGpu(gpu);
  delete gpu.limits;
  assert.throws(
    () => checked(session.configure(settings({ backend: 'webgpu' }))),
    /more than this GPU allows/,
  );
  engine.useGpu(gpu);
  assert.equal(session.onGpu(), false);
  assert.equal((await losses(session, 3)).length, 3);
  session.delete();
});

test('nothing leaks over 1,000 steps and 20 rebuilds', async () => {
  const net = (channels) => ({
    input: [1, 28, 28],
    layers: [
      { type: 'avg_pool2d', kernel_size: 7 },
      { type: 'conv2d', out_channels: channels, kernel_size: 3 },
      { type: 'relu' },
      { type: 'flatten' },
      { type: 'linear', out_features: 10 },
    ],
  });
  const { session } = await begin(net(2), { backend: 'webgpu', batch_size: 4 });
  await losses(session, 1);
  const { buffers, recordings } = gpu;
  await losses(session, 1000);
  await fetched(session);
  assert.deepEqual([gpu.buffers, gpu.recordings], [buffers, recordings]);
  const first = []; // of each net: how they share memory depends on their sizes
  for (let i = 0; i < 20; i++) {
    const spec = JSON.stringify(net(2 + (i % 3)));
    checked(session.openNetwork(spec, settings({ backend: 'webgpu', batch_size: 4 })));
    await compiled();
    await losses(session, 2);
    first[i % 3] ??= i ? gpu.buffers : buffers;
    assert.deepEqual([gpu.buffers, gpu.recordings], [first[i % 3], recordings], `rebuild ${i + 1}`);
  }
  session.delete();
  assert.deepEqual([gpu.buffers, gpu.recordings], [0, 0]);
});
