// The profile of a training plan: measured in slices beside the run, whose bits it does not touch.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { ProfileKeeper } from '../../web/src/app/profiles';
import { defaults, toTrainConfig } from '../../web/src/app/settings';
import { phasesOf, sumOf } from '../../web/src/elements/profile-rows';
import type { Answer, PlanProfile, Preset } from '../../web/src/engine/api';
import { read, type EngineModule, type SessionHandle } from '../../web/src/engine/module';
import { Profiler } from '../../web/src/engine/profiler';
import type { StepResult } from '../../web/src/engine/training';
import { wasmModule } from './wasm-module';

let engine: EngineModule;
beforeAll(async () => {
  engine = await wasmModule();
});

const idx = (name: string) =>
  new Uint8Array(gunzipSync(readFileSync(`web/data/digits/${name}.gz`)));

function session() {
  const made = new engine.Session();
  made.announceDataset(readFileSync('web/data/digits/manifest.json', 'utf8'));
  const presets = JSON.parse(engine.zoo()) as Preset[];
  const spec = presets.find(({ name }) => name === 'model-2')?.spec;
  const opened = read(
    made.openNetwork(JSON.stringify(spec), JSON.stringify(toTrainConfig(defaults()))),
  );
  expect(opened.error).toBeUndefined();
  made.addPart('train', 0, idx('train-0-images.idx3-ubyte'), idx('train-0-labels.idx1-ubyte'));
  return made;
}

const losses = (made: SessionHandle, count: number) =>
  Array.from({ length: count }, () => read<StepResult>(made.step(1)).value?.loss);

const direct = <T>(call: () => Answer<T>) => call();

describe('a profile', () => {
  test('names every step of the plan, and leaves the run as it is', async () => {
    const made = session();
    const expected = losses(session(), 8);
    const got = losses(made, 3);
    const turn = () => {
      if (got.length < 6) got.push(...losses(made, 1)); // training goes on between two slices
      return Promise.resolve();
    };
    const fused = await new Profiler().measure(made, true, direct, turn);
    const apart = await new Profiler().measure(made, false, direct);
    got.push(...losses(made, 8 - got.length));
    expect(got).toEqual(expected);

    const kernels = fused.value!.steps.map(({ kernel }) => kernel);
    expect(kernels).toContain('conv2d_forward + relu');
    expect(kernels).toContain('max_pool2d_backward + relu');
    expect(kernels).not.toContain('activation_forward');
    expect(apart.value!.steps.every((step) => step.fused === '')).toBe(true);
    expect(apart.value!.steps.length).toBe(kernels.length + 4);
    expect(fused.value!.steps.find((step) => step.fused)?.fused).toMatch(/^relu/);
    for (const profile of [fused.value!, apart.value!]) {
      expect(profile.batch).toBe(defaults().batch);
      expect(profile.ceiling).toBeGreaterThan(0);
      expect(sumOf(profile)).toBeGreaterThan(0);
      const phases = phasesOf(profile);
      expect(phases.map(({ name }) => name)).toEqual(['Forward', 'Loss', 'Backward', 'Update']);
      expect(phases.flatMap(({ steps }) => steps)).toEqual(profile.steps);
    }
  });

  test('ends when another is asked for', async () => {
    const made = session();
    const profiler = new Profiler();
    const first = profiler.measure(made, true, direct);
    const second = profiler.measure(made, false, direct);
    expect((await first).error?.code).toBe('abandoned');
    expect((await second).error).toBeUndefined();
  });
});

test('what was measured of another network is not shown', async () => {
  const asked: ((answer: Answer<PlanProfile>) => void)[] = [];
  const keeper = new ProfileKeeper(
    () => ({ profile: () => new Promise((answer) => asked.push(answer)) }),
    () => {},
  );
  const profile: PlanProfile = { batch: 1, ceiling: 1, steps: [] };
  const late = keeper.measure();
  keeper.forget();
  expect(keeper.measuring).toBe(false);
  asked[0]!({ value: profile });
  await late;
  expect(keeper.profiles).toBeNull();

  const refused = keeper.measure();
  asked[1]!({ error: { code: 'out_of_memory', where: 'plan', message: 'too big' } });
  await refused;
  expect(keeper).toMatchObject({ profiles: null, measuring: false, trouble: 'plan: too big' });
  expect(asked.length).toBe(2);
});

test('both plans are measured there and back, and the least of each step counts', async () => {
  const asked: boolean[] = [];
  const seconds = [
    [5, 2],
    [7, 8],
    [6, 9],
    [4, 3],
  ];
  const step = { kernel: 'copy', layer: '', phase: 'forward' as const, fused: '', writes: '' };
  const keeper = new ProfileKeeper(
    () => ({
      profile: (fuse) => {
        const steps = seconds[asked.push(fuse) - 1]!.map((s) => ({
          ...step,
          seconds: s,
          gflops: 1 / s,
        }));
        return Promise.resolve({ value: { batch: 1, ceiling: asked.length, steps } });
      },
    }),
    () => {},
  );
  await keeper.measure();
  expect(asked).toEqual([true, false, false, true]);
  const { fused, apart } = keeper.profiles!;
  expect(fused.steps.map(({ seconds, gflops }) => [seconds, gflops])).toEqual([
    [4, 1 / 4],
    [2, 1 / 2],
  ]);
  expect(apart.steps.map(({ seconds }) => seconds)).toEqual([6, 8]);
  expect([fused.ceiling, apart.ceiling]).toEqual([4, 3]);
});
