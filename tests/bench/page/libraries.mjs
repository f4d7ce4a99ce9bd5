// The libraries in a worker, each loaded when it is asked for.
const loaders = {
  convolab: () => import('./load/convolab.mjs'),
  'convolab-webgpu': () => import('./load/convolab-webgpu.mjs'),
  'tfjs-webgpu': () => import('./load/tfjs-webgpu.mjs'),
  'convolab ×2': () => import('./load/convolab-threads.mjs'),
  'tfjs-wasm': () => import('./load/tfjs-wasm.mjs'),
  'ort-web': () => import('./load/ort-web.mjs'),
  convnetjs: () => import('./load/convnetjs.mjs'),
};

const loaded = new Map();

async function load(who) {
  try {
    const { open } = await loaders[who]();
    return { who, peer: await open() };
  } catch (error) {
    return { who, reason: error.message };
  }
}

export function peerOf(who) {
  if (!loaded.has(who)) loaded.set(who, load(who));
  return loaded.get(who);
}
