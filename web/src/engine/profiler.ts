// Measures the steps of a training plan in slices of 20 ms, and between two of them a turn of the event
// loop, so that training and the page's commands get in.
import { failure, type Answer, type PlanProfile } from './api';
import { read, type SessionHandle } from './module';

const sliceMs = 20;
const wantedMs = 400;
const wantedRounds = 3;
const mostMs = 4000; // of a large network, whose steps then have been measured once at least

export class Profiler {
  /** Which measurement is under way; another one, or another network, ends it. */
  private current = 0;

  abandon() {
    this.current++;
  }

  /** `guard` calls the engine, as long as the session is the one that is open. */
  async measure(
    session: SessionHandle,
    fuse: boolean,
    guard: <T>(call: () => Answer<T>) => Answer<T>,
    turn = () => new Promise<void>((done) => setTimeout(done)),
  ): Promise<Answer<PlanProfile>> {
    const own = ++this.current;
    const started = guard(() => read(session.startProfile(fuse)));
    if (started.error) return started;
    for (let spent = 0; ;) {
      const began = performance.now();
      const done = guard(() => read<{ rounds: number }>(session.measureProfile(sliceMs)));
      if (done.error) return done;
      const { rounds } = done.value;
      spent += performance.now() - began;
      const enough = spent >= wantedMs && rounds >= wantedRounds;
      if (rounds > 0 && (enough || spent >= mostMs)) break;
      await turn();
      if (own !== this.current)
        return failure('abandoned', 'profile', 'something else was asked for meanwhile');
    }
    return guard(() => read<PlanProfile>(session.takeProfile()));
  }
}
