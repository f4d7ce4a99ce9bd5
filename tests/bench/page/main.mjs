// What the benchmark asks of its page.
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

/** Milliseconds until the first answer; the worker, too, counts from nothing. */
globalThis.measureStart = async (who) => {
  const began = performance.now();
  const worker = new Worker(new URL('./start-worker.mjs', import.meta.url), {
    type: 'module',
  });
  const { error } = await ask(worker, who);
  return error ? { error } : { ms: performance.now() - began };
};
globalThis.document.title = 'ready';
