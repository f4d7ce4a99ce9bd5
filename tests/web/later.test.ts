// The engine in two files: what comes first is enough to train, what comes later is the rest.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { defaults, toTrainConfig } from '../../web/src/app/settings';
import type { NetworkInfo, Preset, UnitExplanation } from '../../web/src/engine/api';
import { inTwo } from '../../web/src/engine/later.mjs';
import {
  read,
  type CreateModule,
  type EngineModule,
  type SessionHandle,
} from '../../web/src/engine/module';
import { rehearse } from '../../web/src/engine/rehearsal';
import type { StepResult } from '../../web/src/engine/training';
import { wasmModule } from './wasm-module';

const compiled = (part: string) =>
  new WebAssembly.Module(readFileSync(`build/wasm/convolab.${part}.wasm`));
const first = compiled('first');

let create: CreateModule;
beforeAll(async () => {
  await wasmModule(); // as in a worker
  ({ default: create } = (await import('@wasm/convolab.first.js')) as { default: CreateModule });
});

/** The engine whose later part comes from `compileNow`, or before that from what this returns. */
async function engineWith(compileNow: () => WebAssembly.Module) {
  let parts: ReturnType<typeof inTwo> | undefined;
  const engine = await create({
    instantiateWasm: (imports, receive) => {
      parts = inTwo(imports, compileNow);
      const instance = new WebAssembly.Instance(first, parts.imports);
      parts.begin(instance);
      receive(instance, first);
      return {};
    },
  });
  return { engine, add: (later: WebAssembly.Module) => parts!.add(later) };
}

const folder = 'web/data/digits';
const manifest = readFileSync(`${folder}/manifest.json`, 'utf8');
const { train, validation } = JSON.parse(manifest) as Record<
  'train' | 'validation',
  { images: string; labels: string }[]
>;
const parts = Object.entries({ train, validation }).flatMap(([split, list]) =>
  list.map(({ images, labels }, part) => ({
    ...{ split: split as 'train' | 'validation', part },
    files: [images, labels].map(
      (name) => new Uint8Array(gunzipSync(readFileSync(`${folder}/${name}`))),
    ) as [Uint8Array, Uint8Array],
  })),
);

/** A network on the digits, as the page opens it. */
function open(engine: EngineModule, preset: Preset, config = {}) {
  const session = new engine.Session();
  read(session.announceDataset(manifest));
  const settings = JSON.stringify({ ...toTrainConfig(defaults()), ...config });
  const network = read<NetworkInfo>(session.openNetwork(JSON.stringify(preset.spec), settings));
  for (const { split, part, files } of parts) session.addPart(split, part, ...files);
  return { session, network: network.value!, picture: session.picture('validation', 0).data };
}

const presetsOf = (engine: EngineModule) =>
  (JSON.parse(engine.zoo()) as Preset[]).filter(({ spec }) => spec.input[0] === 1);

describe('without what comes later', () => {
  const never = () => {
    throw new Error('what comes later was called');
  };

  test('every network of the menu trains and is looked at', async () => {
    const { engine } = await engineWith(never);
    engine.layerTypes();
    const presets = presetsOf(engine);
    expect(presets.length).toBeGreaterThan(4);
    for (const preset of presets) {
      const { session, network, picture } = open(engine, preset);
      const names = network.summary.layers.filter(({ parameters }) => parameters > 0);
      const weights = JSON.stringify(names.map(({ name }) => `${name}.weight`));
      const batches = preset.name === 'lenet-5' ? 100 : 5;
      for (let i = 0; i < batches; i++) {
        const { value, error } = read<StepResult>(session.step(1));
        expect(error).toBeUndefined();
        expect(value!.kind).toBe('trained');
        expect(session.snapshot(picture, weights).data.length).toBeGreaterThan(0);
      }
      session.evaluate();
      session.delete();
    }
  });

  test('a network is opened in rehearsal, and nothing stays of it', async () => {
    const { engine } = await engineWith(never);
    const { prototype } = engine.Session as unknown as { prototype: SessionHandle };
    const calls = [vi.spyOn(prototype, 'announceDataset'), vi.spyOn(prototype, 'openNetwork')];
    const deleted = vi.spyOn(prototype, 'delete');
    await rehearse(Promise.resolve(engine), () => false);
    for (const call of calls) expect(call).not.toHaveBeenCalled();
    await rehearse(Promise.resolve(engine), () => true);
    for (const call of calls) {
      expect(call).toHaveBeenCalledOnce();
      expect(read(call.mock.results[0]!.value as string).error).toBeUndefined();
    }
    expect(deleted).toHaveBeenCalledOnce();
    vi.restoreAllMocks();
  });

  test('what needs it says so', async () => {
    const { engine } = await engineWith(never);
    const { session, picture } = open(engine, presetsOf(engine)[0]!);
    expect(() => session.explainUnit(picture, 0, 0)).toThrow('what comes later was called');
  });
});

describe('with what comes later', () => {
  const explained = ({ session, picture }: ReturnType<typeof open>) =>
    read<UnitExplanation>(session.explainUnit(picture, 0, 130)).value!;

  test('it is fetched once, by the call that needs it, and says what the whole engine says', async () => {
    const whole = await wasmModule();
    const preset = presetsOf(whole)[0]!;
    const expected = explained(open(whole, preset));
    expect(expected.stages.length).toBeGreaterThan(0);
    let fetched = 0;
    const { engine } = await engineWith(() => {
      fetched++;
      return compiled('later');
    });
    const opened = open(engine, preset);
    expect(fetched).toBe(0);
    expect(explained(opened)).toEqual(expected);
    expect(explained(opened)).toEqual(expected);
    expect(fetched).toBe(1);
  });

  test('nobody waits for it when it is here before', async () => {
    const { engine, add } = await engineWith(() => {
      throw new Error('it was here');
    });
    add(compiled('later'));
    add(compiled('later')); // that is too late, and changes nothing
    expect(explained(open(engine, presetsOf(engine)[0]!)).stages.length).toBeGreaterThan(0);
  });

  test('a run goes on from its checkpoint to the same bits', async () => {
    const { engine } = await engineWith(() => compiled('later'));
    const preset = presetsOf(engine)[0]!;
    const sgd = { optimizer: { type: 'sgd', lr: 0.1, momentum: 0.9 } };
    const { session } = open(engine, preset, sgd);
    const step = (on: typeof session) => read<StepResult>(on.step(1)).value!.loss;
    step(session);
    const { data } = session.saveCheckpoint();
    const { session: other } = open(engine, preset, sgd);
    expect(read(other.restoreCheckpoint(data)).error).toBeUndefined();
    expect(step(other)).toBe(step(session));
  });
});
