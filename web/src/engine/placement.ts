// Where training runs: on the CPU or on the GPU, as the visitor wants it, and on the CPU again when
// the GPU fails.
//
// The engine keeps the weights as they were last fetched from the GPU and knows which step they
// belong to. When the GPU is lost it goes on from there; Training leaves out what it has told before.
import type { Answer, DeviceState, DeviceWanted, Trial } from './api';
import type { GpuDevice } from './gpu-device.mjs';
import { openPageGpu } from './gpu';
import type { SessionHandle } from './module';
import { read } from './module';
import { compareBackends } from './trial';

export type Backend = 'simd' | 'webgpu';

export interface PlacementHost {
  /** The session that trains, once there is one. */
  session(): SessionHandle | undefined;
  /** Which network it is at, and all else that a comparison depends on. */
  key(): string;
  /** Hands the engine a device, or none. */
  use(device: GpuDevice | null): void;
  /** Has the open network go on with `backend` as it is now, weights and all. */
  move(): Promise<Answer<unknown>>;
  tell(state: DeviceState): void;
}

export class Placement {
  private wanted: DeviceWanted = 'cpu';
  private gpu: GpuDevice | undefined;
  private compiling = 0;
  private measuring = false;
  private jobs: (() => void)[] = [];
  /** What auto found, of which network. */
  private verdict: { key: string; trial: Trial } | undefined;
  private deciding: Promise<void> | undefined;
  /** The one wish after the other. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly host: PlacementHost,
    private readonly open = openPageGpu,
  ) {}

  /** What the open network trains with, and the next one that is opened. */
  backend: Backend = 'simd';

  /** Whether shaders are being compiled, so that no step can begin. */
  get busy() {
    return this.compiling > 0;
  }

  /** Calls a job after the GPU's next answer. */
  answered(job: () => void) {
    this.jobs.push(job);
  }

  /** Resolves when it is arranged: to why there is no GPU, or to undefined. */
  want(wanted: DeviceWanted): Promise<string | undefined> {
    const job = this.queue.then(() => this.arrange(wanted));
    this.queue = job.catch(() => undefined);
    return job;
  }

  private async arrange(wanted: DeviceWanted) {
    this.verdict = undefined;
    if (wanted !== 'cpu' && !this.gpu) {
      const { value, error } = await this.open();
      if (error) {
        this.refuse(error.message);
        return error.message;
      }
      this.adopt(value);
    }
    this.wanted = wanted;
    if (wanted === 'auto') {
      this.tell();
      this.laidOut();
    } else await this.go(wanted === 'gpu' ? 'webgpu' : 'simd');
    return undefined;
  }

  private adopt(device: GpuDevice) {
    this.gpu = device;
    const answer = device.read.bind(device);
    device.read = (buffers, done) =>
      answer(buffers, (error, data) => {
        done(error, data);
        this.wake();
      });
    void device.lost.then((why) => {
      if (this.gpu === device) this.lose(why);
    });
    this.host.use(device);
  }

  /** Moves the run; a refusal leaves it where it is. */
  private async go(backend: Backend) {
    const before = this.backend;
    this.backend = backend;
    if (this.host.session() && backend !== before) {
      const { error } = await this.host.move();
      if (error) return this.leave(error.message);
    }
    this.tell();
  }

  /**
   * After a network was opened or its plans were made anew: has compiled what will train, while
   * nobody waits for it. For auto that is what it will time, once it is asked to.
   */
  laidOut() {
    const session = this.host.session();
    if (!this.gpu || !session) return;
    if (!session.onGpu()) {
      if (!this.undecided || this.measuring) return;
      if (read(session.startTrial('webgpu')).error) return; // decide() hears it, too
      session.endTrial(); // what is compiled is kept
    }
    void this.settle(this.gpu);
  }

  /** Steps begin when all has compiled. */
  private async settle(gpu: GpuDevice) {
    this.compiling++;
    this.tell();
    const failed = await gpu.settled();
    this.compiling--;
    if (failed && this.gpu === gpu) this.lose(failed);
    else if (!this.busy && this.gpu === gpu) this.tell();
    this.wake();
  }

  /** The network is not for this GPU. */
  leave(why: string) {
    this.refuse(`The CPU trains: ${sentence(why)}.`);
  }

  /** The GPU, or the network on it, cannot be had: the CPU does it. */
  refuse(why: string) {
    this.wanted = 'cpu';
    this.backend = 'simd';
    this.tell({ why });
    this.wake();
  }

  /** The GPU is of no more use. */
  lose(why: string) {
    this.gpu = undefined;
    this.wanted = 'cpu';
    this.backend = 'simd';
    const session = this.host.session();
    this.host.use(null);
    let from: number | undefined;
    if (session?.onGpu()) from = read<{ step: number }>(session.leaveGpu()).value?.step;
    const goesOn =
      from === undefined
        ? ''
        : ` Training goes on on the CPU: what came after step ${from} is done again, and the curves stay.`;
    this.tell({ why: `The GPU has failed (${sentence(why)}).${goesOn}` });
    this.wake();
  }

  /** Whether auto has to time some steps before training goes on. */
  get undecided() {
    return this.wanted === 'auto' && this.verdict?.key !== this.host.key();
  }

  /** Times steps of the open network on both sides, and moves to the quicker one. */
  decide(): Promise<void> {
    return (this.deciding ??= this.compare().finally(() => (this.deciding = undefined)));
  }

  private async compare() {
    const { gpu } = this;
    const session = this.host.session();
    if (!gpu || !session) return;
    const key = this.host.key();
    this.measuring = true;
    this.tell();
    const { value, error } = await compareBackends(session, {
      settled: () => gpu.settled(),
      answered: (job) => this.answered(job),
      turn: () => new Promise((done) => setTimeout(done)),
      now: () => performance.now(),
    });
    this.measuring = false;
    if (this.gpu !== gpu || this.wanted !== 'auto') return;
    if (this.host.session() !== session) return this.tell();
    if (error?.code === 'not_found') return this.tell(); // the pictures have not arrived
    if (error) return this.refuse(`The GPU could not be tried (${sentence(error.message)}).`);
    this.verdict = { key, trial: value };
    await this.go(value.gpu < value.cpu ? 'webgpu' : 'simd');
  }

  private tell(more: Partial<DeviceState> = {}) {
    const { wanted, gpu } = this;
    const trial = wanted === 'auto' ? this.verdict?.trial : undefined;
    this.host.tell({
      wanted,
      on: this.backend === 'webgpu' ? 'gpu' : 'cpu',
      ...(gpu ? { name: gpu.name } : {}),
      ...(trial ? { trial } : {}),
      ...(this.measuring && wanted === 'auto' ? { measuring: true } : {}),
      ...(this.busy && gpu ? { compiling: true } : {}),
      ...more,
    });
  }

  /** Whoever waits for the GPU looks again. */
  private wake() {
    const { jobs } = this;
    this.jobs = [];
    for (const job of jobs) job();
  }
}

const sentence = (text: string) => text.trim().replace(/\.$/, '');
