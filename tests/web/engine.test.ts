// The WebAssembly module through its bindings, without a page: what crosses, and how it fails.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaults, toTrainConfig } from '../../web/src/app/settings';
import { adaptSpec } from '../../web/src/engine/adapt';
import type { DatasetInfo, NetworkInfo, Preset, TensorPlace } from '../../web/src/engine/api';
import { read, type EngineModule, type SessionHandle } from '../../web/src/engine/module';
import type { StepResult } from '../../web/src/engine/training';

let engine: EngineModule;
let presets: Preset[];

beforeAll(async () => {
  // The module expects to be in a worker.
  Object.assign(globalThis, {
    self: { location: { href: 'file:///' } },
    WorkerGlobalScope: Object,
  });
  const { default: create } = (await import('@wasm/convolab.js')) as {
    default: (options: object) => Promise<EngineModule>;
  };
  engine = await create({ wasmBinary: readFileSync('build/wasm/convolab.wasm') });
  presets = JSON.parse(engine.zoo()) as Preset[];
});

const idx = (name: string) =>
  new Uint8Array(gunzipSync(readFileSync(`web/data/digits/${name}.gz`)));
const manifest = readFileSync('web/data/digits/manifest.json', 'utf8');

function sessionWith(network: string, config: object = {}) {
  const session: SessionHandle = new engine.Session();
  const { value } = read<DatasetInfo>(session.announceDataset(manifest));
  const spec = presets.find(({ name }) => name === network)?.spec;
  const settings = JSON.stringify({ ...toTrainConfig(defaults()), ...config });
  const opened = read<NetworkInfo>(session.openNetwork(JSON.stringify(spec), settings));
  return { session, dataset: value!, network: opened.value!, error: opened.error };
}

const addPart = (session: SessionHandle, part: number) =>
  read(
    session.addPart(
      'train',
      part,
      idx(`train-${part}-images.idx3-ubyte`),
      idx(`train-${part}-labels.idx1-ubyte`),
    ),
  );

const step = (session: SessionHandle) => read<StepResult>(session.step()).value!;

describe('the zoo', () => {
  test('has the presets of the page', () => {
    const names = presets.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['lenet-5', 'model-1', 'model-2', 'small-vgg']));
  });

  test.each([
    ['lenet-5', 61706],
    ['model-1', 178110],
    ['model-2', 5386],
  ])('%s has %i parameters', (name, parameters) => {
    const { session, network } = sessionWith(name);
    expect(network.summary.parameters).toBe(parameters);
    session.delete();
  });
});

test("the page's default settings are the engine's", () => {
  const ours = toTrainConfig(defaults());
  const theirs = JSON.parse(engine.defaultConfig()) as typeof ours;
  expect(theirs).toMatchObject({ ...ours, optimizer: { type: ours.optimizer.type } });
  expect(theirs.optimizer.lr).toBeCloseTo(ours.optimizer.lr, 6);
});

test('training waits for its first part, then falls and repeats itself after a restart', () => {
  const { session } = sessionWith('lenet-5', { batch_size: 50 });
  expect(step(session).kind).toBe('waiting');
  expect(addPart(session, 0).error).toBeUndefined();
  const first = Array.from({ length: 10 }, () => step(session));
  expect(first.map(({ kind }) => kind)).toEqual(Array(10).fill('trained'));
  expect(first[9]!.loss).toBeLessThan(first[0]!.loss);
  expect(step(session).kind).toBe('waiting');
  session.restart(1);
  expect(step(session)).toEqual(first[0]);
  session.restart(2);
  expect(step(session).loss).not.toBe(first[0]!.loss);
  session.delete();
});

test('a snapshot is one array and a table of what lies where', () => {
  const { session, network } = sessionWith('lenet-5');
  addPart(session, 0);
  const picture = session.picture('train', 0);
  expect(picture.data).toHaveLength(784);
  expect(session.picture('train', 700).data).toHaveLength(0);
  const { json, data } = session.snapshot(picture.data, true);
  const said = JSON.parse(json) as {
    activations: TensorPlace[];
    kernels: TensorPlace[];
    probabilities: number[];
  };
  expect(said.activations.map(({ shape }) => shape)).toEqual(
    network.summary.layers.map(({ output }) => output),
  );
  expect(said.kernels.map(({ name, shape }) => [name, shape])).toEqual([
    ['c1.weight', [6, 1, 5, 5]],
    ['c3.weight', [16, 6, 5, 5]],
  ]);
  expect(said.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  const [c1] = said.kernels;
  const weights = data.subarray(c1!.offset, c1!.offset + 150);
  expect(Math.max(...weights)).toBeCloseTo(c1!.high, 6);
  expect(data.buffer.byteLength).toBe(4 * data.length); // a copy of its own, ready to be handed on
  session.delete();
});

test('errors are values that say what, where and why', () => {
  const { session } = sessionWith('lenet-5');
  const kernel = { type: 'conv2d', name: 'big', out_channels: 2, kernel_size: 40 };
  const spec = { name: 'x', input: [1, 28, 28], layers: [kernel] };
  const { error } = read(session.openNetwork(JSON.stringify(spec), '{}'));
  expect(error).toMatchObject({ code: 'invalid_spec', where: 'big' });
  expect(error?.message).toContain('40×40');
  expect(read(session.configure('{"batch_size": 0}')).error?.message).toContain('batch_size');
  expect(read(session.addPart('train', 0, new Uint8Array(3), new Uint8Array(3))).error?.code).toBe(
    'bad_file',
  );
  expect(step(session).kind).toBe('waiting'); // and the network before is still there
  session.delete();
});

test("a user's pictures become a dataset, and a preset is fitted to it", () => {
  const session = new engine.Session();
  const shape = [1, 20, 24];
  const labels = Uint8Array.from({ length: 30 }, (_, i) => i % 3);
  const pixels = new Uint8Array(30 * 480).map((_, i) => (i * 7) % 256);
  const about = { name: 'own', shape, classes: ['a', 'b', 'c'], validation_share: 0.2, seed: 1 };
  const { value } = read<DatasetInfo>(session.ownDataset(JSON.stringify(about), pixels, labels));
  expect(value).toMatchObject({ train: 24, validation: 6, shape });
  const spec = adaptSpec(presets.find(({ name }) => name === 'lenet-5')!.spec, value!);
  const network = read<NetworkInfo>(session.openNetwork(JSON.stringify(spec), '{"epochs": 1}'));
  expect(network.value?.summary.layers.at(-1)?.output).toEqual([3]);
  expect(step(session).kind).toBe('trained');
  session.delete();
});

test('IDX files and drawings are read by the engine', () => {
  const { json, data } = engine.readIdx(idx('validation-0-images.idx3-ubyte'), 'mine');
  expect(JSON.parse(json)).toEqual({ kind: 'images', count: 1000, shape: [1, 28, 28] });
  expect(data).toHaveLength(784000);
  const white = new Uint8Array(60 * 60 * 4).fill(255);
  for (let y = 10; y < 50; y++)
    for (let c = 0; c < 12; c++) white[(y * 60 + 28) * 4 + c - (c % 4 === 3 ? c : 0)] = 0;
  const drawn = engine.prepare(white, 60, 60, '[1,28,28]', 'like_mnist');
  expect(drawn.data).toHaveLength(784);
  expect(Math.max(...drawn.data)).toBeGreaterThan(200); // ink is bright, as in the dataset
  expect(drawn.data[0]).toBe(0);
});
