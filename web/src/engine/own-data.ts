// The user's own pictures: a pair (or two) of IDX files, or images in one folder per class, loose or
// in a .zip. Everything is read before anything is changed; a refusal says what was expected and
// what was found.
import { unzipSync } from 'fflate';
import { failure, type Answer, type DatasetInfo, type OwnFile, type Picture } from './api';
import { gunzip, isGzip } from './datasets';
import { read, type EngineModule, type SessionHandle } from './module';

const expected =
  'Expected IDX files (images and labels, also .gz), or images in one folder per class, loose or in a .zip.';
const side = 28;
const seed = 1; // of the split into training and validation

interface Bytes {
  path: string;
  bytes: Uint8Array<ArrayBuffer>;
}

interface Idx {
  path: string;
  bytes: Uint8Array;
  kind: 'images' | 'labels';
  count: number;
  shape: number[];
  classes: number;
  data: Uint8Array;
}

export type Progress = (done: number, total: number) => void;

const refuse = (where: string, found: string) => failure('bad_file', where, `${expected} ${found}`);

function refuseKind(path: string, bytes: Uint8Array) {
  const kind = bytes.length === 0 ? 'an empty file' : `a file that begins with ${opening(bytes)}`;
  return refuse(nameOf(path), `Found ${kind}.`);
}

const nameOf = (path: string) => path.split('/').pop() ?? path;
const isHidden = (path: string) => path.split('/').some((part) => /^(\.|__MACOSX)/.test(part));
const isZip = (bytes: Uint8Array) => bytes[0] === 0x50 && bytes[1] === 0x4b;
const looksLikeIdx = (bytes: Uint8Array) =>
  bytes.length > 4 &&
  bytes[0] === 0 &&
  bytes[1] === 0 &&
  (bytes[3] ?? 0) >= 1 &&
  (bytes[3] ?? 9) <= 4;
const imageEnding = /\.(png|jpe?g|gif|webp|bmp|avif|ico)$/i;

/** Reads the files into a dataset of `session`. */
export async function readOwnData(
  ...given: Parameters<typeof readFiles>
): Promise<Answer<DatasetInfo>> {
  const info = await readFiles(...given);
  if (!info.value || info.value.validation > 0) return info;
  return refuse(
    '',
    `Found ${info.value.train} pictures, of no class three or more: one in five is kept for validation.`,
  );
}

async function readFiles(
  module: EngineModule,
  session: SessionHandle,
  files: OwnFile[],
  progress: Progress,
): Promise<Answer<DatasetInfo>> {
  const visible = files.filter(({ path }) => !isHidden(path));
  const images = visible.filter(({ path }) => imageEnding.test(path));
  if (images.length > 0) {
    const opened = images.map(({ path, file }) => ({ path, blob: file }));
    return imagesByClass(module, session, opened, progress);
  }
  const read: Bytes[] = [];
  for (const { path, file } of visible) {
    const whole = await readWhole(path, file);
    if (whole.error) return whole;
    read.push(whole.value);
  }
  const zip = read.find(({ bytes }) => isZip(bytes));
  if (zip) return readZip(module, session, zip, progress);
  return readIdxFiles(module, session, read);
}

/** A file's bytes, unpacked. A large file of another kind is refused before all of it is read. */
async function readWhole(path: string, file: Blob): Promise<Answer<Bytes>> {
  try {
    const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
    if (!isGzip(head) && !isZip(head) && !looksLikeIdx(head)) return refuseKind(path, head);
    const bytes = await gunzip(new Uint8Array(await file.arrayBuffer()));
    return { value: { path, bytes } };
  } catch {
    return refuse(nameOf(path), 'Found a file that breaks off or is damaged.');
  }
}

function readZip(module: EngineModule, session: SessionHandle, zip: Bytes, progress: Progress) {
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(zip.bytes);
  } catch {
    return refuse(nameOf(zip.path), 'Found a .zip that breaks off or is damaged.');
  }
  const inside = Object.entries(entries)
    .filter(([path, bytes]) => bytes.length > 0 && !isHidden(path))
    .map(([path, bytes]) => ({ path, bytes: new Uint8Array(bytes) }));
  const images = inside.filter(({ path }) => imageEnding.test(path));
  if (images.length === 0) return unpackIdx(module, session, inside);
  const opened = images.map(({ path, bytes }) => ({ path, blob: new Blob([bytes]) }));
  return imagesByClass(module, session, opened, progress);
}

async function unpackIdx(module: EngineModule, session: SessionHandle, files: Bytes[]) {
  const unpacked: Bytes[] = [];
  for (const { path, bytes } of files) {
    const whole = await readWhole(path, new Blob([bytes]));
    if (whole.error) return whole;
    unpacked.push(whole.value);
  }
  return readIdxFiles(module, session, unpacked);
}

function readIdxFiles(
  module: EngineModule,
  session: SessionHandle,
  files: Bytes[],
): Answer<DatasetInfo> {
  const found: Idx[] = [];
  for (const { path, bytes } of files) {
    if (!looksLikeIdx(bytes)) return refuseKind(path, bytes);
    const { json, data } = module.readIdx(bytes, nameOf(path));
    const { value, error } = read<Omit<Idx, 'path' | 'bytes' | 'data'>>(json);
    if (error) return { error };
    found.push({ ...value, path, bytes, data });
  }
  return pairUp(session, found);
}

/** The first bytes of a file, as a person would name them. */
function opening(bytes: Uint8Array) {
  const some = [...bytes.subarray(0, 4)];
  const text = some.every((byte) => byte >= 32 && byte < 127)
    ? ` (“${String.fromCharCode(...some)}”)`
    : '';
  return some.map((byte) => byte.toString(16).padStart(2, '0')).join(' ') + text;
}

function pairUp(session: SessionHandle, found: Idx[]): Answer<DatasetInfo> {
  const labels = found.filter(({ kind }) => kind === 'labels');
  const pairs = found
    .filter(({ kind }) => kind === 'images')
    .map((images) => ({ images, labels: labels.find(({ count }) => count === images.count) }))
    .sort((a, b) => b.images.count - a.images.count);
  const [first, second] = pairs;
  const list = found
    .map(({ path, kind, count }) => `${nameOf(path)} (${count} ${kind})`)
    .join(', ');
  if (!first || pairs.length > 2 || pairs.some((pair) => !pair.labels))
    return refuse(
      'IDX',
      `Found ${list || 'no file'}: every file of images needs one of as many labels.`,
    );
  const classes = Math.max(...labels.map((each) => each.classes), 2);
  const names = Array.from({ length: classes }, (_, i) => String(i));
  const shape = first.images.shape;
  if (!first.labels) return refuse('IDX', `Found ${list}.`);
  if (!second?.labels) {
    const about = { name: 'own', shape, classes: names, validation_share: 0.2, seed };
    return read(session.ownDataset(JSON.stringify(about), first.images.data, first.labels.data));
  }
  // Two pairs: the larger trains, the smaller validates.
  const part = (pair: typeof first) => ({
    images: 'images',
    labels: 'labels',
    count: pair.images.count,
  });
  const manifest = {
    ...{ name: 'own', title: 'Own data', classes: names, shape },
    ...{ train: [part(first)], validation: [part(second)] },
  };
  const info = read<DatasetInfo>(session.announceDataset(JSON.stringify(manifest)));
  if (info.error) return info;
  const status = [
    read(session.addPart('train', 0, first.images.bytes, first.labels.bytes)),
    read(session.addPart('validation', 0, second.images.bytes, second.labels.bytes)),
  ].find(({ error }) => error);
  return status?.error ? { error: status.error } : info;
}

/** The image's pixels, reduced so that its shorter side has at most 512. */
export async function rgbaOf(image: ImageBitmapSource) {
  const bitmap = await createImageBitmap(image);
  const scale = Math.min(1, 512 / Math.min(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (!context) throw new Error('no 2D canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data: new Uint8Array(data.buffer) };
}

async function imagesByClass(
  module: EngineModule,
  session: SessionHandle,
  images: { path: string; blob: Blob }[],
  progress: Progress,
): Promise<Answer<DatasetInfo>> {
  const folderOf = (path: string) => path.split('/').at(-2) ?? '';
  const classes = [...new Set(images.map(({ path }) => folderOf(path)))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  if (classes.length < 2) {
    const where = classes[0] ? `all in the folder “${classes[0]}”` : 'in no folder';
    return refuse(
      'images',
      `Found ${images.length} image${images.length === 1 ? '' : 's'}, ${where}; at least two folders are needed.`,
    );
  }
  const shape = [1, side, side];
  const size = side * side;
  const pixels = new Uint8Array(images.length * size);
  const labels = new Uint8Array(images.length);
  for (const [i, { path, blob }] of images.entries()) {
    let image;
    try {
      image = await rgbaOf(blob);
    } catch {
      return refuse(path, 'Found an image that this browser cannot read.');
    }
    const { width, height, data } = image;
    const made = module.prepare(data, width, height, JSON.stringify(shape), 'fit');
    const { error } = read(made.json);
    if (error) return { error: { ...error, where: path } };
    pixels.set(made.data, i * size);
    labels[i] = classes.indexOf(folderOf(path));
    if (i % 20 === 0) progress(i, images.length);
  }
  progress(images.length, images.length);
  const about = { name: 'own', shape, classes, validation_share: 0.2, seed };
  return read(session.ownDataset(JSON.stringify(about), pixels, labels));
}

/** One image of the user's as a picture of this shape. */
export async function prepared(
  module: EngineModule,
  image: Blob | ImageData,
  shape: number[],
  mode: 'fit' | 'like_mnist',
): Promise<Answer<Picture>> {
  let rgba;
  try {
    rgba = await rgbaOf(image);
  } catch {
    const found = (image instanceof Blob && image.type) || 'a file of unknown type';
    return failure(
      'bad_file',
      image instanceof File ? image.name : '',
      `Expected an image that this browser can read (PNG, JPEG, WebP, …). Found ${found}.`,
    );
  }
  const made = module.prepare(rgba.data, rgba.width, rgba.height, JSON.stringify(shape), mode);
  const { error } = read(made.json);
  return error ? { error } : { value: { label: -1, pixels: made.data } };
}
