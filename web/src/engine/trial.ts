// How long a training step of the open network takes on the CPU and on the GPU: a few real steps
// of each, in a second run that leaves the first alone.
import { failure, type Answer, type Trial } from './api';
import { read, type SessionHandle } from './module';
import { depth, type StepResult } from './training';

/** What a trial needs of the world around it. */
export interface TrialHost {
  /** Undefined when everything has compiled, or what went wrong. */
  settled(): Promise<string | undefined>;
  /** Calls a job after the GPU's next answer. */
  answered(job: () => void): void;
  /** Lets the event loop turn, so that commands get in. */
  turn(): Promise<void>;
  now(): number;
}

const warmUp = 2; // the first steps bring memory near and instructions to speed
const enoughMs = 300;
const enoughSteps = 30;
const fewestSteps = 3;

/** Milliseconds a step: of the CPU what its steps take by themselves, without the event loop's turns. */
async function time(
  session: SessionHandle,
  backend: 'simd' | 'webgpu',
  host: TrialHost,
): Promise<Answer<number>> {
  const started = read(session.startTrial(backend));
  if (started.error) return started;
  const failed = backend === 'webgpu' ? await host.settled() : undefined;
  if (failed) return failure('unsupported', 'GPU', failed);
  const ahead = backend === 'webgpu' ? depth : 1;
  let [steps, began, spent] = [0, 0, 0];
  const passed = () => (backend === 'simd' ? spent : host.now() - began);
  for (;;) {
    const before = host.now();
    const { value, error } = read<StepResult>(session.stepTrial(ahead));
    if (error) return { error };
    if (steps >= warmUp) spent += host.now() - before;
    if (value.kind === 'pending') {
      await new Promise<void>((done) => host.answered(done));
      continue;
    }
    if (value.kind === 'waiting' || value.kind === 'finished') break;
    if (value.kind !== 'trained') continue;
    if (++steps === warmUp) began = host.now();
    const measured = steps - warmUp;
    if (measured >= enoughSteps || (measured >= fewestSteps && passed() >= enoughMs)) break;
    if (backend === 'simd') await host.turn();
  }
  if (steps <= warmUp)
    return failure('not_found', 'GPU', 'too few pictures are here to time steps');
  return { value: passed() / (steps - warmUp) };
}

export async function compareBackends(
  session: SessionHandle,
  host: TrialHost,
): Promise<Answer<Trial>> {
  const failed = await host.settled(); // compiling would slow the CPU's steps
  if (failed) return failure('unsupported', 'GPU', failed);
  try {
    const cpu = await time(session, 'simd', host);
    if (cpu.error) return cpu;
    const gpu = await time(session, 'webgpu', host);
    return gpu.error ? gpu : { value: { cpu: cpu.value, gpu: gpu.value } };
  } finally {
    session.endTrial();
  }
}
