// Where the time of a training step goes, with fused steps and without: measured when somebody asks.
import { errorText, type Answer, type PlanProfile } from '../engine/api';

interface Source {
  profile(fuse: boolean): Promise<Answer<PlanProfile>>;
}

export interface Profiles {
  fused: PlanProfile;
  apart: PlanProfile;
}

export class ProfileKeeper {
  profiles: Profiles | null = null;
  measuring = false;
  /** Why nothing could be measured. */
  trouble = '';
  /** Counts up when what is being measured no longer is what is open. */
  private run = 0;

  constructor(
    private readonly engine: () => Source,
    private readonly changed: () => void,
  ) {}

  async measure() {
    if (this.measuring) return;
    const run = ++this.run;
    this.measuring = true;
    this.trouble = '';
    this.changed();
    const fused = await this.engine().profile(true);
    const apart = fused.error ? fused : await this.engine().profile(false);
    if (run !== this.run) return;
    this.measuring = false;
    if (fused.value && apart.value) this.profiles = { fused: fused.value, apart: apart.value };
    else this.trouble = errorText((fused.error ?? apart.error)!);
    this.changed();
  }

  /** Another network is open, or another batch size is set. */
  forget() {
    this.run++;
    this.profiles = null;
    this.measuring = false;
    this.trouble = '';
  }
}
