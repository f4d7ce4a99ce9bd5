// The page's module, and the benchmark's, which answers for batches.
import create from '@wasm/convolab_forward.js';
import forwardUrl from '@wasm/convolab_forward.wasm?url';
import { loadAlone } from '../../../../web/src/engine/build';
import { peer } from '../../peers/convolab.mjs';

export async function open() {
  const [page, forward] = await Promise.all([
    loadAlone(),
    create({ locateFile: () => forwardUrl }),
  ]);
  return peer({ page, forward });
}
