// Every problem of tests/kernels on WebGPU in node, against the reference in double.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openNodeGpu } from '../../scripts/lib/webgpu.mjs';
import { loadProofs } from './module.mjs';
import { prove } from './prove.mjs';

const module = await loadProofs();
const device = await openNodeGpu();
const proofs = new module.Proofs(device);
const names = JSON.parse(proofs.names());
const only = process.env.CONVOLAB_PROBLEMS ?? '';

before(() => console.log(`# ${device.name}`));
after(() => {
  proofs.delete();
  device.close();
});

describe('kernels on a GPU agree with the reference', () => {
  for (const [index, name] of names.entries()) {
    if (!name.includes(only)) continue;
    it(name, async () => {
      assert.equal(await prove(proofs, device, index, false), '');
      assert.equal(await prove(proofs, device, index, true), '', 'when they accumulate');
    });
  }
});

it('leaves nothing on the GPU', () => {
  assert.equal(device.buffers, 0);
  assert.equal(device.recordings, 0);
});
