// Where this browser keeps runs and files (store.ts). Opening it takes a while, so the playground's
// first script begins that.
let opened: Promise<IDBDatabase> | undefined;

/** Rejects where nothing can be kept. */
export function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('convolab', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('runs', { keyPath: 'key' }).createIndex('at', 'at');
      request.result.createObjectStore('files');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('storage is not to be had'));
  });
  return opened;
}

const mark = 'convolab-kept';

/** Whether a run was ever kept here: known at once, before the database says which. */
export function keepsRuns() {
  try {
    return localStorage.getItem(mark) !== null;
  } catch {
    return false; // this browser keeps nothing
  }
}

export function noteKeptRun() {
  try {
    localStorage.setItem(mark, '');
  } catch {
    // the next visit begins a little later
  }
}
