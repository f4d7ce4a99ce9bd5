// Input, kernel and output side by side. Pointing at any number lights up what belongs to it in the
// others, and the sum behind an output is written out.
import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../elements/grid';
import type { EditDetail, PointDetail } from '../elements/grid';
import { shared } from '../elements/shared';
import { numberText } from '../elements/words';
import type { UnitStage } from '../engine/api';
import type { Bench, Result } from './bench';
import { fromPadded, outputsOf, windowOf } from './convolution';

export type Part = 'input' | 'kernel' | 'output';
export interface Pointed {
  part: Part;
  cell: number;
}
export interface LinkedEdit {
  part: 'input' | 'kernel';
  cell: number;
  text: string;
}

interface Lights {
  near: number[];
  hit: number[];
}
const dark = (): Record<Part, Lights> => ({
  input: { near: [], hit: [] },
  kernel: { near: [], hit: [] },
  output: { near: [], hit: [] },
});

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

@customElement('conv-linked')
export class Linked extends LitElement {
  static override styles = [
    shared,
    css`
      .grids {
        display: flex;
        flex-wrap: wrap;
        align-items: start;
        gap: 16px 32px;
      }
      .row .grids {
        flex-direction: column;
      }
      figure {
        margin: 0;
        max-width: 100%;
      }
      figcaption {
        font-size: 0.875rem;
        line-height: 1.25rem;
        margin-bottom: 4px;
        color: var(--quiet);
      }
      .sum {
        margin-top: 16px;
        min-height: 72px;
        max-width: 60rem;
        line-height: 1.5rem;
        overflow-wrap: break-word;
      }
      .sum span {
        white-space: nowrap;
      }
      .nothing {
        color: var(--quiet);
      }
    `,
  ];

  @property({ attribute: false }) bench: Bench | null = null;
  /** Grows with every change of the bench. */
  @property({ attribute: false }) version = 0;
  /** The output that is shown while nothing is pointed at. */
  @property({ type: Number }) at = 0;
  @property({ type: Boolean }) editable = false;
  /** One under the other, for rows of numbers. */
  @property({ type: Boolean }) stacked = false;
  @property({ attribute: false }) idle: readonly number[] = [];
  /** How numbers are written. */
  @property({ attribute: false }) text: (value: number) => string = numberText;
  @state() private pointed: Pointed | null = null;
  @state() private pinned: Pointed | null = null;

  private readonly escape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    this.pinned = null;
    this.pointed = null;
  };
  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener('keydown', this.escape);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.escape);
  }

  private point(part: Part, { cell }: PointDetail) {
    if (cell !== null) this.pointed = { part, cell };
    else if (this.pointed?.part === part) this.pointed = null;
  }

  private pin(part: Part, cell: number) {
    if (part === 'output') {
      this.pinned = null;
      this.dispatchEvent(new CustomEvent('at', { detail: cell }));
    } else this.pinned = { part, cell };
  }

  /** What is looked at, as far as it is there. */
  private focusOf({ padded, output, convolution }: Result): Pointed {
    const sizes = { input: padded, output, kernel: convolution.kernel };
    const there = (p: Pointed | null) => (p && p.cell < sizes[p.part].values.length ? p : null);
    const at = Math.min(this.at, output.values.length - 1);
    return there(this.pointed) ?? there(this.pinned) ?? { part: 'output', cell: at };
  }

  private lightsOf({ convolution: c, padded, output }: Result, { part, cell }: Pointed) {
    const lights = dark();
    lights[part].hit = [cell];
    if (part === 'output') lights.input.near = windowOf(c, padded, output, cell);
    else if (part === 'kernel') {
      const each = output.values.map((_, at) => windowOf(c, padded, output, at)[cell] ?? -1);
      lights.input.near = [...new Set(each)];
      lights.output.near = output.values.map((_, at) => at);
    } else {
      const fed = outputsOf(c, padded, output, cell);
      lights.output.near = fed.map((each) => each.output);
      lights.kernel.near = fed.map(({ tap }) => tap);
    }
    return lights;
  }

  private sum(stage: UnitStage | undefined): TemplateResult | typeof nothing {
    if (!stage) return nothing;
    const sign = (value: number) => (value < 0 ? `(${this.text(value)})` : this.text(value));
    const terms = stage.x.map((x, i) => {
      const product = stage.products[i] ?? 0;
      return html`${i > 0 ? ' + ' : ''}<span class=${product === 0 ? 'nothing' : ''}
          >${sign(x)}·${sign(stage.weights?.[i] ?? 1)}</span
        >`;
    });
    return html`${terms} = <strong>${this.text(stage.value)}</strong>`;
  }

  /** What is looked at, in words and numbers. */
  private words(result: Result, { part, cell }: Pointed) {
    const { convolution: c, padded, output } = result;
    if (part === 'output') {
      const row = Math.floor(cell / output.columns) + 1;
      const place =
        output.rows === 1
          ? `Output ${cell + 1}`
          : `Output, row ${row}, column ${(cell % output.columns) + 1}`;
      return html`${place}: ${this.sum(this.bench?.terms(cell))}`;
    }
    if (part === 'kernel') {
      const count = output.values.length;
      return html`This weight, <strong>${this.text(c.kernel.values[cell] ?? 0)}</strong>, is used
        ${count === 1 ? 'once' : `${count} times`}: for every output it multiplies the input at its
        place under the window.`;
    }
    const fed = outputsOf(c, padded, output, cell);
    const inside = fromPadded(c, cell) >= 0;
    const value = html`<strong>${this.text(padded.values[cell] ?? 0)}</strong>`;
    const weights = fed.map(({ tap }) => this.text(c.kernel.values[tap] ?? 0));
    const what = inside ? 'This input' : 'This number of the border';
    if (fed.length === 0) return html`${what}, ${value}, is read by no window.`;
    return html`${what}, ${value}, feeds
    ${fed.length === 1 ? 'one output, through the weight' : `${fed.length} outputs, through the weights`}
    ${weights.join(', ')}.`;
  }

  private grid(
    part: Part,
    title: string,
    grid: Result['padded'],
    lights: Lights,
    border: number[],
  ) {
    const editable = this.editable && part !== 'output';
    const size = `${grid.rows}×${grid.columns}`;
    return html`<figure>
      <figcaption>${title}, ${grid.rows === 1 ? grid.columns : size}</figcaption>
      <conv-grid
        id=${part}
        label="${title}, ${size}"
        .rows=${grid.rows}
        .columns=${grid.columns}
        .values=${grid.values}
        .text=${this.text}
        .range=${largest(grid.values)}
        .near=${lights.near}
        .hit=${lights.hit}
        .border=${border}
        .idle=${part === 'input' ? this.idle : []}
        ?editable=${editable}
        @point=${(event: CustomEvent<PointDetail>) => this.point(part, event.detail)}
        @pin=${(event: CustomEvent<{ cell: number }>) => this.pin(part, event.detail.cell)}
        @edit=${(event: CustomEvent<EditDetail>) => this.edit(part, event.detail)}
      ></conv-grid>
    </figure>`;
  }

  private edit(part: Part, { cell, text }: EditDetail) {
    const result = this.bench?.result;
    if (part === 'output' || !result) return;
    const place = part === 'input' ? fromPadded(result.convolution, cell) : cell;
    if (place < 0) return;
    // What is shown is rounded: left as it is, it changes nothing.
    const grid = part === 'input' ? result.padded : result.convolution.kernel;
    if (text === this.text(grid.values[cell] ?? 0)) return;
    const detail: LinkedEdit = { part, cell: place, text };
    this.dispatchEvent(new CustomEvent('edit', { detail }));
  }

  private products(stage: UnitStage | undefined, { convolution: { kernel } }: Result) {
    const values = stage?.products ?? [];
    return html`<figure>
      <figcaption>Products</figcaption>
      <conv-grid
        id="products"
        label="Products of the window and the kernel"
        .rows=${kernel.rows}
        .columns=${kernel.columns}
        .values=${values}
        .text=${this.text}
        .range=${largest(values)}
      ></conv-grid>
    </figure>`;
  }

  override render() {
    const result = this.bench?.result;
    if (!result)
      return this.bench?.error ? '' : html`<p class="quiet">The engine is being loaded …</p>`;
    const { convolution: c, padded, output } = result;
    const focus = this.focusOf(result);
    const lights = this.lightsOf(result, focus);
    const border = padded.values.map((_, i) => i).filter((i) => fromPadded(c, i) < 0);
    const shown =
      focus.part === 'output' ? focus.cell : Math.min(this.at, output.values.length - 1);
    const title = border.length > 0 ? 'Input with its border' : 'Input';
    return html`<div class=${this.stacked ? 'row' : ''}>
        <div class="grids">
          ${this.grid('input', title, padded, lights.input, border)}
          ${this.grid('kernel', 'Kernel', c.kernel, lights.kernel, [])}
          ${this.stacked ? '' : this.products(this.bench?.terms(shown), result)}
          ${this.grid('output', 'Output', output, lights.output, [])}
        </div>
      </div>
      <p class="sum numbers" id="sum" aria-live="polite">${this.words(result, focus)}</p>`;
  }
}
