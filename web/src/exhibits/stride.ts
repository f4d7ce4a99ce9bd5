// Stride, padding and size, in one dimension or two, with the formula for the output's size in live
// numbers, and the inputs that no window reads.
import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import * as icons from '../elements/icons';
import '../elements/legend';
import { shared } from '../elements/shared';
import { fractionText } from '../elements/words';
import { Bench, type Result } from './bench';
import { choice, controlStyles, slider } from './controls';
import { span, unread, type Grid } from './convolution';
import { calculate } from './engine';
import './linked';
import type { LooseSettings, Quantity } from './settings';
import { limitsOf, padsOf, strideConvolution, strideQuantity } from './stride-rules';
import { stride as table, type Border, type StrideSettings } from './tables';

@customElement('conv-stride')
export class StrideExhibit extends LitElement {
  static override styles = [
    shared,
    controlStyles,
    css`
      .size {
        font-size: 1.125rem;
        line-height: 1.75rem;
        margin: 8px 0;
      }
      .facts {
        min-height: 48px;
        margin-bottom: 16px;
        max-width: 44rem;
      }
      .facts span {
        white-space: nowrap;
      }
      .every {
        margin: 8px 0 16px;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
        margin-top: 8px;
      }
      figcaption {
        font-size: 0.875rem;
        line-height: 1.25rem;
        margin-bottom: 4px;
        color: var(--quiet);
      }
      figure {
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) settings = {} as StrideSettings & LooseSettings;
  @property({ attribute: false }) start = {} as StrideSettings & LooseSettings;
  @state() private version = 0;
  @state() private at = 0;
  private readonly bench = new Bench(calculate, () => this.version++, true);

  override willUpdate() {
    if (this.settings.size) void this.bench.show(strideConvolution(this.settings));
  }

  quantity(asked: Quantity, settings: LooseSettings) {
    return strideQuantity(asked, settings as unknown as StrideSettings, calculate);
  }

  private change(some: Partial<StrideSettings>) {
    this.dispatchEvent(new CustomEvent('change-settings', { detail: some }));
  }

  /** Going over to own numbers starts from those in use. */
  private choosePadding(padding: StrideSettings['padding']) {
    const [start = 0, end = 0] = padsOf(this.settings);
    const most = table.fields.start.maximum;
    if (padding !== 'own') return this.change({ padding });
    this.change({ padding, start: Math.min(start, most), end: Math.min(end, most) });
  }

  private controls() {
    const { settings: now } = this;
    const { fields } = table;
    const limits = limitsOf(now);
    const number = (name: 'size' | 'kernel' | 'stride' | 'dilation' | 'start' | 'end') =>
      slider(
        name,
        fields[name].label,
        now[name],
        name === 'stride' ? [fields.stride.minimum, fields.stride.maximum] : limits[name],
        (value) => this.change({ [name]: value }),
      );
    return html`<div class="controls">
      ${choice(
        'dimensions',
        fields.dimensions.label,
        now.dimensions,
        fields.dimensions.options,
        (v) => this.change({ dimensions: v }),
      )}
      ${number('size')} ${number('kernel')} ${number('stride')} ${number('dilation')}
      ${choice('padding', fields.padding.label, now.padding, fields.padding.options, (v) =>
        this.choosePadding(v),
      )}
      ${now.padding === 'own' ? html`${number('start')} ${number('end')}` : ''}
      ${choice<Border>(
        'border',
        fields.border.label,
        now.border,
        fields.border.options,
        (v) => this.change({ border: v }),
        limits.borders,
      )}
    </div>`;
  }

  /** Why a slider ends before its usual end. */
  private why() {
    const { fields } = table;
    const { kernel, dilation, start, end } = limitsOf(this.settings);
    const { border, size } = this.settings;
    if (kernel[1] < fields.kernel.maximum || dilation[1] < fields.dilation.maximum)
      return 'Kernel size and dilation end where the kernel would no longer fit the padded input.';
    if (this.settings.padding === 'own' && Math.min(start[1], end[1]) < fields.start.maximum)
      return `A border made by “${border}” has only ${size} inputs to copy from, so padding ends there.`;
    return '';
  }

  /** The formula with the numbers of now; its result is the engine's. */
  private formula({ output }: Result) {
    const { size, kernel, stride, dilation } = this.settings;
    const [start, end] = padsOf(this.settings);
    return html`<p class="size numbers" id="formula">
      ⌊(${size} + ${start} + ${end} − ${dilation}·(${kernel} − 1) − 1) / ${stride}⌋ + 1 =
      <strong>${output.columns}</strong>
    </p>`;
  }

  private facts({ convolution, padded, output }: Result, left: number[]) {
    const { stride, dimensions, kernel, dilation } = this.settings;
    const room = padded.columns - span(kernel, dilation);
    const over = room % stride;
    const where =
      left.length === 0
        ? ''
        : dimensions === '1'
          ? `number ${left.map((i) => i + 1).join(', ')}`
          : `${left.length} of ${convolution.input.values.length}, hatched`;
    const last = output.columns - 1;
    return html`<p class="facts">
      ${
        left.length === 0
          ? 'Every input is read by at least one window.'
          : html`<strong>Inputs that no window reads: ${where}.</strong>`
      }
      ${
        over === 0
          ? html`The last window ends exactly at the end:
              <span>${room} = ${last} · ${stride}</span>.`
          : `The stride does not divide the way: after ${last} ${last === 1 ? 'step' : 'steps'} of ${stride}, ${over} of the ${room} places ${over === 1 ? 'is' : 'are'} left over, too few for another step.`
      }
    </p>`;
  }

  /** All outputs of stride 1, those that are kept marked. */
  private every(all: Grid, { output }: Result) {
    const s = this.settings.stride;
    const rows = this.settings.dimensions === '2' ? s : 1;
    const kept = all.values
      .map((_, i) => i)
      .filter((i) => Math.floor(i / all.columns) % rows === 0 && (i % all.columns) % s === 0);
    const same = kept.every((i, n) => all.values[i] === output.values[n]);
    return html`<figure class="every">
      <figcaption>
        ${
          s === 1
            ? 'With stride 1 every output is kept'
            : `With stride 1, every ${s === 2 ? '2nd' : s === 3 ? '3rd' : `${s}th`} kept: ${same ? 'the same numbers' : 'other numbers'}`
        }
      </figcaption>
      <conv-grid
        id="all"
        label="Outputs with stride 1"
        .rows=${all.rows}
        .columns=${all.columns}
        .values=${all.values}
        .text=${fractionText}
        .range=${all.values.reduce((most, v) => Math.max(most, Math.abs(v)), 0)}
        .near=${kept}
      ></conv-grid>
    </figure>`;
  }

  override render() {
    const { settings, bench } = this;
    if (!settings.size) return html``;
    const { result } = bench;
    const left = result ? unread(result.convolution, result.padded, result.output) : [];
    const idle = result
      ? left.map((i) => {
          const { input, padding } = result.convolution;
          const row = Math.floor(i / input.columns) + padding.top;
          return row * result.padded.columns + (i % input.columns) + padding.left;
        })
      : [];
    return html`
      ${this.controls()}
      <p class="why">${this.why()}</p>
      ${bench.error ? html`<p class="wrong" role="alert">${bench.error}</p>` : ''}
      ${result ? html`${this.formula(result)}${this.facts(result, left)}` : ''}
      <conv-linked
        ?stacked=${settings.dimensions === '1'}
        .bench=${bench}
        .text=${fractionText}
        .version=${this.version}
        .at=${this.at}
        .idle=${idle}
        @at=${(event: CustomEvent<number>) => {
          this.at = event.detail;
          const of = result?.output.values.length ?? 0;
          const detail = { kind: 'step', step: event.detail + 1, of };
          this.dispatchEvent(new CustomEvent('told', { detail }));
        }}
      ></conv-linked>
      ${result?.all ? this.every(result.all, result) : ''}
      <div class="foot">
        <button @click=${() => this.change({ ...this.start })}>${icons.back} Reset</button>
        <conv-legend></conv-legend>
      </div>
      <p class="hidden" role="status">
        ${result ? `${result.output.columns} outputs in a row, the first is ${fractionText(result.output.values[0] ?? 0)}` : ''}
      </p>
    `;
  }
}
