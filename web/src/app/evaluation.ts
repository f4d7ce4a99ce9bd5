// Which class is taken for which over the whole validation split, and the pictures behind one cell
// of that. It costs a pass over the split, so it is asked for only while somebody looks.
import type { Answer, Confusion, Mistakes } from '../engine/api';

interface Source {
  confusion(): Promise<Answer<Confusion>>;
  mistakes(truth: number, answer: number, most: number): Promise<Answer<Mistakes>>;
}

const most = 60; // pictures of a cell

export class Evaluation {
  confusion: Confusion | null = null;
  mistakes: Mistakes | null = null;
  wanted = false;

  constructor(
    private readonly engine: () => Source,
    private readonly changed: () => void,
  ) {}

  /** `cell`: the one that is open, as the address has it. */
  async ask(cell: string) {
    const { value } = await this.engine().confusion();
    if (value) this.confusion = value;
    this.changed();
    await this.askMistakes(cell);
  }

  async askMistakes(cell: string) {
    const [truth, answer] = cell === 'wrong' ? [-1, -1] : cell.split('-').map(Number);
    if (!this.confusion || truth === undefined || answer === undefined) this.mistakes = null;
    else this.mistakes = (await this.engine().mistakes(truth, answer, most)).value ?? null;
    this.changed();
  }

  forget() {
    this.confusion = null;
    this.mistakes = null;
  }
}
