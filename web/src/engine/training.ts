// The worker's training loop: slices of about 20 ms, and between two of them a turn of the event
// loop, so that commands get in. What happened is told at most as often as a display can show it.
//
// On a GPU a step is begun now and its result comes later: the loop keeps some on their way, and
// when no result has come it waits for the GPU's next answer.
import type { Answer, Batch, EngineEvent, EpochMetrics, RunState } from './api';

export interface StepResult {
  /**
   * pending: on a GPU, no result has come; idle: nothing was to be begun, and nothing is on its way;
   * held: at a breakpoint of the inspector's, in the middle of a batch
   */
  kind: 'trained' | 'validated' | 'waiting' | 'finished' | 'pending' | 'idle' | 'held';
  step: number;
  epoch: number;
  samples: number;
  loss: number;
  accuracy: number;
  learning_rate: number;
  /** Pending, because what will do the step is being compiled. */
  compiling?: true;
  epoch_done?: Omit<EpochMetrics, 'step'>;
}

const sliceMs = 20;
const reportMs = 50;
const rateMs = 1000;
/** So many batches on their way keep a GPU busy while the next one's pictures are gathered. */
export const depth = 3;

/** Whether it was told before: after the loss of a GPU some steps are done a second time. */
type Result = StepResult & { again: boolean };

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
  private expected = false;
  private batches: Batch[] = [];
  private epochs: EpochMetrics[] = [];
  private last: StepResult | undefined;
  /** The last training step and the last epoch that have been done. */
  private told = { step: 0, epoch: 0 };
  private reported = 0;
  /** Training batches of the last second: how many images, and how long they took. */
  private speed: { at: number; images: number; ms: number }[] = [];
  private scheduled = false;
  /** Grows with every command: what waits for the GPU for another one is given up. */
  private command = 0;
  /** On a GPU, since when the next result has been waited for. */
  private since: number | undefined;

  constructor(
    /** With at most so many batches on their way, if it is a GPU that trains. */
    private readonly step: (ahead: number) => Answer<StepResult>,
    private readonly tell: (event: EngineEvent) => void,
    /** Calls a job after whatever the event loop has waiting. */
    private readonly later = throughChannel(),
    /** Calls a job after the GPU's next answer. */
    private readonly answered: (job: () => void) => void = later,
  ) {}

  train(until: 'told' | 'epoch') {
    if (this.state === 'stopped') return;
    this.begin();
    this.wanted = until;
    this.enter('running');
    this.schedule();
  }

  /** Steps begin soon: where they will be quickest is being found out. */
  expect() {
    if (this.state === 'stopped') return;
    this.begin();
    this.expected = true;
    this.enter('running');
  }

  pause() {
    const { expected } = this;
    if (this.wanted === 'nothing' && !expected) return;
    this.begin();
    if (expected) return this.enter('ready');
    this.drain(() => this.enter('ready'));
  }

  /** One training batch; what validation stands before it is done as well. */
  one() {
    if (this.state === 'stopped') return;
    this.begin();
    this.drain(() => this.single());
  }

  /** Takes what the inspector's commands have finished. */
  collect() {
    if (this.wanted === 'nothing' && this.state !== 'stopped') this.drain(() => undefined);
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
    this.begin();
    this.batches = [];
    this.epochs = [];
    this.speed = [];
    this.last = undefined;
    this.told = { step: 0, epoch: 0 };
    this.tell({ kind: 'forgotten' });
    this.enter('ready');
  }

  /** A command takes the place of the one before. */
  private begin() {
    this.command++;
    this.wanted = 'nothing';
    this.expected = false;
    this.since = undefined;
  }

  /** Takes the results that are still to come, and then goes on. */
  private drain(done: () => void) {
    let result = this.advance(0);
    while (result && took(result)) result = this.advance(0);
    if (result?.kind === 'pending') return this.wait(() => this.drain(done));
    this.report();
    if (result) done();
  }

  private single() {
    let result = this.advance(1);
    while (result && (result.kind === 'validated' || result.again)) result = this.advance(1);
    if (result?.kind === 'pending') return this.wait(() => this.single());
    this.report();
    if (!result) return;
    this.enter(result.kind === 'finished' ? 'finished' : 'ready');
  }

  /** Goes on after the GPU's next answer, unless another command has come. */
  private wait(job: () => void) {
    const { command } = this;
    this.answered(() => {
      if (command === this.command) job();
    });
  }

  private slice() {
    const end = performance.now() + sliceMs;
    while (this.wanted !== 'nothing' && performance.now() < end) {
      const result = this.advance(depth);
      if (!result) return;
      if (result.kind === 'waiting') {
        this.report();
        this.enter('waiting');
        return;
      }
      const epochEnds = result.epoch_done && !result.again;
      const ends = result.kind === 'finished' || result.kind === 'held';
      if (ends || (epochEnds && this.wanted === 'epoch')) {
        this.wanted = 'nothing';
        this.report();
        this.enter(result.kind === 'finished' ? 'finished' : 'ready');
        return;
      }
      if (performance.now() - this.reported >= reportMs) this.report();
      if (result.kind === 'pending') return this.wait(() => this.schedule());
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
  private advance(ahead: number): Result | undefined {
    const began = this.since ?? performance.now();
    const { value, error } = this.step(ahead);
    if (error) {
      this.wanted = 'nothing';
      this.report();
      this.state = 'stopped';
      this.tell({ kind: 'state', state: 'stopped', error });
      return undefined;
    }
    if (value.kind === 'pending' && !value.compiling) this.since = began;
    const again = this.isAgain(value);
    if (!took(value) || again) return { ...value, again };
    const now = performance.now();
    if (this.since !== undefined) this.since = now;
    if (value.kind === 'trained') {
      const { step, loss, accuracy } = value;
      this.told.step = step;
      this.batches.push({ step, loss, accuracy });
      this.speed.push({ at: now, images: value.samples, ms: now - began });
    }
    if (value.epoch_done) {
      this.told.epoch = value.epoch_done.epoch;
      this.epochs.push({ ...value.epoch_done, step: value.step });
    }
    this.last = value;
    return { ...value, again };
  }

  private isAgain({ kind, step, epoch_done }: StepResult) {
    if (kind === 'trained') return step <= this.told.step;
    return kind === 'validated' && (epoch_done?.epoch ?? Infinity) <= this.told.epoch;
  }

  private report() {
    if (!this.last) return;
    this.reported = performance.now();
    this.speed = this.speed.filter(({ at }) => at > this.reported - rateMs);
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

/** Whether a batch was done. */
const took = ({ kind }: StepResult) => kind === 'trained' || kind === 'validated';
