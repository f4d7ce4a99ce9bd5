// How a run goes: its state, where it stands, and its curves, from what the engine tells.
import type { EngineEvent, RunState } from '../engine/api';
import { History } from './history';
import { noProgress } from './state';

type Told<K extends EngineEvent['kind']> = Extract<EngineEvent, { kind: K }>;

export class Course {
  run: RunState | 'loading' | 'crashed' = 'loading';
  progress = noProgress;
  history = new History();
  /** What a screen reader is told. */
  status = 'Loading the engine.';
  /** The curves of a run that is about to be taken up; the engine knows only its epochs. */
  takingUp: History | null = null;

  get busy() {
    return this.run === 'running' || this.run === 'waiting';
  }

  get epochsDone() {
    return this.history.epochs.at(-1)?.epoch ?? 0;
  }

  advance(event: Told<'progress'>, epochs: number) {
    const last = event.batches.at(-1);
    this.history.add(event.batches, event.epochs);
    this.progress = {
      step: event.step,
      epoch: event.epoch,
      loss: last?.loss ?? this.progress.loss,
      accuracy: last?.accuracy ?? this.progress.accuracy,
      imagesPerSecond: event.imagesPerSecond ?? this.progress.imagesPerSecond,
    };
    const epoch = event.epochs.at(-1);
    if (!epoch) return;
    const percent = (epoch.val_accuracy * 100).toFixed(1);
    this.status = `Epoch ${epoch.epoch} of ${epochs}: validation accuracy ${percent} percent.`;
  }

  resume(event: Told<'resumed'>) {
    const bare = { ...new History().save(), epochs: event.history };
    this.history = this.takingUp ?? History.from(bare);
    this.takingUp = null;
    const { losses, accuracies } = this.history;
    const { step, epoch } = event;
    const [loss = null, accuracy = null] = [losses.at(-1), accuracies.at(-1)];
    this.progress = { ...noProgress, step, epoch, loss, accuracy };
  }

  forget() {
    this.history = new History();
    this.progress = noProgress;
  }

  enter(state: RunState) {
    const paused = this.run === 'running' && this.progress.step > 0;
    this.run = state;
    const said: Record<RunState, string> = {
      ready: paused ? `Paused after step ${this.progress.step}.` : this.status,
      running: 'Training.',
      waiting: 'Waiting for the next pictures.',
      finished: 'All epochs are done.',
      stopped: 'Training stopped.',
    };
    this.status = said[state];
  }
}
