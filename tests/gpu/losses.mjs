// Curves of losses, and how far apart they may be.
import assert from 'node:assert/strict';
import { nextStep } from '../../scripts/lib/engine.mjs';

/** The losses of the next training steps. */
export async function losses(session, count, depth) {
  const found = [];
  while (found.length < count) {
    const result = await nextStep(session, depth);
    if (result.kind === 'trained') found.push(result.loss);
  }
  return found;
}

/** Where the curves part by more than the bound, which may grow from step to step. */
export function assertClose(found, expected, bound) {
  found.forEach((loss, i) => {
    const most = bound * (1 + i);
    assert.ok(
      Math.abs(loss - expected[i]) <= most,
      `step ${i + 1}: ${loss} is not within ${most} of ${expected[i]}`,
    );
  });
}
