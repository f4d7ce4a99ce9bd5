// The worker's training loop: slices of about 20 ms, and between two of them a turn of the event
// loop, so that commands get in. What happened is told at most as often as a display can show it.
import type { Answer, Batch, EngineEvent, EpochMetrics, RunState } from './api';

export interface StepResult {
  kind: 'trained' | 'validated' | 'waiting' | 'finished';
  step: number;
  epoch: number;
  samples: number;
  loss: number;
  accuracy: number;
  learning_rate: number;
  epoch_done?: Omit<EpochMetrics, 'step'>;
}

const sliceMs = 20;
const reportMs = 50;
const rateMs = 1000;

/** A message to oneself is the shortest way round the event loop; timers wait 4 ms. */
function throughChannel() {
  const { port1, port2 } = new MessageChannel();
  return (job: () => void) => {
    port1.onmessage = job;
    port2.postMessage(0);
  };
}

export class Training {
  private state: RunState = 'ready';
  private wanted: 'nothing' | 'told' | 'epoch' = 'nothing';
  private batches: Batch[] = [];
  private epochs: EpochMetrics[] = [];
  private last: StepResult | undefined;
  private reported = 0;
  /** Training batches of the last second: how many images, and how long they took. */
  private speed: { at: number; images: number; ms: number }[] = [];
  private scheduled = false;

  constructor(
    private readonly step: () => Answer<StepResult>,
    private readonly tell: (event: EngineEvent) => void,
    /** Calls a job after whatever the event loop has waiting. */
    private readonly later = throughChannel(),
  ) {}

  train(until: 'told' | 'epoch') {
    if (this.state === 'stopped') return;
    this.wanted = until;
    this.enter('running');
    this.schedule();
  }

  pause() {
    if (this.wanted === 'nothing') return;
    this.wanted = 'nothing';
    this.report();
    this.enter('ready');
  }

  /** One training batch; what validation stands before it is done as well. */
  one() {
    if (this.state === 'stopped') return;
    this.wanted = 'nothing';
    let result = this.advance();
    while (result?.kind === 'validated') result = this.advance();
    this.report();
    if (!result) return;
    this.enter(result.kind === 'finished' ? 'finished' : 'ready');
  }

  /** More pictures have arrived. */
  wake() {
    if (this.state === 'waiting') {
      this.enter('running');
      this.schedule();
    }
  }

  /** After a restart or with another network: nothing has been done yet. */
  forget() {
    this.wanted = 'nothing';
    this.batches = [];
    this.epochs = [];
    this.speed = [];
    this.last = undefined;
    this.tell({ kind: 'forgotten' });
    this.enter('ready');
  }

  private slice() {
    const end = performance.now() + sliceMs;
    while (this.wanted !== 'nothing' && performance.now() < end) {
      const result = this.advance();
      if (!result) return;
      if (result.kind === 'waiting') {
        this.report();
        this.enter('waiting');
        return;
      }
      if (result.kind === 'finished' || (result.epoch_done && this.wanted === 'epoch')) {
        this.wanted = 'nothing';
        this.report();
        this.enter(result.kind === 'finished' ? 'finished' : 'ready');
        return;
      }
      if (performance.now() - this.reported >= reportMs) this.report();
    }
    if (this.wanted === 'nothing') return;
    this.schedule();
  }

  /** Another slice after whatever has come in meanwhile. */
  private schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    this.later(() => {
      this.scheduled = false;
      this.slice();
    });
  }

  /** One batch of training or validation; undefined after an error. */
  private advance(): StepResult | undefined {
    const began = performance.now();
    const { value, error } = this.step();
    if (error) {
      this.wanted = 'nothing';
      this.report();
      this.state = 'stopped';
      this.tell({ kind: 'state', state: 'stopped', error });
      return undefined;
    }
    if (value.kind === 'trained') {
      const { step, loss, accuracy } = value;
      this.batches.push({ step, loss, accuracy });
      const now = performance.now();
      this.speed.push({ at: now, images: value.samples, ms: now - began });
    }
    if (value.epoch_done) this.epochs.push({ ...value.epoch_done, step: value.step });
    this.last = value;
    return value;
  }

  private report() {
    this.reported = performance.now();
    this.speed = this.speed.filter(({ at }) => at > this.reported - rateMs);
    if (!this.last) return;
    const images = this.speed.reduce((sum, each) => sum + each.images, 0);
    const ms = this.speed.reduce((sum, each) => sum + each.ms, 0);
    this.tell({
      kind: 'progress',
      batches: this.batches,
      epochs: this.epochs,
      step: this.last.step,
      epoch: this.last.epoch,
      learningRate: this.last.learning_rate,
      imagesPerSecond: ms > 0 ? (images / ms) * 1000 : null,
    });
    this.batches = [];
    this.epochs = [];
  }

  private enter(state: RunState) {
    if (state === this.state) return;
    this.state = state;
    this.tell({ kind: 'state', state });
  }
}
