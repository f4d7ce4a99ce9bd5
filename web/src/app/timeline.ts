// Undo and redo: moments of the laboratory, and the way from one to another.
import { History, type HistoryData } from './history';
import type { Settings } from './settings';
import { Undo, type Moment } from './undo';
import type { Answer } from '../engine/api';

interface Surroundings {
  /** Null when nothing is open yet. */
  checkpoint: () => Promise<Answer<Uint8Array> | null>;
  history: () => HistoryData;
}

export class Timeline {
  private readonly moments = new Undo();

  constructor(private readonly around: Surroundings) {}

  /** What an undo, and a redo, would take back or bring again. */
  get back() {
    return this.moments.back;
  }
  get forth() {
    return this.moments.forth;
  }

  /** The laboratory as it stands, before `what` is done to it. */
  async moment(what: string, settings: Settings): Promise<Moment | null> {
    const answer = await this.around.checkpoint();
    const history = History.from(this.around.history());
    return answer && { what, settings, checkpoint: answer.value ?? null, history };
  }

  /** Does something that gives up what is at hand; when it worked, an undo brings that back. */
  async leave(what: string, before: Settings, job: () => Promise<boolean>) {
    const moment = await this.moment(what, before);
    const ok = await job();
    if (ok && moment) this.moments.push(moment);
    return ok;
  }

  /** One moment back or forth; `go` brings the laboratory there. */
  async travel(
    way: 'takeBack' | 'bringAgain',
    settings: Settings,
    go: (moment: Moment) => Promise<boolean>,
  ) {
    const now = await this.moment('', settings);
    const moment = now && this.moments[way](now);
    if (!moment || (await go(moment))) return;
    // It stays where it was, for another try.
    this.moments[way === 'takeBack' ? 'bringAgain' : 'takeBack'](moment);
  }
}
