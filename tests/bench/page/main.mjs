// What the benchmark asks of its page.
import { handOver } from '../../../web/src/engine/files';

const { Worker } = globalThis; // Vite knows `new Worker` by its name
let measuring;

const ask = (worker, message) =>
  new Promise((done) => {
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = ({ message }) => done({ error: message ?? 'the worker does not load' });
    worker.postMessage(message);
  });

globalThis.measureCase = (message) => {
  measuring ??= new Worker(new URL('./measure-worker.mjs', import.meta.url), {
    type: 'module',
  });
  return ask(measuring, message);
};

// Vite wants to see each by itself.
const starts = {
  convolab: () => {
    const worker = new Worker(new URL('./start/convolab.mjs', import.meta.url), { type: 'module' });
    handOver(worker, { threads: 1 });
    return worker;
  },
  'tfjs-wasm': () =>
    new Worker(new URL('./start/tfjs-wasm.mjs', import.meta.url), { type: 'module' }),
  'ort-web': () => new Worker(new URL('./start/ort-web.mjs', import.meta.url), { type: 'module' }),
  convnetjs: () =>
    new Worker(new URL('./start/convnetjs.mjs', import.meta.url), { type: 'module' }),
};

/** Milliseconds until the first answer; the worker, too, counts from nothing. */
globalThis.measureStart = (who) =>
  new Promise((done) => {
    const began = performance.now();
    const worker = starts[who]?.();
    if (!worker) return done({ error: 'only its training is measured' });
    worker.onmessage = ({ data: { error } }) =>
      done(error ? { error } : { ms: performance.now() - began });
    worker.onerror = ({ message }) => done({ error: message ?? 'the worker does not load' });
  });
globalThis.document.title = 'ready';
