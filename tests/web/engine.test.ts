// The WebAssembly module through its bindings, without a page: what crosses, and how it fails.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaults, toTrainConfig } from '../../web/src/app/settings';
import { adaptSpec } from '../../web/src/engine/adapt';
import type {
  Calculation,
  CheckedNetwork,
  DatasetInfo,
  LayerTypeInfo,
  NetworkInfo,
  Preset,
  Resumed,
  TensorPlace,
  UnitExplanation,
} from '../../web/src/engine/api';
import { read, type EngineModule, type SessionHandle } from '../../web/src/engine/module';
import type { StepResult } from '../../web/src/engine/training';

interface Labelled {
  label: number;
}

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

const step = (session: SessionHandle) => read<StepResult>(session.step(1)).value!;

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
  const { json, data } = session.snapshot(picture.data, '["c3.weight","c1.bias"]');
  const said = JSON.parse(json) as {
    activations: TensorPlace[];
    parameters: TensorPlace[];
    probabilities: number[];
  };
  expect(said.activations.map(({ shape }) => shape)).toEqual(
    network.summary.layers.map(({ output }) => output),
  );
  expect(said.parameters.map(({ name, shape }) => [name, shape])).toEqual([
    ['c3.weight', [16, 6, 5, 5]],
    ['c1.bias', [6]],
  ]);
  expect(said.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
  const [c3] = said.parameters;
  const weights = data.subarray(c3!.offset, c3!.offset + 2400);
  expect(Math.max(...weights)).toBeCloseTo(c3!.high, 6);
  expect(data.buffer.byteLength).toBe(4 * data.length); // a copy of its own, ready to be handed on
  session.delete();
});

test('a network is checked without being opened', () => {
  const spec = presets.find(({ name }) => name === 'small-resnet')!.spec;
  const { session, network } = sessionWith('small-resnet');
  const { value } = read<CheckedNetwork>(engine.checkSpec(JSON.stringify(spec)));
  expect(value).toEqual({
    spec: network.spec,
    summary: network.summary,
    parameters: network.parameters,
  });
  expect(value!.parameters.slice(0, 4)).toEqual([
    { name: 'stem.weight', shape: [8, 1, 3, 3], layer: 0, trainable: true },
    { name: 'stem_norm.weight', shape: [8], layer: 1, trainable: true },
    { name: 'stem_norm.bias', shape: [8], layer: 1, trainable: true },
    { name: 'stem_norm.running_mean', shape: [8], layer: 1, trainable: false },
  ]);
  const bad = { ...spec, layers: [{ type: 'linear', name: 'flat', out_features: 3 }] };
  expect(read(engine.checkSpec(JSON.stringify(bad))).error).toMatchObject({
    code: 'invalid_spec',
    where: 'flat',
  });
  session.delete();
});

test('the layer types come with their attributes', () => {
  const types = JSON.parse(engine.layerTypes()) as LayerTypeInfo[];
  expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(['conv2d', 'add', 'relu']));
  const conv = types.find(({ name }) => name === 'conv2d')!;
  expect(conv).toMatchObject({ short_name: 'conv', min_inputs: 1, max_inputs: 1 });
  expect(conv.attributes[0]).toEqual({
    name: 'out_channels',
    kind: 'integer',
    fallback: null,
    minimum: 1,
    maximum: 65536,
    help: 'How many kernels, and so output maps.',
    choices: [],
  });
  expect(conv.attributes.find(({ name }) => name === 'padding_mode')).toMatchObject({
    kind: 'choice',
    fallback: 'zeros',
    choices: ['zeros', 'reflect', 'replicate', 'circular'],
  });
});

test('an exhibit is calculated in one call', () => {
  const spec = {
    input: [1, 2, 2],
    layers: [{ type: 'conv2d', name: 'k', out_channels: 1, kernel_size: 2 }],
  };
  const job = { spec, input: [1, 2, 3, 4], parameters: { 'k.weight': [1, 10, 100, 1000] } };
  const { value } = read<{ activations: { data: number[] }[] }>(
    engine.calculate(
      JSON.stringify({ ...job, parameters: { ...job.parameters, 'k.bias': [0.5] } }),
    ),
  );
  expect(value?.activations).toEqual([{ name: 'k', shape: [1, 1, 1], data: [4321.5] }]);
  const asked = { ...job, unit: { layer: 0, element: 0 } };
  const { unit } = read<Calculation>(engine.calculate(JSON.stringify(asked))).value!;
  expect(unit?.stages[0]).toMatchObject({ x: job.input, products: [1, 20, 300, 4000], sum: 4321 });
  const wrong = read(engine.calculate(JSON.stringify({ ...job, input: [1] })));
  expect(wrong.error).toMatchObject({ code: 'shape_mismatch', where: 'input' });
  expect(wrong.error?.message).toContain('4 numbers');
});

test('the evaluation says what it made of every picture', () => {
  const { session } = sessionWith('lenet-5');
  expect(read(session.evaluate()).error?.code).toBe('not_found');
  session.addPart(
    'validation',
    0,
    idx('validation-0-images.idx3-ubyte'),
    idx('validation-0-labels.idx1-ubyte'),
  );
  const { value } = read<{ accuracy: number; predictions: number[]; confidences: number[] }>(
    session.evaluate(),
  );
  expect(value!.predictions).toHaveLength(1000);
  const right = value!.predictions.filter(
    (answer, i) => answer === (JSON.parse(session.picture('validation', i).json) as Labelled).label,
  );
  expect(right.length / 1000).toBeCloseTo(value!.accuracy, 9);
  for (const share of value!.confidences) {
    expect(share).toBeGreaterThanOrEqual(0.1);
    expect(String(share).length).toBeLessThanOrEqual(5);
  }
  session.delete();
});

test('a weight is set by hand', () => {
  const { session } = sessionWith('lenet-5');
  const bias = () => session.snapshot(new Uint8Array(784), '["c1.bias"]').data.slice(-6);
  const old = bias();
  expect(read(session.setParameter('c1.bias', 2, 0.25)).value).toEqual({ before: old[2] });
  expect([...bias()]).toEqual([old[0], old[1], 0.25, old[3], old[4], old[5]]);
  expect(read(session.setParameter('c9.bias', 0, 0)).error?.code).toBe('not_found');
  expect(read(session.setParameter('c1.bias', 6, 0)).error?.message).toContain('it has 6');
  expect(read(session.setParameter('c1.bias', 0, NaN)).error?.code).toBe('invalid_argument');
  session.delete();
});

test('a unit is explained down to the pixels, and found again by its place', () => {
  const { session, network } = sessionWith('lenet-5');
  addPart(session, 0);
  const { data: pixels } = session.picture('train', 0);
  const layer = (name: string) => network.spec.layers.findIndex((each) => each.name === name);
  // The relu above c3: channel 5, row 2, column 7.
  const element = 500 + 27;
  const { value } = read<UnitExplanation>(session.explainUnit(pixels, layer('c3') + 1, element));
  expect(value!.selected).toBe(1);
  const [conv, relu] = value!.stages;
  expect(conv).toMatchObject({
    name: 'c3',
    type: 'conv2d',
    place: [5, 2, 7],
    rule: 'sum',
    weight_parameter: 'c3.weight',
    window: { y: 2, x: 7, height: 5, width: 5, stride: [1, 1], channels: [0, 6] },
  });
  expect(conv!.x).toHaveLength(150);
  expect(conv!.sum + conv!.bias!.value).toBeCloseTo(conv!.value, 5);
  expect(relu!.value).toBe(Math.max(conv!.value, 0));
  expect(new Set(conv!.sources.value)).toEqual(new Set([layer('s2') + 1]));
  const { json, data } = session.snapshot(pixels, '["c3.weight"]');
  const { parameters } = JSON.parse(json) as { parameters: TensorPlace[] };
  conv!.weight_elements!.forEach((w, i) =>
    expect(data[parameters[0]!.offset + w]).toBe(conv!.weights![i]),
  );

  const over = (...place: [number, number, number]) =>
    read<{ element: number | null }>(session.unitOver(...place)).value?.element;
  expect(over(layer('s4'), 3, 2 * 10 + 7)).toBe(3 * 25 + 1 * 5 + 3);
  expect(over(layer('c1'), 5, 3 * 28 + 4)).toBe(5 * 784 + 3 * 28 + 4);
  expect(over(layer('output'), 0, 0)).toBeNull();
  expect(read(session.unitOver(99, 0, 0)).error?.message).toContain('no layer 99');
  expect(read(session.explainUnit(pixels, 0, 99999)).error?.message).toContain('6×28×28');
  session.delete();
});

test('a saved run goes on in another session with the same bits', () => {
  const options = { batch_size: 50, augment: { shift: 1, rotate: 10, scale: 0.1 } };
  const first = sessionWith('lenet-5', options).session;
  addPart(first, 0);
  for (let i = 0; i < 4; i++) step(first);
  const saved = first.saveCheckpoint();
  expect(read(saved.json).error).toBeUndefined();
  const goneOn = Array.from({ length: 4 }, () => step(first));

  const { session: second } = sessionWith('lenet-5', { ...options, seed: 7 });
  addPart(second, 0);
  step(second);
  expect(read<Resumed>(second.restoreCheckpoint(saved.data)).value).toEqual({
    step: 4,
    epoch: 1,
    seed: 1,
    history: [],
  });
  expect(Array.from({ length: 4 }, () => step(second))).toEqual(goneOn);

  const { session: other } = sessionWith('model-2', options);
  expect(read(other.restoreCheckpoint(saved.data)).error).toMatchObject({
    code: 'shape_mismatch',
    where: 'checkpoint',
  });
  expect(read(second.restoreCheckpoint(saved.data.slice(0, 5000))).error?.code).toBe('bad_file');
  first.delete();
  second.delete();
  other.delete();
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
