import { loadBuild } from '../../../../web/src/engine/build';
import { peer } from '../../peers/convolab.mjs';

export async function open() {
  const [page, { threads, why }] = await loadBuild({ threads: 2 });
  if (threads < 2) throw new Error(`one thread only: ${why}`);
  await new Promise((done) => setTimeout(done, 500)); // measuring leaves it no turn to start in
  return peer({ page });
}
