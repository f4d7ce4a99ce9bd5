// The engine's end of the inspector: reports of training go out through a port, one at a time, when
// the other end has drawn the one before and there is something new.
import type { RunState } from './api';
import type { EngineModule, SessionHandle } from './module';

/** As State in engine/probe/report.hpp numbers them. */
const states: RunState[] = ['ready', 'running', 'waiting', 'finished', 'stopped'];

/** The least time between two reports, so that training is not held up by being watched. */
const leastMs = 30;

export class Inspection {
  private ready = false;
  private last = 0;
  private later: ReturnType<typeof setTimeout> | undefined;
  private session: SessionHandle | undefined;

  constructor(
    private readonly module: EngineModule,
    private readonly port: MessagePort,
    private readonly state: () => RunState,
  ) {
    port.onmessage = () => {
      this.ready = true;
      this.poke();
    };
  }

  /** Looks into this session from now on. */
  look(session: SessionHandle) {
    this.session = session;
    this.module.attend?.(session, true);
    this.poke();
  }

  command(json: string) {
    if (!this.session) return;
    this.module.probeCommand?.(this.session, json);
    this.poke();
  }

  /** Something may have changed. */
  poke() {
    if (!this.ready || !this.session) return;
    const wait = this.last + leastMs - performance.now();
    if (wait > 0) {
      this.later ??= setTimeout(() => {
        this.later = undefined;
        this.poke();
      }, wait);
      return;
    }
    const bytes = this.module.probeReport?.(this.session, states.indexOf(this.state()));
    if (!bytes) return;
    this.ready = false;
    this.last = performance.now();
    this.port.postMessage(bytes, [bytes.buffer]);
  }

  end() {
    clearTimeout(this.later);
    if (this.session) this.module.attend?.(this.session, false);
    this.session = undefined;
    this.port.close();
  }
}
