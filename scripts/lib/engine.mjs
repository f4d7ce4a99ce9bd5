// The page's module with WebGPU in node, for programs that have no page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { root } from './run.mjs';

/** What the engine says, or its error thrown. */
export function checked(json) {
  const said = JSON.parse(json);
  if (said.error) {
    const { where, message } = said.error;
    throw new Error(where ? `${where}: ${message}` : message);
  }
  return said;
}

/** build/wasm/convolab_gpu.js, which was built for a worker. */
export async function loadEngine() {
  const built = (ending) => join(root, 'build', 'wasm', `convolab_gpu.${ending}`);
  globalThis.self ??= { location: { href: 'file:///' } };
  globalThis.WorkerGlobalScope ??= Object;
  const { default: create } = await import(pathToFileURL(built('js')).href);
  return create({ wasmBinary: readFileSync(built('wasm')) });
}

/** A session with a whole built-in dataset. */
export function sessionOn(engine, dataset) {
  const folder = join(root, 'web', 'data', dataset);
  const file = (name) => readFileSync(join(folder, name));
  const session = new engine.Session();
  const text = file('manifest.json').toString();
  const info = checked(session.announceDataset(text));
  const manifest = JSON.parse(text);
  for (const split of ['train', 'validation'])
    manifest[split].forEach(({ images, labels }, part) => {
      const unpacked = [images, labels].map((name) => new Uint8Array(gunzipSync(file(name))));
      checked(session.addPart(split, part, ...unpacked));
    });
  return { session, info };
}

/** Resolves when the weights are here, with what `call` makes of them. */
export const fetched = (session, call = () => undefined) =>
  new Promise((done) => session.pull(() => done(call()), true));

/**
 * The next result, with up to `depth` batches on their way. Between two looks the event loop turns,
 * which is when a GPU answers.
 */
export async function nextStep(session, depth = 3) {
  for (;;) {
    const result = checked(session.step(depth));
    if (result.kind !== 'pending') return result;
    await new Promise((done) => setImmediate(done));
  }
}
