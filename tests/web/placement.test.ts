// Where training runs, with a session, a GPU and a page of the test's own.
import { describe, expect, test } from 'vitest';
import { failure, type Answer, type DeviceState } from '../../web/src/engine/api';
import type { GpuDevice } from '../../web/src/engine/gpu-device.mjs';
import type { SessionHandle } from '../../web/src/engine/module';
import { Placement } from '../../web/src/engine/placement';

type Opened = Answer<GpuDevice>;

/** A promise, and what ends it. */
function later<T>() {
  let end!: (value: T) => void;
  const promise = new Promise<T>((done) => (end = done));
  return { promise, end };
}

/** A GPU that compiles until it is told to have done so. */
function fakeGpu() {
  const lost = later<string>();
  const compiled = later<string | undefined>();
  const device = {
    name: 'A GPU',
    lost: lost.promise,
    settled: () => compiled.promise,
    read: (_: number[], done: (error: string, data: Float32Array) => void) =>
      done('', new Float32Array()),
  };
  return {
    device: device as unknown as GpuDevice,
    lose: lost.end,
    /** What settled() says, to those who wait and to those who ask from now on. */
    compile: (failed?: string) => compiled.end(failed),
  };
}

/** A session whose steps take no time; `trials` are the backends that were tried. */
function fakeSession() {
  const state = { backend: 'simd', known: 0, trial: '', trials: [] as string[], asked: false };
  const session = {
    onGpu: () => state.backend === 'webgpu',
    leaveGpu() {
      state.backend = 'simd';
      return JSON.stringify({ step: state.known });
    },
    startTrial(backend: string) {
      state.trials.push(backend);
      state.trial = backend;
      return '{}';
    },
    stepTrial: () => JSON.stringify({ kind: state.trial ? 'trained' : 'finished' }),
    endTrial: () => (state.trial = ''),
  };
  return { session: session as unknown as SessionHandle, state };
}

function laboratory(
  opens: (device: GpuDevice) => Promise<Opened> | Opened = (device) => ({ value: device }),
) {
  const gpu = fakeGpu();
  const { session, state } = fakeSession();
  const told: DeviceState[] = [];
  const used: (GpuDevice | null)[] = [];
  const open = { session: session as SessionHandle | undefined, key: 'one network' };
  let refusal: Answer<unknown> | undefined;
  const placement = new Placement(
    {
      session: () => open.session,
      key: () => open.key,
      use: (device) => used.push(device),
      move: () => {
        if (refusal) return Promise.resolve(refusal);
        state.backend = placement.backend;
        placement.laidOut();
        return Promise.resolve({ value: undefined });
      },
      tell: (device) => told.push(device),
    },
    () => Promise.resolve(opens(gpu.device)),
  );
  return {
    ...{ placement, gpu, session, state, told, used, open },
    last: () => told.at(-1)!,
    refuse: (message: string) => (refusal = failure('out_of_memory', 'webgpu', message)),
  };
}

const turn = () => new Promise((done) => setTimeout(done));

describe('a wish', () => {
  test('for the GPU opens it, moves the run and waits for what compiles', async () => {
    const { placement, gpu, state, used, last } = laboratory();
    expect(await placement.want('gpu')).toBeUndefined();
    expect(used).toEqual([gpu.device]);
    expect(state.backend).toBe('webgpu');
    expect(placement.busy).toBe(true);
    expect(last()).toEqual({ wanted: 'gpu', on: 'gpu', name: 'A GPU', compiling: true });
    let woken = false;
    placement.answered(() => (woken = true));
    gpu.compile();
    await turn();
    expect(placement.busy).toBe(false);
    expect(woken).toBe(true);
    expect(last()).toEqual({ wanted: 'gpu', on: 'gpu', name: 'A GPU' });
  });

  test('before a network is open moves nothing, and is kept', async () => {
    const { placement, open, last } = laboratory();
    open.session = undefined;
    await placement.want('gpu');
    expect(placement.backend).toBe('webgpu');
    expect(placement.busy).toBe(false);
    expect(last().on).toBe('gpu');
  });

  test('for a GPU that cannot be opened is refused, and says why', async () => {
    const why = 'there is none';
    const { placement, used, last, state } = laboratory(() => failure('unsupported', 'GPU', why));
    expect(await placement.want('gpu')).toBe(why);
    expect(last()).toEqual({ wanted: 'cpu', on: 'cpu', why });
    expect(used).toEqual([]);
    expect(state.backend).toBe('simd');
  });

  test('for a GPU that cannot hold the network leaves the run where it is', async () => {
    const { placement, refuse, last, state } = laboratory();
    refuse('too large');
    await placement.want('gpu');
    expect(last()).toMatchObject({ wanted: 'cpu', on: 'cpu', why: 'The CPU trains: too large.' });
    expect(placement.backend).toBe('simd');
    expect(state.backend).toBe('simd');
  });

  test('waits for the one before, and the last one holds', async () => {
    const opening = later<Opened>();
    const { placement, gpu, told, state } = laboratory(() => opening.promise);
    const wishes = [placement.want('gpu'), placement.want('cpu')];
    await turn();
    expect(told).toEqual([]); // the CPU, too, waits for the GPU to be open
    opening.end({ value: gpu.device });
    await Promise.all(wishes);
    gpu.compile();
    await turn();
    expect(told.map(({ wanted }) => wanted)).toContain('gpu');
    expect(told.at(-1)).toMatchObject({ wanted: 'cpu', on: 'cpu' });
    expect(state.backend).toBe('simd');
  });

  test('that fails does not keep the next one from being heard', async () => {
    let times = 0;
    const { placement, last } = laboratory(() => {
      if (times++ === 0) throw new Error('no chunk');
      return failure('unsupported', 'GPU', 'there is none');
    });
    await expect(placement.want('gpu')).rejects.toThrow('no chunk');
    expect(await placement.want('gpu')).toBe('there is none');
    expect(last().why).toBe('there is none');
  });
});

describe('a GPU that is lost', () => {
  test('leaves the run to the CPU from the step that is known here', async () => {
    const { placement, gpu, state, used, last } = laboratory();
    await placement.want('gpu');
    gpu.compile();
    await turn();
    state.known = 32;
    let woken = false;
    placement.answered(() => (woken = true));
    gpu.lose('It was pulled out.');
    await turn();
    expect(last()).toMatchObject({ wanted: 'cpu', on: 'cpu' });
    expect(last().why).toMatch(/^The GPU has failed \(It was pulled out\)\. .*after step 32/);
    expect(used.at(-1)).toBeNull();
    expect(state.backend).toBe('simd');
    expect(woken).toBe(true);
  });

  test('while it compiles is lost once, and no step waits for it', async () => {
    const { placement, gpu, told } = laboratory();
    await placement.want('gpu');
    expect(placement.busy).toBe(true);
    gpu.lose('gone');
    await turn();
    gpu.compile('the GPU was lost');
    await turn();
    expect(placement.busy).toBe(false);
    expect(told.filter(({ why }) => why)).toHaveLength(1);
    expect(told.at(-1)!.why).toMatch(/^The GPU has failed \(gone\)\./);
    expect(told.at(-1)).not.toHaveProperty('compiling');
  });

  test('because a shader does not compile says which', async () => {
    const { placement, gpu, last } = laboratory();
    await placement.want('gpu');
    gpu.compile('conv2d.wgsl, forward: wrong');
    await turn();
    expect(last().why).toContain('conv2d.wgsl, forward: wrong');
    expect(placement.busy).toBe(false);
  });

  test('is opened anew when it is wanted again', async () => {
    const second = fakeGpu();
    const devices: GpuDevice[] = [];
    const { placement, gpu, used, last } = laboratory(() => ({ value: devices.shift()! }));
    devices.push(gpu.device, second.device);
    await placement.want('gpu');
    gpu.lose('gone');
    await turn();
    await placement.want('gpu');
    expect(used).toEqual([gpu.device, null, second.device]);
    expect(last()).toMatchObject({ wanted: 'gpu', on: 'gpu' });
    gpu.compile('the GPU was lost'); // what the first one still says is not heard
    await turn();
    expect(last()).toMatchObject({ wanted: 'gpu', on: 'gpu' });
  });
});

describe('auto', () => {
  test('has compiled what it will time before it is asked to train', async () => {
    const { placement, gpu, state, last } = laboratory();
    await placement.want('auto');
    expect(placement.undecided).toBe(true);
    expect(state.trials).toEqual(['webgpu']);
    expect(state.trial).toBe(''); // it ended, for nothing is to be timed yet
    expect(last()).toMatchObject({ wanted: 'auto', on: 'cpu', compiling: true });
    gpu.compile();
    await turn();
    expect(last()).not.toHaveProperty('compiling');
  });

  test('times both, says what it found, and asks no more of this network', async () => {
    const { placement, gpu, state, open, last, told } = laboratory();
    await placement.want('auto');
    const decided = placement.decide();
    expect(placement.decide()).toBe(decided); // two who ask wait for one answer
    expect(last()).toMatchObject({ measuring: true, compiling: true });
    gpu.compile();
    await decided;
    expect(state.trials).toEqual(['webgpu', 'simd', 'webgpu']);
    expect(told.some((each) => each.measuring && !each.compiling)).toBe(true);
    const { trial, on, measuring } = last();
    expect(trial).toBeDefined();
    expect(measuring).toBeUndefined();
    expect(on).toBe(trial!.gpu < trial!.cpu ? 'gpu' : 'cpu');
    expect(placement.undecided).toBe(false);
    open.key = 'another network';
    expect(placement.undecided).toBe(true);
    placement.laidOut();
    expect(last().trial).toBeDefined(); // of the one before, until there is another
  });

  test('that meets a refusal trains on the CPU', async () => {
    const { placement, gpu, session, last } = laboratory();
    await placement.want('auto');
    gpu.compile();
    await turn();
    session.startTrial = (backend) =>
      backend === 'simd' ? '{}' : JSON.stringify(failure('out_of_memory', 'conv1', 'too large'));
    session.stepTrial = () => JSON.stringify({ kind: 'trained' });
    await placement.decide();
    expect(last()).toMatchObject({ wanted: 'cpu', on: 'cpu' });
    expect(last().why).toBe('The GPU could not be tried (too large).');
  });

  test('is given up for another wish, or another session, that comes meanwhile', async () => {
    const { placement, gpu, open, last } = laboratory();
    await placement.want('auto');
    const decided = placement.decide();
    open.session = fakeSession().session;
    gpu.compile();
    await decided;
    expect(last()).toEqual({ wanted: 'auto', on: 'cpu', name: 'A GPU' });
    expect(placement.undecided).toBe(true);

    const again = placement.decide();
    await placement.want('cpu');
    await again;
    expect(last()).toMatchObject({ wanted: 'cpu', on: 'cpu' });
    expect(last()).not.toHaveProperty('measuring');
  });

  test('whose GPU is lost while steps are timed says so', async () => {
    const { placement, gpu, last } = laboratory();
    await placement.want('auto');
    const decided = placement.decide();
    gpu.lose('gone');
    await turn();
    gpu.compile('gone');
    await decided;
    expect(last()).toMatchObject({ wanted: 'cpu', on: 'cpu' });
    expect(last().why).toBe('The GPU has failed (gone).');
    expect(last()).not.toHaveProperty('measuring');
  });
});
