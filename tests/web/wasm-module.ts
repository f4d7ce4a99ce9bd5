// The WebAssembly module for tests, without a page.
import { readFileSync } from 'node:fs';
import type { Answer, Calculation, CalculationJob } from '../../web/src/engine/api';
import { read, type EngineModule } from '../../web/src/engine/module';

export async function wasmModule(): Promise<EngineModule> {
  // The module expects to be in a worker.
  Object.assign(globalThis, {
    self: { location: { href: 'file:///' } },
    WorkerGlobalScope: Object,
  });
  const { default: create } = (await import('@wasm/convolab.js')) as {
    default: (options: object) => Promise<EngineModule>;
  };
  return create({ wasmBinary: readFileSync('build/wasm/convolab.wasm') });
}

/** As the worker answers an exhibit. */
export const calculator =
  (engine: EngineModule) =>
  (job: CalculationJob): Promise<Answer<Calculation>> =>
    Promise.resolve(read<Calculation>(engine.calculate(JSON.stringify(job))));
