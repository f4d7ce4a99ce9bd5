// The sliding window: input, kernel and output; step, play, edit.
import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import * as icons from '../elements/icons';
import '../elements/legend';
import { shared } from '../elements/shared';
import { Bench } from './bench';
import { choice, controlStyles, slider } from './controls';
import { gridOf, matrixOf } from './convolution';
import { calculate } from './engine';
import './linked';
import type { LinkedEdit } from './linked';
import { parseNumber, type LooseSettings, type Quantity } from './settings';
import { convolutionOf, slidingWindowQuantity } from './sliding-window-rules';
import { slidingWindow as table, type Edge, type SlidingWindowSettings } from './tables';

const pace = 700; // ms between two windows while it plays

@customElement('conv-sliding-window')
export class SlidingWindow extends LitElement {
  static override styles = [
    shared,
    controlStyles,
    css`
      .player {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        margin-bottom: 16px;
      }
      .player label {
        display: flex;
        align-items: center;
        gap: 12px;
        flex: 1 1 200px;
        max-width: 400px;
      }
      .player label span {
        white-space: nowrap;
        min-width: 8.5em;
        font-variant-numeric: tabular-nums;
      }
      .play {
        min-width: 104px;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin-top: 8px;
      }
      .foot p {
        flex: 1 1 20em;
      }
    `,
  ];

  @property({ attribute: false }) settings = {} as SlidingWindowSettings & LooseSettings;
  @property({ attribute: false }) start = {} as SlidingWindowSettings & LooseSettings;
  @state() private version = 0;
  @state() private playing = false;
  @state() private wrong = '';
  @state() private undos: LooseSettings[] = [];
  private timer = 0;
  private readonly bench = new Bench(calculate, () => this.version++);

  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener('keydown', this.keydown);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.keydown);
    this.play(false);
  }

  override willUpdate() {
    if (this.settings.input) void this.bench.show(convolutionOf(this.settings));
  }

  quantity(asked: Quantity, settings: LooseSettings) {
    return slidingWindowQuantity(asked, settings as unknown as SlidingWindowSettings, calculate);
  }

  private change(some: LooseSettings) {
    this.wrong = '';
    this.dispatchEvent(new CustomEvent('change-settings', { detail: some }));
  }

  // --- stepping ---

  private get count() {
    return this.bench.result?.output.values.length ?? 0;
  }

  private go(at: number) {
    if (this.count === 0) return;
    this.change({ at });
    this.dispatchEvent(
      new CustomEvent('told', { detail: { kind: 'step', step: at + 1, of: this.count } }),
    );
  }

  private step(by: number) {
    const now = Math.min(this.settings.at, this.count - 1);
    this.go((now + by + this.count) % this.count);
  }

  private play(on: boolean) {
    clearInterval(this.timer);
    this.playing = on;
    if (!on) return;
    if (this.settings.at >= this.count - 1) this.go(0);
    this.timer = window.setInterval(() => {
      if (this.settings.at < this.count - 1) this.step(1);
      else this.play(false);
    }, pace);
  }

  // --- editing ---

  private edit({ part, cell, text }: LinkedEdit) {
    const value = parseNumber(text);
    if (value === undefined) {
      this.wrong = `“${text}” is not a number: write one like 2, −0.5 or 1/3. Nothing was changed.`;
      return;
    }
    const grid = gridOf(this.settings[part]);
    if (grid.values[cell] === value) return;
    this.undos = [...this.undos, { [part]: this.settings[part] }].slice(-100);
    grid.values[cell] = value;
    this.change({ [part]: matrixOf(grid) });
  }

  private undo() {
    const last = this.undos.at(-1);
    if (!last) return;
    this.undos = this.undos.slice(0, -1);
    this.change(last);
  }

  private reset() {
    this.undos = [];
    this.play(false);
    this.change({ ...this.start });
  }

  private readonly keydown = (event: KeyboardEvent) => {
    if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    event.preventDefault();
    this.undo();
  };

  private get changed() {
    const at = { at: 0 };
    return JSON.stringify({ ...this.settings, ...at }) !== JSON.stringify({ ...this.start, ...at });
  }

  private player() {
    const at = Math.max(0, Math.min(this.settings.at, this.count - 1));
    return html`<div class="player" role="group" aria-label="Steps">
      <button class="primary play" @click=${() => this.play(!this.playing)}>
        ${this.playing ? icons.pause : icons.play} ${this.playing ? 'Pause' : 'Play'}
      </button>
      <button @click=${() => this.step(-1)}>Back</button>
      <button @click=${() => this.step(1)}>${icons.stepOn} Step</button>
      <label>
        <span id="place">Output ${at + 1} of ${this.count}</span>
        <input
          id="scrubber"
          type="range"
          min="0"
          max=${Math.max(0, this.count - 1)}
          .value=${String(at)}
          aria-label="Output number"
          aria-valuetext="${at + 1} of ${this.count}"
          @input=${(event: Event) => this.go(Number((event.target as HTMLInputElement).value))}
        />
      </label>
    </div>`;
  }

  override render() {
    const { settings, bench } = this;
    if (!settings.input) return html``;
    const { padding, stride } = table.fields;
    const most = Math.min(stride.maximum, Math.max(settings.input.length, 1));
    return html`
      <div class="controls">
        ${choice<Edge>('padding', padding.label, settings.padding, padding.options, (value) =>
          this.change({ padding: value, at: 0 }),
        )}
        ${slider('stride', stride.label, settings.stride, [1, most], (value) =>
          this.change({ stride: value, at: 0 }),
        )}
      </div>
      ${this.player()} ${bench.error ? html`<p class="wrong" role="alert">${bench.error}</p>` : ''}
      <conv-linked
        editable
        .bench=${bench}
        .version=${this.version}
        .at=${settings.at}
        @at=${(event: CustomEvent<number>) => this.go(event.detail)}
        @edit=${(event: CustomEvent<LinkedEdit>) => this.edit(event.detail)}
      ></conv-linked>
      <div class="foot">
        <button ?disabled=${this.undos.length === 0} @click=${() => this.undo()}>Undo</button>
        <button ?disabled=${!this.changed} @click=${() => this.reset()}>${icons.back} Reset</button>
        <p class="small ${this.wrong ? 'wrong' : 'quiet'}" aria-live="polite">
          ${
            this.wrong ||
            'Point at any number. To change one in the input or the kernel, click it twice, or type while it has the focus.'
          }
        </p>
        <conv-legend></conv-legend>
      </div>
    `;
  }
}
