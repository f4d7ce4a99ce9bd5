import { expect, test, vi } from 'vitest';
import type { Answer, EngineEvent } from '../../web/src/engine/api';
import { Training, type StepResult } from '../../web/src/engine/training';

// `later`: node would hand over a thousand messages before it looks at a timer.
/** Epochs of some training batches and one of validation; so many have arrived; 0.2 ms each. */
function fake(perEpoch = 4, available = Infinity, later: (job: () => void) => void = setImmediate) {
  const events: EngineEvent[] = [];
  const engine = { done: 0, available, broken: false };
  let phase = 0;
  const step = (ahead: number): Answer<StepResult> => {
    const last = { step: engine.done, epoch: 1, samples: 0, loss: 0, accuracy: 0 };
    if (ahead === 0) return { value: { ...last, kind: 'idle', learning_rate: 0 } };
    for (const began = performance.now(); performance.now() - began < 0.2;);
    if (engine.broken) return { error: { code: 'not_finite', where: 'c1', message: 'NaN' } };
    const epoch = Math.floor(engine.done / perEpoch) + 1;
    const base = { step: engine.done, epoch, samples: 8, loss: 1, accuracy: 0, learning_rate: 0.1 };
    if (phase === perEpoch) {
      phase = 0;
      const ended = { epoch: epoch - 1, loss: 1, accuracy: 1, val_loss: 1, val_accuracy: 1 };
      return { value: { ...base, kind: 'validated', epoch_done: ended } };
    }
    if (engine.done >= engine.available) return { value: { ...base, kind: 'waiting' } };
    phase++;
    engine.done++;
    return { value: { ...base, kind: 'trained', step: engine.done } };
  };
  const training = new Training(step, (event) => events.push(event), later);
  const states = () => events.flatMap((event) => (event.kind === 'state' ? [event.state] : []));
  return { training, engine, events, states };
}

const until = async (condition: () => boolean) => {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((done) => setTimeout(done, 5));
  expect(condition()).toBe(true);
};

test('commands get in between slices, and a pause holds', async () => {
  const { training, engine, states } = fake();
  training.train('told');
  await until(() => engine.done > 100);
  training.pause();
  const held = engine.done;
  await new Promise((done) => setTimeout(done, 60));
  expect(engine.done).toBe(held);
  expect(states()).toEqual(['running', 'ready']);
});

test('pause and train again, at once, is still one loop', async () => {
  const { training, engine } = fake();
  training.train('told');
  for (let i = 0; i < 5; i++) {
    training.pause();
    training.train('told');
  }
  training.pause();
  const held = engine.done;
  await new Promise((done) => setTimeout(done, 30));
  expect(engine.done).toBe(held);
});

test('an epoch ends with its validation', async () => {
  const { training, engine, events, states } = fake(4);
  training.train('epoch');
  await until(() => states().at(-1) === 'ready');
  expect(engine.done).toBe(4);
  const epochs = events.flatMap((event) => (event.kind === 'progress' ? event.epochs : []));
  expect(epochs).toMatchObject([{ epoch: 1, step: 4 }]);
});

test('one step is one training batch, across the end of an epoch too', () => {
  const { training, engine } = fake(2);
  for (let i = 1; i <= 5; i++) {
    training.one();
    expect(engine.done).toBe(i);
  }
});

test('it waits for pictures and goes on when they arrive', async () => {
  const { training, engine, states } = fake(4, 2);
  training.train('told');
  await until(() => states().at(-1) === 'waiting');
  expect(engine.done).toBe(2);
  engine.available = 3;
  training.wake();
  await until(() => engine.done === 3 && states().at(-1) === 'waiting');
});

test('the first batch is told at once, however short it waited for pictures', () => {
  const jobs: (() => void)[] = [];
  const { training, engine, events, states } = fake(4, 0, (job) => jobs.push(job));
  training.train('told');
  jobs.shift()!();
  expect(states()).toEqual(['running', 'waiting']);
  engine.available = Infinity;
  training.wake();
  jobs.shift()!();
  const [first] = events.flatMap((event) => (event.kind === 'progress' ? [event.step] : []));
  expect(first).toBe(1);
});

test('an error stops it until it is forgotten', async () => {
  const { training, engine, events, states } = fake();
  engine.broken = true;
  training.train('told');
  await until(() => states().at(-1) === 'stopped');
  expect(events.at(-1)).toMatchObject({ error: { where: 'c1' } });
  training.train('told');
  expect(states().at(-1)).toBe('stopped');
  engine.broken = false;
  training.forget();
  training.one();
  expect(engine.done).toBe(1);
});

test('every batch is told once, in order', async () => {
  const { training, engine, events } = fake();
  training.train('told');
  await until(() => engine.done > 500);
  training.pause();
  const steps = events.flatMap((event) =>
    event.kind === 'progress' ? event.batches.map(({ step }) => step) : [],
  );
  expect(steps).toEqual(Array.from({ length: engine.done }, (_, i) => i + 1));
});

test('what is told after a reset is of the new run alone', async () => {
  const { training, engine, events } = fake();
  training.train('told');
  await until(() => engine.done > 20);
  training.forget();
  const at = events.findIndex(({ kind }) => kind === 'forgotten');
  expect(at).toBeGreaterThan(0);
  const first = engine.done + 1;
  training.one();
  const told = events
    .slice(at)
    .flatMap((event) => (event.kind === 'progress' ? event.batches : []));
  expect(told.map(({ step }) => step)).toEqual([first]);
});

/** A GPU: results come when answer() is called, and from step `lost` on it has to do with the CPU. */
function fakeGpu() {
  const events: EngineEvent[] = [];
  const gpu = { begun: 0, done: 0, most: 0, results: [] as StepResult[] };
  const base = { epoch: 1, samples: 8, loss: 1, accuracy: 0, learning_rate: 0.1 };
  let jobs: (() => void)[] = [];
  const step = (ahead: number): Answer<StepResult> => {
    const next = gpu.results.shift();
    if (next) return { value: next };
    while (gpu.begun - gpu.done < ahead) gpu.begun++;
    gpu.most = Math.max(gpu.most, gpu.begun - gpu.done);
    const kind = gpu.begun > gpu.done ? 'pending' : 'idle';
    return { value: { ...base, kind, step: gpu.done } };
  };
  const answer = () => {
    if (gpu.begun > gpu.done) gpu.results.push({ ...base, kind: 'trained', step: ++gpu.done });
    const waiting = jobs;
    jobs = [];
    for (const job of waiting) job();
  };
  const later = (job: () => void) => job();
  const training = new Training(
    step,
    (event) => events.push(event),
    later,
    (job) => jobs.push(job),
  );
  const told = () =>
    events.flatMap((event) =>
      event.kind === 'progress' ? event.batches.map((batch) => batch.step) : [],
    );
  const states = () => events.flatMap((event) => (event.kind === 'state' ? [event.state] : []));
  return { training, gpu, answer, told, states, waiting: () => jobs.length };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test('a GPU is kept busy with three batches, and nobody spins', () => {
  const { training, gpu, answer, waiting } = fakeGpu();
  training.train('told');
  expect(gpu.begun).toBe(3);
  expect(waiting()).toBe(1);
  for (let i = 0; i < 50; i++) answer();
  expect(gpu.done).toBe(50);
  expect(gpu.most).toBe(3);
  expect(waiting()).toBe(1);
});

test('a pause takes the results that are on their way', () => {
  const { training, gpu, answer, told, states } = fakeGpu();
  training.train('told');
  for (let i = 0; i < 5; i++) answer();
  training.pause();
  expect(states()).toEqual(['running']);
  for (let i = 0; i < 10; i++) answer();
  expect(states()).toEqual(['running', 'ready']);
  expect(gpu.begun).toBe(gpu.done);
  expect(told()).toEqual(upTo(gpu.done));
});

test('training again before the pause is over is one loop', () => {
  const { training, gpu, answer, told } = fakeGpu();
  training.train('told');
  answer();
  training.pause();
  training.train('told');
  for (let i = 0; i < 20; i++) answer();
  training.pause();
  for (let i = 0; i < 5; i++) answer();
  expect(gpu.most).toBe(3);
  expect(told()).toEqual(upTo(gpu.done));
});

test('one step on a GPU is one', () => {
  const { training, gpu, answer, told } = fakeGpu();
  training.one();
  expect(gpu.begun).toBe(1);
  answer();
  answer();
  expect([gpu.begun, told()]).toEqual([1, [1]]);
  training.one();
  answer();
  expect([gpu.begun, told()]).toEqual([2, [1, 2]]);
});

test('steps that are done again are not told again', () => {
  const { training, gpu, answer, told } = fakeGpu();
  training.train('told');
  for (let i = 0; i < 10; i++) answer();
  const before = told().length;
  // The GPU is lost: what it did after step 4 is done again.
  gpu.begun = gpu.done = 4;
  gpu.results = [];
  for (let i = 0; i < 12; i++) answer();
  training.pause();
  for (let i = 0; i < 4; i++) answer();
  expect(before).toBeLessThanOrEqual(10);
  expect(told()).toEqual(upTo(gpu.done));
});

test('the time that shaders take to compile does not count as slow training', () => {
  let clock = 0;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const results = ['compiling', 'pending', 'trained', 'idle'];
  const speeds: (number | null)[] = [];
  let answer = () => {};
  const training = new Training(
    () => {
      const kind = results.shift();
      const base = { step: 1, epoch: 1, samples: 8, loss: 1, accuracy: 0, learning_rate: 0.1 };
      if (kind === 'compiling') return { value: { ...base, kind: 'pending', compiling: true } };
      return { value: { ...base, kind: kind as StepResult['kind'] } };
    },
    (event) => {
      if (event.kind === 'progress') speeds.push(event.imagesPerSecond);
    },
    (job) => job(),
    (job) => (answer = job),
  );
  training.one();
  clock = 3000; // compiled
  answer();
  clock = 3020; // trained
  answer();
  now.mockRestore();
  expect(speeds[0]).toBe(400);
});

test('training that is expected can be paused, before a step is done', () => {
  const { training, engine, states } = fake();
  training.expect();
  expect(states()).toEqual(['running']);
  training.pause();
  expect(states()).toEqual(['running', 'ready']);
  training.expect();
  training.one();
  expect(engine.done).toBe(1);
  expect(states()).toEqual(['running', 'ready', 'running', 'ready']);
});
