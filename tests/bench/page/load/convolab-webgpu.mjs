import { loadBuild } from '../../../../web/src/engine/build';
import { openPageGpu } from '../../../../web/src/engine/gpu';
import { gpuPeer } from '../../peers/convolab.mjs';

export async function open() {
  const [page] = await loadBuild({ threads: 1, gpu: true });
  const { value: device, error } = await openPageGpu();
  if (error) throw new Error(error.message);
  return gpuPeer({ page, device });
}
