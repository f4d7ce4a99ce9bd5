// Loads one of the engine's builds: on one thread, on several (threads.ts says when), or with WebGPU.
import aloneUrl from '@wasm/convolab.wasm?url';
import gpuUrl from '@wasm/convolab_gpu.wasm?url';
import glueUrl from '@wasm-threads/convolab_threads.js?url';
import threadsUrl from '@wasm-threads/convolab_threads.wasm?url';
import helperUrl from '@wasm-threads/convolab_threads.worker.js?url';
import type { EngineBuild } from './api';
import type { CreateModule, EngineModule, ModuleOptions } from './module';

const here = (url: string) => new URL(url, import.meta.url).href;

/** The WebAssembly is fetched and compiled while its JavaScript is still on its way. */
async function load(glue: Promise<unknown>, url: string, options: ModuleOptions) {
  const compiling = WebAssembly.compileStreaming(fetch(url));
  const [loaded, compiled] = await Promise.all([glue, compiling]);
  const { default: create } = loaded as { default: CreateModule };
  return create({
    ...options,
    instantiateWasm: (imports, receive) => {
      void WebAssembly.instantiate(compiled, imports).then((made) => receive(made, compiled));
      return {};
    },
  });
}

async function loadThreads(threads: number): Promise<EngineModule> {
  // The glue is a file of its own, as Emscripten made it, because the helpers load it too.
  const glue = here(glueUrl);
  const module = await load(import(/* @vite-ignore */ glue), here(threadsUrl), {
    mainScriptUrlOrBlob: glue,
    locateFile: () => here(helperUrl),
  });
  module.useThreads(threads);
  return module;
}

export const loadAlone = (): Promise<EngineModule> =>
  load(import('@wasm/convolab.js'), here(aloneUrl), {});

const loadGpu = (): Promise<EngineModule> =>
  load(import('@wasm/convolab_gpu.js'), here(gpuUrl), {});

/** Loads the build that was chosen; where the one with threads does not start, the other one. */
export async function loadBuild(build: EngineBuild): Promise<[EngineModule, EngineBuild]> {
  if (build.gpu) return [await loadGpu(), build];
  if (build.threads > 1) {
    try {
      return [await loadThreads(build.threads), build];
    } catch (thrown) {
      console.info('The engine goes on with one thread:', thrown);
      return [await loadAlone(), { threads: 1, why: 'failed' }];
    }
  }
  return [await loadAlone(), build];
}
