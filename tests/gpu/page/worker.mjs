// The kernels' problems in a worker, as the page trains in one.
import create from './convolab_gpu_proofs.js';
import { openGpu } from './gpu-device.js';
import { prove } from './prove.js';

async function open() {
  const adapter = await globalThis.navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('this browser offers no WebGPU adapter');
  const sources = await (await globalThis.fetch('./shaders.json')).json();
  const device = await openGpu(adapter, sources);
  const module = await create();
  return { device, proofs: new module.Proofs(device) };
}
const opened = open();

globalThis.onmessage = async ({ data: { index, accumulate } }) => {
  try {
    const { device, proofs } = await opened;
    if (index === undefined) {
      const names = JSON.parse(proofs.names());
      const kernels = names.map((_, i) => JSON.parse(proofs.kernels(i)));
      globalThis.postMessage({ name: device.name, names, kernels });
    } else {
      globalThis.postMessage({ wrong: await prove(proofs, device, index, accumulate) });
    }
  } catch (error) {
    globalThis.postMessage({ error: error.message });
  }
};
