// What the laboratory is set to, and what it has to say: the settings with their address, a notice,
// and an event for whoever shows them.
import { errorText, type EngineError } from '../engine/api';
import { fromHash, optimizers, toHash, type Settings } from './settings';
import type { Notice } from './state';

export class Desk extends EventTarget {
  settings: Settings = fromHash(location.hash);
  notice: Notice | null = null;

  dismiss() {
    this.notice = null;
    this.changed();
  }

  inform(text: string) {
    this.notice = { kind: 'info', text };
    this.changed();
  }

  complain(error: EngineError, action?: Notice['action']) {
    this.notice = { kind: 'error', text: errorText(error), ...(action ? { action } : {}) };
    this.changed();
  }

  /** Another optimiser brings its usual rate, unless the visitor chose one. */
  protected suggestRate(before: string) {
    const usual = optimizers[before]?.rate;
    const next = optimizers[this.settings.optimizer]?.rate;
    if (next !== undefined && this.settings.rate === usual) this.settings.rate = next;
  }

  protected restore(settings: Settings) {
    this.settings = settings;
    this.write();
  }

  /** The address says what the settings say; what others have put there stays. */
  protected write() {
    const hash = toHash(this.settings, location.hash);
    if (hash !== location.hash) history.replaceState(null, '', hash || location.pathname);
    this.changed();
  }

  protected changed() {
    this.dispatchEvent(new Event('change'));
  }
}
