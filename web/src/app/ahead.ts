// The playground's first script: the worker loads the engine while the page's elements are still
// being defined.
import { startAhead } from '../engine/ahead';
import { buildOf } from '../engine/threads';
import { database, keepsRuns } from './database';

const address = new URLSearchParams(location.hash.slice(1));

/** As settings.ts has it, which would bring all settings here; the first one is the default. */
function asked<T extends string>(key: string, known: readonly [T, ...T[]]): T {
  const text = address.get(key);
  return known.find((each) => each === text) ?? known[0];
}

/** Resolves when the worker runs, or after a while. */
export const begun = startAhead(
  buildOf({
    device: asked('device', ['cpu', 'gpu', 'auto']),
    threads: asked('threads', ['auto', '1', '2']),
  }),
  asked('data', ['digits', 'fashion', 'own']),
  keepsRuns(),
);

database().catch(() => undefined); // whoever wants something from it hears of that
