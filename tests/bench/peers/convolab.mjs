// Ours. Training goes through the page's own module and its Session, answers through the
// benchmark's module of the same engine, because the page answers for one picture at a time.
import { specOf } from '../nets.mjs';

const checked = (json) => {
  const said = JSON.parse(json);
  if (said.error) throw new Error(said.error.message);
  return said;
};

const description = (net, labels) =>
  JSON.stringify({
    ...{ name: 'random pictures', shape: net.input, validation_share: 0, seed: 1 },
    classes: Array.from({ length: Math.max(...labels) + 1 }, (_, i) => String(i)),
  });

const configOf = (net, batch) =>
  JSON.stringify({
    ...{ batch_size: batch, epochs: 100000, seed: 1, backend: 'simd' },
    ...{ optimizer: net.optimizer, schedule: { type: 'constant' } },
    augment: { shift: 0, rotate: 0, scale: 0 },
  });

/** `page`: the page's module; `forward`: the benchmark's, of which there is none with threads. */
export const peer = ({ page, forward }) => ({
  train(net, batch, { bytes, labels }) {
    const session = new page.Session();
    checked(session.ownDataset(description(net, labels), bytes, labels));
    checked(session.openNetwork(specOf(net), configOf(net, batch)));
    return {
      images: batch,
      run: () => checked(session.step(1)).loss,
      close: () => session.delete(),
    };
  },

  infer(net, batch, weights, pictures) {
    if (!forward) throw new Error('only its training is measured');
    const network = new forward.Forward();
    const wrong = network.open(specOf(net), batch);
    if (wrong) throw new Error(wrong);
    for (const [name, values] of Object.entries(weights))
      if (!network.set(name, values)) throw new Error(`no parameter ${name} of that size`);
    return {
      images: batch,
      run: () => network.run(pictures),
      close: () => network.delete(),
    };
  },
});

/** Net U's answer for one picture, as a page that only wants that would ask for it. */
export function firstAnswer(page, net, { bytes, labels }) {
  const session = new page.Session();
  checked(session.ownDataset(description(net, labels), bytes, labels));
  checked(session.openNetwork(specOf(net), configOf(net, 1)));
  const one = bytes.slice(0, bytes.length / labels.length);
  return checked(session.snapshot(one, '[]').json).probabilities;
}
