// Auto's comparison, on a clock of the test's own.
import { expect, test } from 'vitest';
import type { SessionHandle } from '../../web/src/engine/module';
import { compareBackends } from '../../web/src/engine/trial';

/** A session whose steps take so many milliseconds, the GPU's while nobody waits for them. */
function fake(cpu: number, gpu: number) {
  let [clock, backend, asked, ended] = [0, '', false, false];
  const trained = JSON.stringify({ kind: 'trained' });
  const session = {
    startTrial(wanted: string) {
      backend = wanted;
      return '{}';
    },
    stepTrial() {
      if (backend === 'simd') clock += cpu;
      else if ((asked = !asked)) return JSON.stringify({ kind: 'pending' });
      return trained;
    },
    endTrial: () => (ended = true),
  };
  const host = {
    settled: () => Promise.resolve(undefined),
    answered: (job: () => void) => {
      clock += gpu;
      job();
    },
    turn: () => {
      clock += 4; // as a browser's timers
      return Promise.resolve();
    },
    now: () => clock,
  };
  return { session: session as unknown as SessionHandle, host, ended: () => ended };
}

test('a step of the CPU is timed without the turns between steps, one of the GPU by the clock', async () => {
  const { session, host, ended } = fake(2, 11);
  const { value } = await compareBackends(session, host);
  expect(value).toEqual({ cpu: 2, gpu: 11 });
  expect(ended()).toBe(true);
});
