// The playground's first script, in a file of its own (vite.config.ts), because scripts run file by
// file: the worker loads the engine while the page's elements are still being defined.
import type { ThreadsWanted } from '../engine/api';
import { startAhead } from '../engine/ahead';

const threads = new URLSearchParams(location.hash.slice(1)).get('threads');
startAhead(threads === '1' || threads === '2' ? threads : ('auto' satisfies ThreadsWanted));
