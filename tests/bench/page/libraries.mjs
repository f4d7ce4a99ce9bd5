// The libraries in a worker, each loaded when it is asked for.
const loaders = {
  convolab: async () => {
    const [{ loadAlone }, { default: create }, { default: forwardUrl }] = await Promise.all([
      import('../../../web/src/engine/build'),
      import('@wasm/convolab_forward.js'),
      import('@wasm/convolab_forward.wasm?url'),
    ]);
    const locateFile = () => forwardUrl;
    const [page, forward] = await Promise.all([loadAlone(), create({ locateFile })]);
    return { page, forward };
  },
  'convolab ×2': async () => {
    const { loadBuild } = await import('../../../web/src/engine/build');
    const [page, { threads, why }] = await loadBuild({ threads: 2 });
    if (threads < 2) throw new Error(`one thread only: ${why}`);
    await new Promise((done) => setTimeout(done, 500)); // measuring leaves it no turn to start in
    return { page };
  },
  'tfjs-wasm': async () => {
    const [tf, wasm, { default: plain }, { default: simd }, { default: threaded }] =
      await Promise.all([
        import('@tensorflow/tfjs-core'),
        import('@tensorflow/tfjs-backend-wasm'),
        import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
        import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
        import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'),
      ]);
    wasm.setWasmPaths({
      'tfjs-backend-wasm.wasm': plain,
      'tfjs-backend-wasm-simd.wasm': simd,
      'tfjs-backend-wasm-threaded-simd.wasm': threaded, // asked for, and not used
    });
    wasm.setThreadsCount(1);
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    await tf.setBackend('wasm');
    await tf.ready();
    const loadGradients = () => import('@tensorflow/tfjs-core/dist/register_all_gradients');
    return { tf, loadGradients };
  },
  'ort-web': async () => {
    const [ort, { default: wasm }] = await Promise.all([
      import('onnxruntime-web/dist/ort.wasm.bundle.min.mjs'),
      import('onnxruntime-web/dist/ort-wasm-simd-threaded.wasm?url'),
    ]);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = { wasm };
    return { ort };
  },
  convnetjs: async () => {
    globalThis.window ??= globalThis; // where it looks for random numbers
    const { default: convnetjs } = await import('convnetjs');
    return { convnetjs };
  },
};

const parts = {
  convolab: () => import('../peers/convolab.mjs'),
  'convolab ×2': () => import('../peers/convolab.mjs'),
  'tfjs-wasm': () => import('../peers/tfjs.mjs'),
  'ort-web': () => import('../peers/ort.mjs'),
  convnetjs: () => import('../peers/convnetjs.mjs'),
};

const loaded = new Map();

async function load(who) {
  try {
    const [libraries, { peer }] = await Promise.all([loaders[who](), parts[who]()]);
    return { who, peer: peer(libraries) };
  } catch (error) {
    return { who, reason: error.message };
  }
}

export function peerOf(who) {
  if (!loaded.has(who)) loaded.set(who, load(who));
  return loaded.get(who);
}

export { loaders };
