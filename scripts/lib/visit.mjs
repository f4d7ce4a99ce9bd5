// What visitors do first, on the bare module: a page that opens, every network of its menu, the first
// batches. scripts/split.mjs keeps what this calls in the file that they wait for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { checked } from './engine.mjs';
import { root } from './run.mjs';

const folder = join(root, 'web', 'data', 'digits');
const file = (name) => readFileSync(join(folder, name));
const unpacked = (name) => new Uint8Array(gunzipSync(file(name)));

/** The first part of the digits alone, so that an epoch is soon over. */
function someDigits() {
  const manifest = JSON.parse(file('manifest.json').toString());
  return { ...manifest, train: manifest.train.slice(0, 1) };
}

/** The settings that the page begins with, or others. */
const settings = (some = {}) =>
  JSON.stringify({
    ...{ batch_size: 32, epochs: 5, seed: 1, backend: 'simd' },
    ...{ optimizer: { type: 'adam', lr: 0.004 }, schedule: { type: 'cosine' } },
    augment: { shift: 0, rotate: 0, scale: 0 },
    ...some,
  });

function train(session) {
  const { kind } = checked(session.step(1));
  if (kind === 'pending') throw new Error('nothing was trained');
}

/** A network as the page opens it; it trains, and is looked at between two batches. */
function tryOut(engine, spec, batches) {
  const manifest = someDigits();
  const session = new engine.Session();
  checked(session.announceDataset(JSON.stringify(manifest)));
  const { summary } = checked(session.openNetwork(JSON.stringify(spec), settings()));
  for (const split of ['train', 'validation'])
    manifest[split].forEach(({ images, labels }, part) => {
      checked(session.addPart(split, part, unpacked(images), unpacked(labels)));
    });
  const { data } = session.picture('validation', 0);
  const learning = summary.layers.filter(({ parameters }) => parameters > 0);
  const names = JSON.stringify(learning.map(({ name }) => `${name}.weight`));
  checked(session.snapshot(data, names).json);
  for (let i = 0; i < batches; i++) {
    session.onGpu();
    train(session);
    checked(session.snapshot(data, names).json);
  }
  checked(session.evaluate());
  checked(session.configure(settings({ optimizer: { type: 'adam', lr: 0.001 } })));
  session.restart(2);
  train(session);
  session.delete();
}

/** All of it. */
export function visit(engine) {
  engine.useThreads(2);
  engine.layerTypes();
  for (const { name, spec } of JSON.parse(engine.zoo())) {
    if (spec.input[0] !== 1) continue; // the menu is for grey pictures
    checked(engine.checkSpec(JSON.stringify(spec)));
    tryOut(engine, spec, name === 'lenet-5' ? 100 : 3);
  }
}
