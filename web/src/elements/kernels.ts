// The kernels of every convolution: a column for each output map, a row for each input channel, and
// the biases below. Every weight can be pointed at, and set by hand.
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { NetworkInfo, UnitExplanation } from '../engine/api';
import { kernelsOf, type Snapshot, type TensorView } from '../engine/client';
import type { Commit } from './field';
import './field';
import './legend';
import { convolutionLesson } from './lesson-link';
import { kernelTiling, patchOf, type Tiling } from './maps';
import { rangeOf } from './network';
import { noMarks, type Mark } from './overlay';
import { shared } from './shared';
import { shortText } from './unit-words';
import { signedRange } from './words';

/** A number of a parameter. */
export interface WeightAt {
  parameter: string;
  element: number;
}

@customElement('conv-kernels')
export class Kernels extends LitElement {
  static override styles = [
    shared,
    css`
      .all {
        display: flex;
        flex-wrap: wrap;
        gap: 16px 32px;
      }
      section {
        max-width: 100%;
      }
      h3 {
        font-size: 1rem;
        line-height: 1.5rem;
        margin: 0;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
        align-items: baseline;
        margin-bottom: 4px;
      }
      .scroll {
        padding: 4px 4px 8px;
      }
      .bias {
        margin-top: 4px;
      }
      .readout {
        min-height: 20px;
        margin-top: 8px;
      }
    `,
  ];

  @property({ attribute: false }) network: NetworkInfo | null = null;
  @property({ attribute: false }) snapshot: Snapshot | null = null;
  @property({ attribute: false }) range: 'local' | 'layer' | 'all' = 'layer';
  /** The unit at hand and the term of it that is pointed at. */
  @property({ attribute: false }) explanation: UnitExplanation | null = null;
  @property({ attribute: false }) term: number | null = null;
  /** Names of layers not to draw. */
  @property({ attribute: false }) without: readonly string[] = [];
  /** Whether weights may be set here. */
  @property({ type: Boolean }) editable = false;
  @state() private available = 400;
  @state() private at: WeightAt | null = null;

  private tilings = new Map<string, { key: string; tiling: Tiling }>();
  private describers = new Map<string, (element: number) => string>();
  private readonly size = new ResizeObserver(([entry]) => {
    if (entry) this.available = Math.floor(entry.contentRect.width) - 8;
  });

  override connectedCallback() {
    super.connectedCallback();
    this.size.observe(this);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.size.disconnect();
  }

  private send(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The same object for the same size, so that what shows it need not look again. */
  private tiling(name: string, shape: number[], make: () => Tiling) {
    const key = [this.available, ...shape].join();
    const kept = this.tilings.get(name);
    if (kept?.key === key) return kept.tiling;
    const tiling = make();
    this.tilings.set(name, { key, tiling });
    return tiling;
  }

  private tensor(name: string) {
    return this.snapshot?.parameters.find((tensor) => tensor.name === name);
  }

  /** "c1.weight: kernel 3, channel 1, row 2, column 5: 0.12". */
  private text({ parameter, element }: WeightAt) {
    const tensor = this.tensor(parameter);
    if (!tensor) return '';
    const [, inputs = 1, height = 1, width = 1] = tensor.shape;
    const value = shortText(tensor.data[element] ?? 0);
    if (tensor.shape.length === 1) return `${parameter}, map ${element + 1}: ${value}`;
    const map = Math.floor(element / (height * width));
    const place = [
      `kernel ${Math.floor(map / inputs) + 1}`,
      ...(inputs > 1 ? [`channel ${(map % inputs) + 1}`] : []),
      `row ${(Math.floor(element / width) % height) + 1}`,
      `column ${(element % width) + 1}`,
    ];
    return `${parameter}, ${place.join(', ')}: ${value}`;
  }

  private describe(parameter: string) {
    const kept = this.describers.get(parameter);
    if (kept) return kept;
    const made = (element: number) => this.text({ parameter, element });
    this.describers.set(parameter, made);
    return made;
  }

  /** The kernel of the unit at hand, and the weight of the term. */
  private marks(parameter: string, tiling: Tiling): readonly Mark[] {
    const stage = this.explanation?.stages[0];
    if (stage?.bias?.parameter === parameter)
      return [{ kind: 'chain', ...patchOf(tiling, stage.bias.element) }];
    if (!stage || stage.weight_parameter !== parameter || !stage.weight_elements) return noMarks;
    const { width, height, rows } = tiling;
    const size = width * height;
    const [first = 0] = stage.weight_elements;
    const output = Math.floor(first / size / rows) * rows;
    const marks: Mark[] = Array.from({ length: rows }, (_, i) => ({
      ...{ kind: 'window' as const, map: output + i, y: 0, x: 0, height, width },
    }));
    const weight = this.term === null ? undefined : stage.weight_elements[this.term];
    if (weight !== undefined) marks.push({ kind: 'term', ...patchOf(tiling, weight) });
    return marks;
  }

  private field(tensor: TensorView, label: string, tiling: Tiling, all: number | undefined) {
    const { name: parameter } = tensor;
    const kernels = tensor.shape.length === 4;
    const local = kernels && this.range === 'local';
    const point = ({ detail }: CustomEvent<number | null>) => {
      this.at = detail === null ? null : { parameter, element: detail };
      this.send('weight', this.at);
    };
    return html`<conv-field
      class=${kernels ? '' : 'bias'}
      .kind=${kernels ? 'kernels' : 'numbers'}
      .name=${parameter.replace(/\.weight$/, '')}
      .label=${label}
      .tiling=${tiling}
      .values=${tensor.data}
      .range=${local ? null : (all ?? rangeOf(tensor))}
      .group=${local ? tiling.rows : 1}
      .marks=${this.marks(parameter, tiling)}
      .describe=${this.describe(parameter)}
      .editable=${this.editable}
      @cell=${point}
      @release=${() => this.send('pin', null)}
      @commit=${({ detail }: CustomEvent<Commit>) => this.send('edit-weight', { parameter, ...detail })}
    ></conv-field>`;
  }

  private layer(tensor: TensorView, all: number | undefined) {
    const [outputs = 1, inputs = 1, height = 1, width = 1] = tensor.shape;
    const name = tensor.name.replace(/\.weight$/, '');
    const tiling = this.tiling(tensor.name, tensor.shape, () =>
      kernelTiling(tensor.shape, this.available),
    );
    const bias = this.tensor(`${name}.bias`);
    // Each bias under its kernels.
    const row = this.tiling(`${name}.bias`, tensor.shape, () => ({
      ...{ width: 1, height: 1, count: outputs, columns: outputs, rows: 1, order: 'down' as const },
      ...{ gap: 0, scale: tiling.scale * (width + 1), tall: Math.max(16, tiling.scale) },
    }));
    const channels = inputs === 1 ? '1 channel' : `${inputs} channels`;
    const what = `${outputs} kernels of ${height}×${width} on ${channels}`;
    return html`<section>
      <div class="line">
        <h3>${name}</h3>
        <span class="small quiet numbers">${what}, ${signedRange(rangeOf(tensor))}</span>
      </div>
      <div class="scroll">
        ${this.field(tensor, `${name}: ${what}`, tiling, all)}
        ${bias ? this.field(bias, `${name}: ${outputs} biases`, row, undefined) : nothing}
      </div>
    </section>`;
  }

  private readout() {
    if (this.at) return html`<b>${this.text(this.at)}</b>`;
    const how = this.editable ? ' Click, or press Enter, to set it.' : '';
    return html`<span class="quiet">Point at a weight to see what it multiplies.${how}</span>`;
  }

  override render() {
    const kernels = kernelsOf(this.snapshot);
    const convolutions = this.network?.spec.layers.filter(({ type }) => type === 'conv2d') ?? [];
    const all = this.range === 'all' ? Math.max(...kernels.map(rangeOf)) : undefined;
    const seen = kernels.filter(
      ({ name }) => !this.without.includes(name.replace(/\.weight$/, '')),
    );
    return html`
      <div class="head">
        <h2>Kernels</h2>
        <span class="small quiet"
          >A column for each output map, a row for each input channel. ${convolutionLesson()}</span
        >
      </div>
      ${
        convolutions.length === 0
          ? html`<p class="quiet">This network has no convolution, and so no kernels.</p>`
          : kernels.length === convolutions.length
            ? html`<div class="all">${seen.map((tensor) => this.layer(tensor, all))}</div>
                <p class="readout small numbers">${this.readout()}</p>`
            : html`<p class="quiet">They appear with the first picture.</p>`
      }
    `;
  }
}
