// From nothing to net U's first answer, with one library.
import { floatsOf, nets, picturesOf, weightsOf } from '../nets.mjs';

const net = nets.find((each) => each.net === 'U');
const ways = {
  convolab: async () => {
    const [{ loadAlone }, { firstAnswer }] = await Promise.all([
      import('../../../web/src/engine/build'),
      import('../peers/convolab.mjs'),
    ]);
    return firstAnswer(await loadAlone(), net, picturesOf(net, 20));
  },
};

async function others(who) {
  const { peerOf } = await import('./libraries.mjs');
  const { peer, reason } = await peerOf(who);
  if (reason) throw new Error(reason);
  const pictures = floatsOf(picturesOf(net, 1).bytes);
  return (await peer.infer(net, 1, weightsOf(net), pictures)).run();
}

globalThis.onmessage = async ({ data: who }) => {
  try {
    const answer = await (ways[who] ?? (() => others(who)))();
    globalThis.postMessage({ classes: answer.length });
  } catch (error) {
    globalThis.postMessage({ error: error.message });
  }
};
