// What can be undone: everything that would otherwise lose a network, its weights or its run.
import type { History } from './history';
import type { Settings } from './settings';

/** The laboratory as it stood. */
export interface Moment {
  /** What was done then, in words: "Reset". */
  what: string;
  settings: Settings;
  checkpoint: Uint8Array | null;
  history: History;
}

const mostBytes = 96e6;
const mostMoments = 50;

const size = ({ checkpoint }: Moment) => checkpoint?.byteLength ?? 0;

export class Undo {
  private past: Moment[] = [];
  private future: Moment[] = [];

  /** What an undo, and a redo, would take back. */
  get back() {
    return this.past.at(-1)?.what ?? null;
  }
  get forth() {
    return this.future.at(-1)?.what ?? null;
  }

  /** The moment before something is done. */
  push(moment: Moment) {
    this.future = [];
    this.past.push(moment);
    let bytes = this.past.reduce((sum, each) => sum + size(each), 0);
    while (this.past.length > 1 && (bytes > mostBytes || this.past.length > mostMoments)) {
      const [oldest] = this.past.splice(0, 1);
      bytes -= oldest ? size(oldest) : 0;
    }
  }

  /** Takes the last thing back; `now` is what a redo brings again. */
  takeBack(now: Omit<Moment, 'what'>): Moment | undefined {
    const moment = this.past.pop();
    if (moment) this.future.push({ ...now, what: moment.what });
    return moment;
  }

  bringAgain(now: Omit<Moment, 'what'>): Moment | undefined {
    const moment = this.future.pop();
    if (moment) this.past.push({ ...now, what: moment.what });
    return moment;
  }
}
