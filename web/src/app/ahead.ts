// The playground's first script: the worker loads the engine while the page's elements are still
// being defined.
import type { BuildWanted } from '../engine/api';
import { startAhead } from '../engine/ahead';

/** As buildOf() in settings.ts has it, which would bring all settings here. */
function asked(): BuildWanted {
  const address = new URLSearchParams(location.hash.slice(1));
  const [threads, device] = [address.get('threads'), address.get('device')];
  if (device === 'gpu' || device === 'auto') return 'gpu';
  return threads === '1' || threads === '2' ? threads : 'auto';
}

/** Resolves when the worker runs, or after a while. */
export const begun = startAhead(asked());
