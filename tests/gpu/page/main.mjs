// Asks the worker, one question at a time.
const worker = new globalThis.Worker('./worker.js', { type: 'module' });
globalThis.ask = (question) =>
  new Promise((done) => {
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = ({ message }) => done({ error: message });
    worker.postMessage(question);
  });
globalThis.document.title = 'ready';
