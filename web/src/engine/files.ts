// The WebAssembly that visitors wait for. The page fetches and compiles it while the engine's worker
// is still starting, and hands it over.
import aloneUrl from '@wasm/convolab.first.wasm?url';
import threadsUrl from '@wasm-threads/convolab_threads.first.wasm?url';
import type { EngineBuild } from './api';

const here = (url: string) => new URL(url, import.meta.url).href;
export const first = { alone: here(aloneUrl), threads: here(threadsUrl) };

interface Compiled {
  url: string;
  /** None where it could not be compiled. */
  module?: WebAssembly.Module;
}

/** What the page hands to its worker. */
export type Handed = Promise<Compiled>;

const compile = (url: string) => WebAssembly.compileStreaming(fetch(url));

/** What a page compiles for a build; nothing for those that compile all by themselves. */
export const firstOf = ({ threads, gpu, inspect }: EngineBuild) =>
  gpu || inspect ? undefined : threads > 1 ? first.threads : first.alone;

/** In the page: compiles for a worker what it will run. */
export function handOver(worker: Worker, build: EngineBuild) {
  const url = firstOf(build);
  if (!url) return;
  const tell = (compiled: Compiled) => worker.postMessage(compiled);
  compile(url).then(
    (module) => tell({ url, module }),
    () => tell({ url }), // the worker tries again, and says what is wrong
  );
}

/** In a worker whose page does so, as soon as it runs. */
export const handedOver = (): Handed =>
  new Promise((done) =>
    self.addEventListener('message', ({ data }: MessageEvent<Partial<Compiled>>) => {
      if (data.url) done({ ...data, url: data.url });
    }),
  );

/** A file's WebAssembly: what was handed over, where it is that. */
export async function compiled(url: string, handed?: Handed) {
  const given = await handed;
  return given?.module && given.url === url ? given.module : compile(url);
}
