// The engine for tests of networks: what it says of a spec, and what layers it knows.
import { readFileSync } from 'node:fs';
import type {
  Calculation,
  CalculationJob,
  CheckedNetwork,
  LayerTypeInfo,
  NetworkSpec,
  Preset,
} from '../../web/src/engine/api';
import { read, type EngineModule } from '../../web/src/engine/module';

export async function loadEngine() {
  // The module expects to be in a worker.
  Object.assign(globalThis, {
    self: { location: { href: 'file:///' } },
    WorkerGlobalScope: Object,
  });
  const { default: create } = (await import('@wasm/convolab.js')) as {
    default: (options: object) => Promise<EngineModule>;
  };
  const engine = await create({ wasmBinary: readFileSync('build/wasm/convolab.wasm') });
  const presets = JSON.parse(engine.zoo()) as Preset[];
  return {
    presets,
    types: JSON.parse(engine.layerTypes()) as LayerTypeInfo[],
    preset(name: string) {
      const spec = presets.find((each) => each.name === name)?.spec;
      if (!spec) throw new Error(`no preset ${name}`);
      return spec;
    },
    check: (spec: NetworkSpec) => read<CheckedNetwork>(engine.checkSpec(JSON.stringify(spec))),
    calculate: (job: CalculationJob) => read<Calculation>(engine.calculate(JSON.stringify(job))),
  };
}

export type TestEngine = Awaited<ReturnType<typeof loadEngine>>;

/** A small generator of random numbers, the same for the same seed (mulberry32). */
export function seeded(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (count: number) => Math.floor(next() * count),
    pick: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T,
    chance: (share: number) => next() < share,
  };
}
