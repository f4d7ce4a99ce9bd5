// How the pictures come: in which order, each file once, and what a failure leaves.
import { afterEach, expect, test, vi } from 'vitest';
import { DatasetLoader, EarlyFiles, type LoadListener } from '../../web/src/engine/datasets';
import type { SessionHandle } from '../../web/src/engine/module';

const folder = 'https://convolab.test/data/digits/';
const files = (name: string, count: number) => ({
  images: `${name}-images`,
  labels: `${name}-labels`,
  count,
});
const manifest = JSON.stringify({
  train: [0, 1, 2].map((part) => files(`train-${part}`, 100)),
  validation: [files('validation-0', 50)],
});

/** A server whose answers wait until they are let go, by name, or that are all there at once. */
function server(held: string[] = []) {
  const asked: string[] = [];
  const broken = new Set<string>();
  const release = new Map<string, () => void>();
  vi.stubGlobal('fetch', async (url: string, { signal }: { signal: AbortSignal }) => {
    signal.throwIfAborted();
    const name = url.slice(folder.length);
    asked.push(name);
    if (held.includes(name)) await new Promise<void>((done) => release.set(name, done));
    signal.throwIfAborted();
    if (broken.has(name)) throw new Error('no connection');
    return new Response(name === 'manifest.json' ? manifest : name);
  });
  return { asked, broken, release };
}

function loader(early?: EarlyFiles) {
  const events: string[] = [];
  const session = {
    announceDataset: () => JSON.stringify({ name: 'digits', train: 300, validation: 50 }),
    addPart: (split: string, part: number, images: Uint8Array, labels: Uint8Array) => {
      const text = new TextDecoder();
      events.push(`${split} ${part}: ${text.decode(images)}, ${text.decode(labels)}`);
      return '{}';
    },
  } as unknown as SessionHandle;
  const listener: LoadListener = {
    loaded: (split, loaded, total) => events.push(`${split} ${loaded} of ${total}`),
    failed: ({ message }) => events.push(message.slice(0, message.indexOf(' ('))),
  };
  return { events, loader: new DatasetLoader(folder, session, listener, early) };
}

const all = [
  ...['train 0: train-0-images, train-0-labels', 'train 100 of 300'],
  ...['validation 0: validation-0-images, validation-0-labels', 'validation 50 of 50'],
  ...['train 1: train-1-images, train-1-labels', 'train 200 of 300'],
  ...['train 2: train-2-images, train-2-labels', 'train 300 of 300'],
];

const turns = async () => {
  for (let i = 0; i < 20; i++) await new Promise((done) => setTimeout(done));
};

const atOnce = Promise.resolve();

afterEach(() => void vi.unstubAllGlobals());

test('some training pictures come first, then the validation, then the rest', async () => {
  server();
  const { loader: it, events } = loader();
  expect((await it.announce()).value?.train).toBe(300);
  await it.load();
  expect(events).toEqual(all);
});

test('a part is there as soon as its files are, whatever the next one waits for', async () => {
  const { release } = server(['validation-0-images']);
  const { loader: it, events } = loader();
  await it.announce();
  const loaded = it.load();
  await turns();
  expect(events).toEqual(all.slice(0, 2));
  release.get('validation-0-images')?.();
  await loaded;
  expect(events).toEqual(all);
});

test('what was fetched ahead is not fetched again, and begins when the engine is loaded', async () => {
  const { asked } = server();
  let ready = () => {};
  const early = new EarlyFiles(folder, new Promise<void>((done) => (ready = done)), atOnce);
  await turns();
  expect(asked).toEqual(['manifest.json']);
  ready();
  await turns();
  expect(asked).toHaveLength(9);
  const { loader: it, events } = loader(early);
  await it.announce();
  await it.load();
  expect(events).toEqual(all);
  expect(asked).toHaveLength(9);
});

test('what nobody waits for at first comes when there is time', async () => {
  const { asked } = server();
  let tell = () => {};
  const early = new EarlyFiles(folder, atOnce, new Promise<void>((done) => (tell = done)));
  const { loader: it, events } = loader(early);
  await it.announce();
  const loaded = it.load();
  await turns();
  expect(asked).toHaveLength(5); // the manifest, pictures to train on, pictures to look at
  expect(events).toEqual(all.slice(0, 4));
  tell();
  await loaded;
  expect(asked).toHaveLength(9);
  expect(events).toEqual(all);
});

test('where the first file comes at once, no other waits for one before it', async () => {
  const { asked } = server(['train-0-labels', 'validation-0-images', 'validation-0-labels']);
  new EarlyFiles(folder, atOnce, atOnce);
  await turns();
  expect(asked).toHaveLength(9);
});

test('where files are long on their way, four are at a time', async () => {
  const first = ['train-0', 'validation-0'].flatMap((part) => [`${part}-images`, `${part}-labels`]);
  const { asked, release } = server(first);
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  new EarlyFiles(folder, atOnce, atOnce);
  await turns();
  now = 1000;
  release.get('train-0-images')?.();
  await turns();
  expect(asked).toEqual(['manifest.json', ...first, 'train-1-images']);
  clock.mockRestore();
});

test('what failed ahead is fetched once more', async () => {
  const { asked, broken } = server();
  broken.add('train-1-labels');
  const early = new EarlyFiles(folder, atOnce, atOnce);
  await turns();
  broken.clear();
  const { loader: it, events } = loader(early);
  await it.announce();
  await it.load();
  expect(events).toEqual(all);
  expect(asked.filter((name) => name === 'train-1-labels')).toHaveLength(2);
});

test('an engine that does not load leaves the files to whoever asks', async () => {
  const { asked } = server();
  const early = new EarlyFiles(folder, Promise.reject(new Error('no engine')), atOnce);
  await turns();
  expect(asked).toEqual(['manifest.json']);
  const { loader: it, events } = loader(early);
  await it.announce();
  await it.load();
  expect(events).toEqual(all);
});

test('after a failure what is missing can be asked for again', async () => {
  const { broken } = server();
  broken.add('train-1-images');
  const { loader: it, events } = loader();
  await it.announce();
  await it.load();
  const trouble = 'some of the pictures could not be loaded';
  expect(events).toEqual([...all.slice(0, 4), ...all.slice(6, 7), 'train 200 of 300', trouble]);
  broken.clear();
  await it.load();
  expect(events.slice(-2)).toEqual([all[4], 'train 300 of 300']);
});

test('when another dataset takes its place, nothing more is asked for or added', async () => {
  const { asked, release } = server(['train-0-images', 'train-0-labels']);
  const early = new EarlyFiles(folder, atOnce, atOnce);
  const { loader: it, events } = loader(early);
  await it.announce();
  const loaded = it.load();
  await turns();
  it.abandon();
  const before = asked.length;
  for (const letGo of release.values()) letGo();
  await loaded;
  await turns();
  expect(events).toEqual([]);
  expect(asked.length).toBe(before);
});
