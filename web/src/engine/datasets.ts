// Fetches a built-in dataset part by part and hands each to the engine, the first training part and
// the validation pictures before the rest, so that training can start at once.
import { failure, type Answer, type DatasetInfo, type EngineError, type Split } from './api';
import { read, type SessionHandle } from './module';

type Bytes = Uint8Array<ArrayBuffer>;
interface PartFiles {
  images: string;
  labels: string;
  count: number;
}
type Manifest = Record<Split, PartFiles[]>;
interface Part {
  split: Split;
  part: number;
  files: PartFiles;
}

const atATime = 2; // parts that are on their way
const nearMs = 40; // a file that comes so soon was near, in the browser's cache mostly

export const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks gzip; anything else stays as it is. */
export async function gunzip(bytes: Bytes): Promise<Bytes> {
  if (!isGzip(bytes)) return bytes;
  // Written in one go: a Blob's stream would bring it back from the browser piece by piece.
  const { readable, writable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const [unpacked] = await Promise.all([new Response(readable).arrayBuffer(), written]);
  return new Uint8Array(unpacked);
}

async function fetchBytes(url: string, { signal }: AbortController) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url.split('/').pop()}: the server said ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const manifestName = 'manifest.json';

/** What is wanted first, some to train on and what is looked at, and the rest. */
function partsOf(manifest: Manifest): { soon: Part[]; rest: Part[] } {
  const parts = (split: Split) => manifest[split].map((files, part) => ({ split, part, files }));
  const [first, ...rest] = parts('train');
  return { soon: [...(first ? [first] : []), ...parts('validation')], rest };
}

/**
 * A dataset's files on their way, before there is anything to hold them. Whatever goes wrong, whoever
 * asks for a file tries again.
 */
export class EarlyFiles {
  private readonly stop = new AbortController();
  private readonly files = new Map<string, Promise<Bytes | undefined>>();

  /** `engine`: is to arrive before the pictures; `calm`: and there to be time before the rest. */
  constructor(
    readonly folder: string,
    engine: Promise<unknown>,
    calm: Promise<unknown>,
  ) {
    void this.add(manifestName, Promise.resolve());
    void this.begin(engine, calm).catch(() => undefined);
  }

  private async begin(engine: Promise<unknown>, calm: Promise<unknown>) {
    const [manifest] = await Promise.all([this.files.get(manifestName), engine]);
    const { soon, rest } = partsOf(JSON.parse(new TextDecoder().decode(manifest)) as Manifest);
    const names = [...soon, ...rest].flatMap(({ files: { images, labels } }) => [images, labels]);
    const places: Promise<unknown>[] = Array.from({ length: 2 * atATime }, () => engine);
    let near = new Promise<unknown>(() => {});
    for (const [i, name] of names.entries()) {
      const at = i % places.length;
      const turn = Promise.race([places[at], near]);
      places[at] = this.add(name, i < 2 * soon.length ? turn : Promise.all([turn, calm]));
      if (i === 0) near = this.nearness(places[at]);
    }
  }

  /** Resolves with `file` when that is near: then the others need not wait for one another. */
  private nearness(file: Promise<unknown> | undefined) {
    const asked = performance.now();
    return new Promise((tell) => {
      void file?.then(() => {
        if (performance.now() - asked < nearMs) tell(undefined);
      });
    });
  }

  private add(name: string, after: Promise<unknown> | undefined) {
    const file = (async () => {
      await after;
      return gunzip(await fetchBytes(this.folder + name, this.stop));
    })().catch(() => undefined);
    this.files.set(name, file);
    return file;
  }

  /** A file, unpacked; it is given away once. */
  async take(name: string) {
    const file = this.files.get(name);
    if (name !== manifestName) this.files.delete(name);
    return file;
  }

  abandon() {
    this.stop.abort();
  }
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

export interface LoadListener {
  loaded(split: Split, loaded: number, total: number): void;
  failed(error: EngineError): void;
}

export class DatasetLoader {
  private readonly stop = new AbortController();
  private missing: Part[] = [];
  private counts: Record<Split, number> = { train: 0, validation: 0 };
  private totals: Record<Split, number> = { train: 0, validation: 0 };
  private busy = false;

  constructor(
    private readonly folder: string,
    private readonly session: SessionHandle,
    private readonly listener: LoadListener,
    private readonly early?: EarlyFiles,
  ) {}

  /** Fetches the manifest, unless it came before; load() then brings the pictures. */
  async announce(): Promise<Answer<DatasetInfo>> {
    let text: string;
    try {
      const bytes = await this.bring(manifestName);
      text = new TextDecoder().decode(bytes);
    } catch (error) {
      return failure('not_found', this.folder.split('/').at(-2) ?? '', unreachable(error));
    }
    const info = read<DatasetInfo>(this.session.announceDataset(text));
    if (info.error) return info;
    const manifest = JSON.parse(text) as Manifest;
    const { soon, rest } = partsOf(manifest);
    this.missing = [...soon, ...rest];
    this.totals = { train: info.value.train, validation: info.value.validation };
    return info;
  }

  /** Loads what is missing; after a failure it can be called again. */
  async load() {
    if (this.busy) return;
    this.busy = true;
    let problem: EngineError | undefined;
    const coming: { each: Part; files: Promise<Answer<Bytes[]>> }[] = [];
    while (!this.stop.signal.aborted) {
      while (!problem && coming.length < atATime) {
        const each = this.missing.shift();
        if (!each) break;
        coming.push({ each, files: this.filesOf(each) });
      }
      const next = coming.shift();
      if (!next) break;
      const error = this.add(next.each, await next.files);
      if (error) this.missing.push(next.each);
      problem ??= error;
    }
    this.busy = false;
    if (problem && !this.stop.signal.aborted) this.listener.failed(problem);
  }

  abandon() {
    this.stop.abort();
    this.early?.abandon();
  }

  private async filesOf({ files: { images, labels } }: Part): Promise<Answer<Bytes[]>> {
    const unpacked = async (name: string) => gunzip(await this.bring(name));
    try {
      return { value: await Promise.all([images, labels].map(unpacked)) };
    } catch (error) {
      return failure('not_found', 'data', unreachable(error));
    }
  }

  /** Gives a part to the engine, unless nobody waits for it any more. */
  private add({ split, part, files }: Part, { value, error }: Answer<Bytes[]>) {
    if (this.stop.signal.aborted) return undefined;
    if (error) return error;
    const [images, labels] = value;
    const refused = images && labels && read(this.session.addPart(split, part, images, labels));
    if (refused?.error) return refused.error;
    this.counts[split] += files.count;
    this.listener.loaded(split, this.counts[split], this.totals[split]);
    return undefined;
  }

  private async bring(name: string) {
    return (await this.early?.take(name)) ?? (await this.fetchTwice(name));
  }

  /** One more try after a moment, for networks that stumble. */
  private async fetchTwice(name: string) {
    const url = this.folder + name;
    try {
      return await fetchBytes(url, this.stop);
    } catch (error) {
      if (this.stop.signal.aborted) throw error;
      await sleep(500);
      return fetchBytes(url, this.stop);
    }
  }
}

function unreachable(error: unknown) {
  const why = error instanceof Error ? error.message : String(error);
  return `some of the pictures could not be loaded (${why}). What has arrived stays; try again when the connection is back.`;
}
