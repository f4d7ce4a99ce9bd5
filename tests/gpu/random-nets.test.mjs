// Networks that nobody would draw, trained on all three backends.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { checked, sessionOn } from '../../scripts/lib/engine.mjs';
import { openNodeGpu } from '../../scripts/lib/webgpu.mjs';
import { assertClose, losses } from './losses.mjs';
import { loadProofs } from './module.mjs';
import { randomNet } from './random-nets.mjs';

const steps = 20;

const engine = await loadProofs();
const gpu = await openNodeGpu();
engine.useGpu(gpu);
after(() => gpu.close());

async function course(spec, backend) {
  const { session } = sessionOn(engine, 'digits');
  const optimizer = { type: 'sgd', lr: 0.01, momentum: 0.9 };
  const config = { backend, batch_size: 13, optimizer };
  checked(session.openNetwork(JSON.stringify(spec), JSON.stringify(config)));
  assert.equal(await gpu.settled(), undefined);
  assert.equal(session.onGpu(), backend === 'webgpu');
  const found = await losses(session, steps);
  session.delete();
  return found;
}

describe('random nets on simd and webgpu follow the reference', () => {
  for (let seed = 1; seed <= 8; seed++) {
    it(`net ${seed} for ${steps} steps`, async () => {
      const spec = randomNet(seed);
      const reference = await course(spec, 'reference');
      for (const backend of ['simd', 'webgpu'])
        assertClose(await course(spec, backend), reference, 2e-6);
    });
  }
});
