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

const configOf = (net, batch, backend = 'simd') =>
  JSON.stringify({
    ...{ batch_size: batch, epochs: 100000, seed: 1, backend },
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

/** Calls a job after the device's next answer, which is when a step may have its result. */
function answersOf(device) {
  let jobs = [];
  const read = device.read.bind(device);
  device.read = (buffers, done) =>
    read(buffers, (error, data) => {
      done(error, data);
      jobs.splice(0).forEach((job) => job());
    });
  return () => new Promise((done) => jobs.push(done));
}

/** The same on a GPU; `page` is the module with WebGPU. As in the page, three batches are on their way. */
export function gpuPeer({ page, device }) {
  page.useGpu(device);
  const answer = answersOf(device);
  return {
    async train(net, batch, { bytes, labels }) {
      const session = new page.Session();
      checked(session.ownDataset(description(net, labels), bytes, labels));
      checked(session.openNetwork(specOf(net), configOf(net, batch, 'webgpu')));
      const failed = await device.settled();
      if (failed) throw new Error(failed);
      const next = async (ahead) => {
        for (;;) {
          const result = checked(session.step(ahead));
          if (result.kind !== 'pending') return result;
          await answer();
        }
      };
      return {
        images: batch,
        device: device.name,
        run: async () => (await next(3)).loss,
        async drain() {
          let finished = 0;
          while ((await next(0)).kind === 'trained') finished++;
          return finished;
        },
        close: () => session.delete(),
      };
    },
    infer() {
      throw new Error('only its training is measured');
    },
  };
}

/** A net's answer for one picture, as a page that only wants that would ask for it. */
export function firstAnswer(page, net, { bytes, labels }) {
  const session = new page.Session();
  // As a built-in dataset that has not arrived yet.
  const { name, shape, classes } = JSON.parse(
    description(net, [net.layers.at(-1).out_features - 1]),
  );
  const part = { images: 'images', labels: 'labels', count: labels.length, bytes: bytes.length };
  const about = { title: name, licence: 'none', source: 'none', train: [part], validation: [part] };
  checked(session.announceDataset(JSON.stringify({ name, shape, classes, ...about })));
  checked(session.openNetwork(specOf(net), configOf(net, 1)));
  return checked(session.snapshot(bytes, '[]').json).probabilities;
}
