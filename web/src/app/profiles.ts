// Where the time of a training step goes, with fused steps and without: measured when somebody asks.
import { errorText, type Answer, type PlanProfile } from '../engine/api';

interface Source {
  profile(fuse: boolean): Promise<Answer<PlanProfile>>;
}

export interface Profiles {
  fused: PlanProfile;
  apart: PlanProfile;
}

/** Two measurements of one plan as one: what else the computer did meanwhile only adds time. */
const best = (a: PlanProfile, b: PlanProfile): PlanProfile => ({
  batch: a.batch,
  ceiling: Math.max(a.ceiling, b.ceiling),
  steps: a.steps.map((step, i) => {
    const other = b.steps[i];
    return other && other.seconds < step.seconds ? other : step;
  }),
});

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
    const found: { fused?: PlanProfile; apart?: PlanProfile } = {};
    // There and back, so that a computer that becomes busier or hotter favours neither.
    for (const plan of ['fused', 'apart', 'apart', 'fused'] as const) {
      const { value, error } = await this.engine().profile(plan === 'fused');
      if (run !== this.run) return;
      if (error) this.trouble = errorText(error);
      if (error) break;
      found[plan] = found[plan] ? best(found[plan], value) : value;
    }
    this.measuring = false;
    const { fused, apart } = found;
    if (fused && apart && !this.trouble) this.profiles = { fused, apart };
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
