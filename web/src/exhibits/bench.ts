// A convolution and what the engine makes of it; the terms of single outputs when they are asked for.
import { errorText, type EngineError, type UnitStage } from '../engine/api';
import { jobOf, layer, type Calculate, type Convolution, type Grid } from './convolution';

export interface Result {
  convolution: Convolution;
  padded: Grid;
  output: Grid;
  /** With stride 1, where it was asked for. */
  all: Grid | null;
}

/** Our own names for layers, which say nothing to those who see an exhibit. */
const layers = ['padded', 'output', 'all'];

export class Bench {
  /** The last that worked; it stays while the next is computed. */
  result: Result | null = null;
  /** Why the settings cannot work, in the engine's words. */
  error = '';
  private wanted = '';
  private stages = new Map<number, UnitStage | null>();

  constructor(
    private readonly calculate: Calculate,
    private readonly changed: () => void,
    private readonly withAll = false,
  ) {}

  async show(convolution: Convolution) {
    const key = JSON.stringify(convolution);
    if (key === this.wanted) return;
    this.wanted = key;
    const answers = await Promise.all([
      this.calculate(jobOf(convolution)),
      this.withAll ? this.calculate(jobOf(convolution, { all: true })) : undefined,
    ]);
    if (key !== this.wanted) return; // something newer is on its way
    const [main, all] = answers;
    if (main.error) this.fail(main.error);
    else {
      this.error = '';
      this.stages.clear();
      this.result = {
        convolution,
        padded: layer(main.value, 'padded'),
        output: layer(main.value, 'output'),
        all: all?.value ? layer(all.value, 'all') : null,
      };
    }
    this.changed();
  }

  private fail(error: EngineError) {
    this.error = errorText({ ...error, where: layers.includes(error.where) ? '' : error.where });
  }

  /** The terms of an output of the result; undefined until the engine has told them. */
  terms(output: number): UnitStage | undefined {
    const known = this.stages.get(output);
    if (known === undefined && this.result) void this.ask(output, this.result);
    return known ?? undefined;
  }

  private async ask(output: number, result: Result) {
    this.stages.set(output, null);
    const { value } = await this.calculate(jobOf(result.convolution, { unit: output }));
    const stage = value?.unit?.stages[value.unit.selected];
    if (this.result !== result || !stage) return;
    this.stages.set(output, stage);
    this.changed();
  }
}
