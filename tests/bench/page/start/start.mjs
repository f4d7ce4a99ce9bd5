// From nothing to net U's first answer, with one library: each has a worker of its own, in which
// nothing waits to be told which one it is, as in a page that has only one.
import { floatsOf, nets, picturesOf, weightsOf } from '../../nets.mjs';

const net = nets.find((each) => each.net === 'U');

/** Posts what became of it; `answer` is called with the net and resolves to its numbers. */
export async function start(answer) {
  try {
    const { length } = await answer(net);
    globalThis.postMessage({ classes: length });
  } catch (error) {
    globalThis.postMessage({ error: error.message });
  }
}

/** The answer of a library that is measured beside ours. */
export const startPeer = (open) =>
  start(async () => {
    const peer = await open();
    const pictures = floatsOf(picturesOf(net, 1).bytes);
    return (await peer.infer(net, 1, weightsOf(net), pictures)).run();
  });
