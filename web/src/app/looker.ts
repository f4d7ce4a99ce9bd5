// Asks the engine for pictures of the network: one at a time, none while the page is hidden, and so
// rarely that training loses about one part in twenty at most to them and to what follows from them.
import type { Answer, PackedSnapshot } from '../engine/api';

const shortest = 60; // ms between two while training
const share = 20;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class Looker {
  private wanted: Uint8Array | null = null;
  private shown: Uint8Array | null = null;
  private busy = false;
  private hurry: () => void = () => {};

  constructor(
    private readonly ask: (pixels: Uint8Array) => Promise<Answer<PackedSnapshot>>,
    private readonly show: (snapshot: PackedSnapshot) => void,
    private readonly training: () => boolean,
    /** What is asked of the worker after each, in milliseconds. */
    private readonly afterwards: () => number,
  ) {}

  look(pixels: Uint8Array) {
    this.wanted = pixels;
    if (pixels !== this.shown || !this.training()) this.hurry();
    if (!this.busy) void this.work();
  }

  private async work() {
    this.busy = true;
    while (this.wanted) {
      const pixels = this.wanted;
      this.wanted = null;
      this.shown = pixels;
      const cost = (await this.one(pixels)) + this.afterwards();
      await new Promise(requestAnimationFrame);
      if (this.training()) await this.rest(Math.max(calm.matches ? 1000 : shortest, cost * share));
    }
    this.busy = false;
  }

  private async one(pixels: Uint8Array) {
    try {
      const { value } = await this.ask(pixels);
      if (value) this.show(value);
      return value?.cost ?? 0;
    } catch {
      return 0; // the worker has gone; the page says so elsewhere
    }
  }

  /** Waits, unless somebody wants another picture now. */
  private rest(ms: number) {
    return new Promise<void>((done) => {
      const timer = setTimeout(done, ms);
      this.hurry = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
