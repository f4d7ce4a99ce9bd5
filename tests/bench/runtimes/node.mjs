// Everything that runs in node, in this process.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { root } from '../../../scripts/lib/run.mjs';
import { measure } from '../measure.mjs';
import { peer as convnetjs } from '../peers/convnetjs.mjs';
import { peer as convolab } from '../peers/convolab.mjs';
import { peer as ort } from '../peers/ort.mjs';
import { peer as tfjs } from '../peers/tfjs.mjs';
import { folder } from '../install.mjs';

const built = (name) => join(root, 'build', 'wasm', name);

/** One of our modules, which expects to be in a worker. */
async function moduleOf(name) {
  globalThis.self = { location: { href: 'file:///' } };
  const { default: create } = await import(pathToFileURL(built(`${name}.js`)));
  const made = await create({ wasmBinary: readFileSync(built(`${name}.wasm`)) });
  delete globalThis.self;
  return made;
}

const require = createRequire(join(folder, 'package.json'));

/** tfjs-core's gradients, which its package has for bundlers only; they find tf by themselves. */
async function loadGradients() {
  const outDir = join(root, 'build', 'bench-node');
  const entry = join(folder, 'node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js');
  await build({
    ...{ configFile: false, root: folder, logLevel: 'error' },
    build: {
      ...{ outDir, emptyOutDir: true, minify: false, target: 'node20' },
      lib: { entry, formats: ['es'], fileName: () => 'gradients.mjs' },
    },
  });
  await import(pathToFileURL(join(outDir, 'gradients.mjs')));
}

const loaders = {
  convolab: async () => {
    const page = await moduleOf('convolab');
    return convolab({ page, forward: await moduleOf('convolab_forward') });
  },
  'tfjs-wasm': async () => {
    const tf = require('@tensorflow/tfjs-core');
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(`${join(folder, 'node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
    wasm.setThreadsCount(1);
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (!(await tf.setBackend('wasm'))) throw new Error('its WebAssembly backend does not start');
    return tfjs({ tf, loadGradients });
  },
  'ort-web': async () => {
    const path = join(folder, 'node_modules/onnxruntime-web/dist/ort.node.min.mjs');
    const lib = await import(pathToFileURL(path));
    lib.env.wasm.numThreads = 1;
    return ort({ ort: lib });
  },
  convnetjs: () => convnetjs({ convnetjs: require('convnetjs') }),
};

export async function openNode() {
  const peers = [];
  for (const [who, load] of Object.entries(loaders)) {
    try {
      peers.push({ who, peer: await load() });
    } catch (error) {
      peers.push({ who, reason: error.message.split('\n')[0] });
    }
  }
  return {
    versions: { node: process.versions.node },
    measure: (asked, pace) => measure(asked, peers, pace),
    close() {},
  };
}
