// Two networks in training side by side, each in a worker of its own, from one seed.
import type {
  CheckedNetwork,
  EngineEvent,
  EpochMetrics,
  RunState,
  Setup,
  TrainConfig,
} from '../engine/api';
import { errorText } from '../engine/api';
import { startEngine, type Client } from '../engine/client';
import type { DenseSettings } from './tables';

export type Model = 'dense' | 'conv';
export const models: Record<Model, { preset: string; title: string }> = {
  dense: { preset: 'model-1', title: 'Dense' },
  conv: { preset: 'model-2', title: 'Convolutional' },
};

/** The classic settings: Adam, 0.005, a thousand pictures to a batch. */
export const raceConfig = ({ seed, epochs }: DenseSettings): TrainConfig => ({
  ...{ batch_size: 1000, epochs, seed },
  optimizer: { type: 'adam', lr: 0.005 },
  schedule: { type: 'constant' },
  augment: { shift: 0, rotate: 0, scale: 0 },
});

export interface Runner {
  network: CheckedNetwork | null;
  epochs: EpochMetrics[];
  losses: { step: number; loss: number }[];
  state: RunState | 'closed' | 'opening';
  stepsPerEpoch: number;
  step: number;
  imagesPerSecond: number | null;
}

const fresh = (): Runner => ({
  ...{ network: null, epochs: [], losses: [], state: 'closed' },
  ...{ stepsPerEpoch: 0, step: 0, imagesPerSecond: null },
});

export class Race {
  readonly runners: Record<Model, Runner> = { dense: fresh(), conv: fresh() };
  pictures: { train: number; validation: number } | null = null;
  error = '';
  private clients: Partial<Record<Model, Client>> = {};
  private setup: DenseSettings | null = null;
  /** Grows with every command, so that one that waited sees whether it is still wanted. */
  private command = 0;

  constructor(
    private readonly changed: () => void,
    private readonly epochDone: (model: Model, epoch: EpochMetrics) => void,
  ) {}

  get running() {
    return this.some('running', 'waiting', 'opening');
  }
  get finished() {
    return this.all('finished');
  }
  get begun() {
    return Object.values(this.runners).some(({ step }) => step > 0);
  }
  private some(...states: Runner['state'][]) {
    return Object.values(this.runners).some(({ state }) => states.includes(state));
  }
  private all(state: Runner['state']) {
    return Object.values(this.runners).every((runner) => runner.state === state);
  }

  /** Shapes and parameters of both, before any picture is there. */
  async describe() {
    try {
      const { engine } = this.client('dense');
      const presets = await engine.presets();
      for (const model of Object.keys(models) as Model[]) {
        const spec = presets.find(({ name }) => name === models[model].preset)?.spec;
        const { value } = spec ? await engine.check(spec) : {};
        if (value) this.runners[model].network = value;
      }
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
    this.changed();
  }

  /** Trains both, or goes on. */
  async train(settings: DenseSettings) {
    const command = ++this.command;
    this.error = '';
    if (!this.setup || this.some('closed', 'stopped')) await this.open(settings);
    if (this.error || command !== this.command) return;
    for (const model of Object.keys(models) as Model[])
      if (this.runners[model].state !== 'finished') void this.client(model).engine.train('told');
  }

  pause() {
    this.command++;
    for (const model of Object.keys(models) as Model[]) void this.clients[model]?.engine.pause();
  }

  /** Fresh weights of the settings' seed; other pictures are opened with the next training. */
  reset(settings: DenseSettings) {
    this.command++;
    const reopen = this.setup?.data !== settings.data || this.some('opening');
    this.setup = reopen ? null : settings;
    this.error = '';
    for (const model of Object.keys(models) as Model[]) {
      const runner = this.runners[model];
      const { network, state } = runner;
      const next = reopen || state === 'closed' ? 'closed' : 'ready';
      Object.assign(runner, fresh(), { network, state: next });
      const engine = this.clients[model]?.engine;
      void engine?.pause();
      if (next === 'closed') continue;
      void engine?.configure(raceConfig(settings));
      void engine?.reset(settings.seed);
    }
    if (reopen) this.pictures = null;
    this.changed();
  }

  end() {
    this.command++;
    for (const client of Object.values(this.clients)) client.terminate();
    this.clients = {};
    for (const model of Object.keys(models) as Model[])
      Object.assign(this.runners[model], fresh(), { network: this.runners[model].network });
    this.setup = null;
  }

  private client(model: Model) {
    return (this.clients[model] ??= startEngine((event) => this.hear(model, event)));
  }

  private async open(settings: DenseSettings) {
    this.setup = settings;
    const both = Object.keys(models) as Model[];
    for (const model of both) this.runners[model].state = 'opening';
    this.changed();
    await Promise.all(both.map((model) => this.openOne(model, settings)));
  }

  private async openOne(model: Model, settings: DenseSettings) {
    const { engine } = this.client(model);
    const spec = (await engine.presets()).find(({ name }) => name === models[model].preset)?.spec;
    if (!spec) return this.fail(`the engine has no network ${models[model].preset}`);
    const setup: Setup = { dataset: settings.data, spec, config: raceConfig(settings) };
    const { value, error } = await engine.open(setup);
    if (this.setup !== settings) return;
    if (error) return this.fail(errorText(error));
    const runner = this.runners[model];
    runner.network = value.network;
    runner.stepsPerEpoch = value.network.steps_per_epoch;
    runner.state = 'ready';
    this.pictures = { train: value.dataset.train, validation: value.dataset.validation };
    this.changed();
  }

  private fail(message: string) {
    this.error = message;
    this.end();
    this.changed();
  }

  private hear(model: Model, event: EngineEvent) {
    const runner = this.runners[model];
    if (event.kind === 'progress') {
      runner.losses.push(...event.batches);
      runner.epochs.push(...event.epochs);
      runner.step = event.step;
      runner.imagesPerSecond = event.imagesPerSecond;
      for (const epoch of event.epochs) this.epochDone(model, epoch);
    } else if (event.kind === 'forgotten') {
      Object.assign(runner, { epochs: [], losses: [], step: 0, imagesPerSecond: null });
      if (runner.state !== 'closed' && runner.state !== 'opening') runner.state = 'ready';
    } else if (event.kind === 'state') {
      runner.state = event.state;
      if (event.error) this.error = errorText(event.error);
    } else if (event.kind === 'crashed')
      return this.fail(`The engine stopped: ${errorText(event.error)}`);
    else if (event.kind === 'data-failed') this.error = errorText(event.error);
    this.changed();
  }
}
