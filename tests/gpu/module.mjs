// The module with the kernels' problems, which `npm run test:webgpu` builds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/lib/run.mjs';

export async function loadProofs() {
  const built = (ending) => join(root, 'build', 'wasm', `convolab_gpu_proofs.${ending}`);
  globalThis.self ??= { location: { href: '' } }; // it was built for a worker
  const { default: create } = await import(pathToFileURL(built('js')).href);
  return create({ wasmBinary: readFileSync(built('wasm')) });
}
