// The course of a run, for the curves: every batch, thinned out when there are very many, and every
// epoch.
import type { Batch, EpochMetrics } from '../engine/api';

const most = 4000;

/** As it is kept. */
export interface HistoryData {
  steps: number[];
  losses: number[];
  accuracies: number[];
  epochs: EpochMetrics[];
  every: number;
  pending: Batch[];
}

export class History {
  steps: number[] = [];
  losses: number[] = [];
  accuracies: number[] = [];
  epochs: EpochMetrics[] = [];
  /** Grows with every change. */
  version = 0;
  private every = 1; // batches to a point
  private pending: Batch[] = [];

  clear() {
    this.steps = [];
    this.losses = [];
    this.accuracies = [];
    this.epochs = [];
    this.every = 1;
    this.pending = [];
    this.version++;
  }

  /** What is known already is left out: after the loss of a GPU some steps are done again. */
  add(batches: Batch[], epochs: EpochMetrics[]) {
    const last = this.pending.at(-1)?.step ?? this.steps.at(-1) ?? 0;
    for (const batch of batches.filter(({ step }) => step > last)) {
      this.pending.push(batch);
      if (this.pending.length < this.every) continue;
      this.steps.push(batch.step);
      this.losses.push(mean(this.pending.map(({ loss }) => loss)));
      this.accuracies.push(mean(this.pending.map(({ accuracy }) => accuracy)));
      this.pending = [];
    }
    const ended = this.epochs.at(-1)?.epoch ?? 0;
    this.epochs.push(...epochs.filter(({ epoch }) => epoch > ended));
    if (this.steps.length > most) this.halve();
    this.version++;
  }

  /** A copy that can be kept. */
  save(): HistoryData {
    const { steps, losses, accuracies, epochs, every, pending } = this;
    return structuredClone({ steps, losses, accuracies, epochs, every, pending });
  }

  static from(data: HistoryData) {
    const history = new History();
    Object.assign(history, structuredClone(data), { version: 1 });
    return history;
  }

  private halve() {
    const pairs = <T>(list: T[], join: (a: T, b: T) => T) => {
      const out: T[] = [];
      for (let i = 0; i + 1 < list.length; i += 2) out.push(join(list[i] as T, list[i + 1] as T));
      return out;
    };
    this.steps = pairs(this.steps, (_, b) => b);
    this.losses = pairs(this.losses, (a, b) => (a + b) / 2);
    this.accuracies = pairs(this.accuracies, (a, b) => (a + b) / 2);
    this.every *= 2;
  }
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
