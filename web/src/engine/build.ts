// Loads one of the engine's builds: on one thread, on several (threads.ts says when), or with WebGPU.
import aloneLaterUrl from '@wasm/convolab.later.wasm?url';
import probeUrl from '@wasm/convolab_probe.wasm?url';
import gpuUrl from '@wasm/convolab_gpu.wasm?url';
import glueUrl from '@wasm-threads/convolab_threads.first.js?url';
import threadsLaterUrl from '@wasm-threads/convolab_threads.later.wasm?url';
import helperUrl from '@wasm-threads/convolab_threads.helper.js?url';
import probeGlueUrl from '@wasm-threads/convolab_probe_threads.js?url';
import probeThreadsUrl from '@wasm-threads/convolab_probe_threads.wasm?url';
import probeHelperUrl from '@wasm-threads/convolab_probe_threads.worker.js?url';
import type { EngineBuild } from './api';
import { compiled, first, firstOf, type Handed } from './files';
import type { CreateModule, EngineModule, ModuleOptions } from './module';
import { Rest } from './rest';

const here = (url: string) => new URL(url, import.meta.url).href;

interface Loading {
  /** Called when the WebAssembly is here, which is the largest part. */
  arrived?: () => void;
  /** Where the page has compiled it. */
  handed?: Handed;
  /** Resolves when there is time for what comes later. */
  calm?: Promise<void>;
}

const behind = () => new Promise<void>((done) => setTimeout(done));

/**
 * The WebAssembly is fetched and compiled while its JavaScript is still on its way. What comes later
 * is fetched in a calm moment, before somebody asks for it.
 */
async function load(
  glue: Promise<unknown>,
  compiling: Promise<WebAssembly.Module>,
  options: ModuleOptions,
  { arrived, calm }: Loading,
  later?: string,
): Promise<EngineModule> {
  compiling.then(arrived, () => undefined); // whoever waits for the engine hears of a failure
  const [loaded, compiled] = await Promise.all([glue, compiling]);
  const { default: create } = loaded as { default: CreateModule };
  const rest = later ? new Rest(later) : undefined;
  const module = await create({
    ...options,
    instantiateWasm: (imports, receive) => {
      const making = rest?.begin(compiled, imports) ?? WebAssembly.instantiate(compiled, imports);
      void making.then((made) => receive(made, compiled));
      return {};
    },
  });
  if (rest) {
    module.whole = () => rest.whole();
    // Who needs it then tries again.
    void Promise.resolve(calm)
      .then(behind)
      .then(() => rest.whole())
      .catch(() => undefined);
  }
  return module;
}

/** A build with threads: its glue, its WebAssembly and what its helper threads begin with. */
interface Threaded {
  glue: string;
  wasm: string;
  helper: string;
  /** What comes later; every thread fetches it for itself. */
  later?: string;
}
const usual: Threaded = {
  ...{ glue: glueUrl, wasm: first.threads, helper: helperUrl },
  later: here(threadsLaterUrl),
};
const probing: Threaded = {
  glue: probeGlueUrl,
  wasm: here(probeThreadsUrl),
  helper: probeHelperUrl,
};

async function loadThreads(threads: number, build: Threaded, loading: Loading) {
  // The glue is a file of its own, as Emscripten made it, because the helpers load it too.
  const glue = here(build.glue);
  const { later } = build;
  const helper = here(build.helper) + (later ? `#${later}` : '');
  const options = { mainScriptUrlOrBlob: glue, locateFile: () => helper };
  const script = import(/* @vite-ignore */ glue);
  const compiling = compiled(build.wasm, loading.handed);
  const module = await load(script, compiling, options, loading, later);
  module.useThreads(threads);
  return module;
}

/** `glue`: where it is on its way already. */
export const loadAlone = (
  loading: Loading = {},
  glue: Promise<unknown> = import('@wasm/convolab.first.js'),
) => load(glue, compiled(first.alone, loading.handed), {}, loading, here(aloneLaterUrl));

const loadGpu = (loading: Loading) =>
  load(import('@wasm/convolab_gpu.js'), compiled(here(gpuUrl)), {}, loading);

const loadProbe = (loading: Loading) =>
  load(import('@wasm/convolab_probe.js'), compiled(here(probeUrl)), {}, loading);

/** Loads the build that was chosen; where the one with threads does not start, the other one. */
export async function loadBuild(
  build: EngineBuild,
  { handed, ...others }: Loading = {},
): Promise<[EngineModule, EngineBuild]> {
  // Nobody hands over what the builds for few visitors run.
  const loading = firstOf(build) ? { handed, ...others } : others;
  if (build.gpu) return [await loadGpu(loading), build];
  const alone = () => (build.inspect ? loadProbe(loading) : loadAlone(loading));
  if (build.threads > 1) {
    const threaded = build.inspect ? probing : usual;
    try {
      return [await loadThreads(build.threads, threaded, loading), build];
    } catch (thrown) {
      console.info('The engine goes on with one thread:', thrown);
      return [await alone(), { ...build, threads: 1, why: 'failed' }];
    }
  }
  return [await alone(), build];
}
