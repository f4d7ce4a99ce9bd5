// Measures one case after another, as the page asks.
import { measure } from '../measure.mjs';
import { convs, nets } from '../nets.mjs';
import { peerOf } from './libraries.mjs';

globalThis.onmessage = async ({ data: { asked, who, pace } }) => {
  try {
    const net = [...nets, ...convs].find(({ net }) => net === asked.net);
    const peers = await Promise.all(who.map(peerOf));
    globalThis.postMessage({ results: await measure({ ...asked, net }, peers, pace) });
  } catch (error) {
    globalThis.postMessage({ error: error.message });
  }
};
