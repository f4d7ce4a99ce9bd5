// The tests of one device in node: those problems, with those limits.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openNodeGpu } from '../../scripts/lib/webgpu.mjs';
import { loadProofs } from './module.mjs';
import { prove } from './prove.mjs';

// CONVOLAB_PROBLEMS=conv2d node --test tests/gpu/kernels.test.mjs
const wanted = process.env.CONVOLAB_PROBLEMS ?? '';

export async function proveAll(title, { limits = {}, only = /./, ...options } = {}) {
  const module = await loadProofs();
  const device = await openNodeGpu(options);
  if (options.subgroups && !device.limits.subgroup) {
    it.skip(`${title}: ${device.name} has no subgroups of one size`);
    return device.close();
  }
  Object.defineProperty(device, 'limits', { value: { ...device.limits, ...limits } });
  const proofs = new module.Proofs(device);
  const names = JSON.parse(proofs.names());

  before(() => console.log(`# ${title} on ${device.name}`));
  after(() => {
    proofs.delete();
    device.close();
  });

  describe(title, () => {
    for (const [index, name] of names.entries()) {
      if (!name.includes(wanted) || !only.test(name)) continue;
      it(`${name}: agrees with the reference`, async () => {
        assert.equal(await prove(proofs, device, index, false), '');
      });
      it(`${name}: accumulates`, async () => {
        assert.equal(await prove(proofs, device, index, true), '');
      });
    }

    it('leaves nothing on the GPU', () => {
      assert.equal(device.buffers, 0);
      assert.equal(device.recordings, 0);
    });
  });
}
