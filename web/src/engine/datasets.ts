// Fetches a built-in dataset part by part and hands each to the engine, the first training part and
// the validation pictures before the rest, so that training can start at once.
import { failure, type Answer, type DatasetInfo, type EngineError, type Split } from './api';
import { read, type SessionHandle } from './module';

interface PartFiles {
  images: string;
  labels: string;
  count: number;
}
type Manifest = Record<Split, PartFiles[]>;

export const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks gzip; anything else stays as it is. */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (!isGzip(bytes)) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function fetchBytes(url: string, signal?: AbortSignal) {
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) throw new Error(`${url.split('/').pop()}: the server said ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const manifestName = 'manifest.json';

/** A dataset's manifest ahead of time; whatever goes wrong, the loader tries again. */
export const fetchManifest = (folder: string) =>
  fetchBytes(folder + manifestName).catch(() => undefined);

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

export interface LoadListener {
  loaded(split: Split, loaded: number, total: number): void;
  failed(error: EngineError): void;
}

export class DatasetLoader {
  private readonly stop = new AbortController();
  private missing: { split: Split; part: number; files: PartFiles }[] = [];
  private counts: Record<Split, number> = { train: 0, validation: 0 };
  private totals: Record<Split, number> = { train: 0, validation: 0 };
  private busy = false;

  constructor(
    private readonly folder: string,
    private readonly session: SessionHandle,
    private readonly listener: LoadListener,
  ) {}

  /** Fetches the manifest, unless it came before; load() then brings the pictures. */
  async announce(early?: Promise<Uint8Array | undefined>): Promise<Answer<DatasetInfo>> {
    let text: string;
    try {
      const bytes = (await early) ?? (await this.fetchTwice(manifestName));
      text = new TextDecoder().decode(bytes);
    } catch (error) {
      return failure('not_found', this.folder.split('/').at(-2) ?? '', unreachable(error));
    }
    const info = read<DatasetInfo>(this.session.announceDataset(text));
    if (info.error) return info;
    const manifest = JSON.parse(text) as Manifest;
    const parts = (split: Split) => manifest[split].map((files, part) => ({ split, part, files }));
    const [first, ...others] = parts('train');
    this.missing = [...(first ? [first] : []), ...parts('validation'), ...others];
    this.totals = { train: info.value.train, validation: info.value.validation };
    return info;
  }

  /** Loads what is missing; after a failure it can be called again. */
  async load() {
    if (this.busy) return;
    this.busy = true;
    while (this.missing.length > 0 && !this.stop.signal.aborted) {
      const error = await this.loadNext(this.missing.splice(0, 2));
      if (error && !this.stop.signal.aborted) {
        this.listener.failed(error);
        break;
      }
    }
    this.busy = false;
  }

  abandon() {
    this.stop.abort();
  }

  /** Fetches some parts at the same time and adds them in order. */
  private async loadNext(parts: typeof this.missing): Promise<EngineError | undefined> {
    const fetched = await Promise.allSettled(
      parts.map(({ files }) =>
        Promise.all(
          [files.images, files.labels].map(async (name) => gunzip(await this.fetchTwice(name))),
        ),
      ),
    );
    let problem: EngineError | undefined;
    for (const [i, result] of fetched.entries()) {
      const part = parts[i];
      if (!part || this.stop.signal.aborted) continue;
      const error =
        result.status === 'fulfilled'
          ? this.add(part.split, part.part, result.value)
          : failure('not_found', 'data', unreachable(result.reason)).error;
      if (error) {
        problem = error;
        this.missing.push(part);
      } else {
        this.counts[part.split] += part.files.count;
        this.listener.loaded(part.split, this.counts[part.split], this.totals[part.split]);
      }
    }
    return problem;
  }

  private add(split: Split, part: number, [images, labels]: Uint8Array[]) {
    if (!images || !labels) return undefined;
    return read(this.session.addPart(split, part, images, labels)).error;
  }

  /** One more try after a moment, for networks that stumble. */
  private async fetchTwice(name: string) {
    const url = this.folder + name;
    try {
      return await fetchBytes(url, this.stop.signal);
    } catch (error) {
      if (this.stop.signal.aborted) throw error;
      await sleep(500);
      return fetchBytes(url, this.stop.signal);
    }
  }
}

function unreachable(error: unknown) {
  const why = error instanceof Error ? error.message : String(error);
  return `some of the pictures could not be loaded (${why}). What has arrived stays; try again when the connection is back.`;
}
