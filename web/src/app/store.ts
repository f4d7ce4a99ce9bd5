// What this browser remembers between visits: the last runs (weights, optimiser, curves, picture) and
// the visitor's own files, in IndexedDB. Whatever fails here (private windows, a full disk) costs
// the memory, never the work.
import type { OwnFile } from '../engine/api';
import { database, noteKeptRun } from './database';
import type { HistoryData } from './history';
import type { Shown } from './state';

export interface SavedRun {
  /** Which run it is: dataset, network and seed. */
  key: string;
  at: number;
  checkpoint: Uint8Array;
  history: HistoryData;
  shown: Shown | null;
}

const mostRuns = 8;
const mostOwnBytes = 128e6;

const done = <T>(request: IDBRequest) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new Error('storage failed'));
  });

async function table(name: 'runs' | 'files', mode: IDBTransactionMode) {
  return (await database()).transaction(name, mode).objectStore(name);
}

/** The result, or undefined when this browser keeps nothing. */
async function attempt<T>(job: () => Promise<T>): Promise<T | undefined> {
  try {
    return await job();
  } catch {
    return undefined;
  }
}

export const loadRun = (key: string) =>
  attempt(async () => done<SavedRun | undefined>((await table('runs', 'readonly')).get(key)));

export const forgetRun = (key: string) =>
  attempt(async () => done((await table('runs', 'readwrite')).delete(key)));

/** Keeps a run, and of all runs the latest few. */
export const saveRun = (run: SavedRun) =>
  attempt(async () => {
    await done((await table('runs', 'readwrite')).put(run));
    noteKeptRun();
    const keys = await done<IDBValidKey[]>(
      (await table('runs', 'readonly')).index('at').getAllKeys(),
    );
    const runs = await table('runs', 'readwrite');
    await Promise.all(keys.slice(0, -mostRuns).map((key) => done(runs.delete(key))));
  });

/** Keeps the visitor's own files, unless there are too many. */
export const saveFiles = (files: OwnFile[]) =>
  attempt(async () => {
    const store = await table('files', 'readwrite');
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    if (bytes <= mostOwnBytes) await done(store.put(files, 'own'));
    else await done(store.delete('own'));
  });

export const loadFiles = () =>
  attempt(async () => done<OwnFile[] | undefined>((await table('files', 'readonly')).get('own')));
