// The engine's worker, which takes as long to begin as the page's own scripts. A page that is sure
// to need it starts it before those are read: see app/ahead.ts.
import type { BuildWanted, DatasetName } from './api';
import { handOver } from './files';
import { choose, here } from './threads';

export interface StartedWorker {
  worker: Worker;
  /** Resolves when it broke off, with what the browser said. */
  broken: Promise<string>;
}

let spare: (StartedWorker & { threads: BuildWanted }) | undefined;

function start(threads: BuildWanted, query = ''): StartedWorker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    name: new URL(`./${query}#${threads}`, document.baseURI).href,
  });
  handOver(worker, choose(threads, here()));
  const broken = new Promise<string>((tell) => {
    worker.addEventListener('error', ({ message }) => tell(message || 'its worker did not start'));
    worker.addEventListener('messageerror', () => tell('a message could not be read'));
  });
  return { worker, broken };
}

const longest = 200; // ms that a page waits for a worker

/**
 * Starts a worker for whoever asks next, which fetches the data meanwhile; all of it at once where an
 * earlier run may go on. Resolves when it runs; or does not, which they will hear.
 */
export function startAhead(
  threads: BuildWanted,
  data: DatasetName,
  earlier: boolean,
): Promise<unknown> {
  const started = start(threads, `?data=${data}${earlier ? '&earlier' : ''}`);
  spare = { ...started, threads };
  const runs = new Promise((done) =>
    started.worker.addEventListener('message', done, { once: true }),
  );
  const late = new Promise((done) => setTimeout(done, longest));
  return Promise.race([runs, started.broken, late]);
}

/** A worker with so many threads: the one that was started ahead, or a new one. */
export function takeWorker(threads: BuildWanted): StartedWorker {
  const ahead = spare;
  spare = undefined;
  if (ahead?.threads === threads) return ahead;
  ahead?.worker.terminate();
  return start(threads);
}
