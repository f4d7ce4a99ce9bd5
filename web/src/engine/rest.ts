// The part of the engine that comes later: fetched behind what visitors wait for, and at once when a
// call cannot wait.
import { inTwo } from './later.mjs';

const missing =
  'A part of the engine could not be fetched. Try again when the connection is back, or load the page anew.';

/** A call waits for it, and with it the worker. */
function compileNow(url: string) {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.responseType = 'arraybuffer';
  try {
    request.send();
  } catch {
    // it has no status then
  }
  if (request.status !== 200) throw new Error(missing);
  return new WebAssembly.Module(request.response as ArrayBuffer);
}

export class Rest {
  private parts: ReturnType<typeof inTwo> | undefined;
  private coming: Promise<void> | undefined;

  constructor(private readonly url: string) {}

  /** An instance of the first part. */
  async begin(first: WebAssembly.Module, imports: WebAssembly.Imports) {
    const parts = inTwo(imports, () => {
      const module = compileNow(this.url);
      this.coming = Promise.resolve();
      return module;
    });
    const made = await WebAssembly.instantiate(first, parts.imports);
    parts.begin(made);
    this.parts = parts;
    return made;
  }

  /** Resolves when all of the engine is here. After a failure it can be called again. */
  whole() {
    this.coming ??= this.fetch();
    return this.coming;
  }

  private async fetch() {
    try {
      const answer = fetch(this.url, { priority: 'low' });
      this.parts?.add(await WebAssembly.compileStreaming(answer));
    } catch {
      this.coming = undefined;
      throw new Error(missing);
    }
  }
}
