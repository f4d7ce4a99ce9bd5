// The playground's first script: the worker loads the engine while the page's elements are still
// being defined.
import type { ThreadsWanted } from '../engine/api';
import { startAhead } from '../engine/ahead';

const threads = new URLSearchParams(location.hash.slice(1)).get('threads');
/** Resolves when the worker runs, or after a while. */
export const begun = startAhead(
  threads === '1' || threads === '2' ? threads : ('auto' satisfies ThreadsWanted),
);
