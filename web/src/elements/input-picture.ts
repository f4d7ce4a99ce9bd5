// The picture in the network, and how to get another: from the validation split, from a file, or
// drawn by hand. It can be pointed into, and shows what of it the unit at hand looks at.
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Shown } from '../app/state';
import type { DatasetInfo, UnitExplanation } from '../engine/api';
import './draw';
import type { Draw } from './draw';
import { Sheet } from './draw-strokes';
import './field';
import type { Tiling } from './maps';
import { marksOn, onePicture } from './overlay';
import { drawPicture } from './picture-canvas';
import { shared } from './shared';
import { integer, percent, shapeText } from './words';

const narrowScreen = matchMedia('(max-width: 719px)');

@customElement('conv-input')
export class InputPicture extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        width: 168px;
      }
      :host([drawing]) {
        width: 288px;
      }
      .picture {
        border: 1px solid var(--line);
        background: #000;
        width: fit-content;
        height: fit-content;
      }
      .picture canvas {
        width: 168px;
        height: 168px;
      }
      .head {
        min-height: 24px;
        flex-wrap: nowrap;
      }
      .head button {
        min-height: 32px;
        margin: -4px 0;
      }
      .choose {
        display: flex;
        gap: 8px;
        margin: 8px 0;
      }
      .choose button {
        padding: 0 8px;
        flex: 1 1 auto;
      }
      .own {
        display: flex;
        gap: 8px;
      }
      .own button {
        flex: 1 1 auto;
        padding: 0 8px;
      }
      .text p {
        min-height: 20px;
        margin-top: 8px;
      }
      .seen {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 16px;
      }
      .seen p {
        margin-bottom: 8px;
      }
      .answer {
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 719px) {
        :host,
        :host([drawing]) {
          width: auto;
        }
        .picture canvas {
          width: 112px;
          height: 112px;
        }
        .row:not(.seen) {
          display: grid;
          grid-template-columns: auto minmax(0, 1fr);
          gap: 16px;
        }
        .text p:first-child {
          margin: -4px 0 8px;
        }
        .choose {
          margin-top: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) shown: Shown | null = null;
  @property({ attribute: false }) about: DatasetInfo | null = null;
  /** How much of the dataset is here, in words. */
  @property({ attribute: false }) arrival = '';
  /** Of the classes, for the picture that is shown. */
  @property({ attribute: false }) probabilities: number[] | null = null;
  /** What a teacher has taken away: choose, draw, open. */
  @property({ attribute: false }) hide: readonly string[] = [];
  /** Of the unit at hand. */
  @property({ attribute: false }) explanation: UnitExplanation | null = null;
  /** The term of it that is pointed at. */
  @property({ attribute: false }) term: number | null = null;
  @property({ type: Boolean, reflect: true }) drawing = false;
  @state() private narrow = narrowScreen.matches;
  @query('input') private file!: HTMLInputElement | null;
  private values: Float32Array | null = null;
  private readonly sheet = new Sheet();
  private readonly resized = () => (this.narrow = narrowScreen.matches);

  override connectedCallback() {
    super.connectedCallback();
    narrowScreen.addEventListener('change', this.resized);
    this.resized();
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    narrowScreen.removeEventListener('change', this.resized);
  }

  private send(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private go(index: number) {
    const count = this.about?.validation ?? 0;
    if (count > 0) this.send('setting', { name: 'picture', value: (index + count) % count });
  }

  private opened() {
    const file = this.file?.files?.[0];
    if (file) this.send('image', file);
    if (this.file) this.file.value = '';
  }

  /** On a small screen, what is drawn and what comes of it must be in sight together. */
  private async startDrawing() {
    this.drawing = true;
    await this.updateComplete;
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
    this.scrollIntoView({ behavior, block: this.narrow ? 'start' : 'nearest' });
  }

  private async stopDrawing() {
    this.drawing = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#draw')?.focus();
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (this.hide.includes('draw')) this.drawing = false;
    const { shown, about } = this;
    if (!(changed.has('shown') || changed.has('about')) || !shown || !about) return;
    const [channels = 1, height = 1, width = 1] = about.shape;
    this.values = channels === 1 ? Float32Array.from(shown.pixels) : null;
    if (shown.pixels.length !== channels * height * width) this.values = null;
  }

  override updated(changed: PropertyValues<this>) {
    // What is on the drawing surface is also what the network of another dataset sees.
    if (changed.get('about')) this.renderRoot.querySelector<Draw>('conv-draw')?.again();
    const canvas = this.renderRoot.querySelector<HTMLCanvasElement>('.picture canvas');
    if (canvas && this.shown && (changed.has('shown') || changed.has('drawing')))
      drawPicture(canvas, this.shown.pixels, this.about?.shape ?? []);
  }

  private tiling(): Tiling {
    const [, height = 1, width = 1] = this.about?.shape ?? [];
    const scale = (this.narrow || this.drawing ? 112 : 168) / Math.max(width, height);
    return { width, height, count: 1, columns: 1, rows: 1, gap: 0, scale, order: 'down' };
  }

  private picture() {
    const { shown, about } = this;
    const [channels = 1, height = 28, width = 28] = about?.shape ?? [];
    const name = shown && about ? about.classes[shown.label] : undefined;
    const what = `Input picture: ${name === undefined ? 'your own picture' : `true class ${name}`}`;
    if (channels !== 1)
      return html`<div class="picture">
        <canvas width=${width} height=${height} role="img" aria-label=${what}></canvas>
      </div>`;
    const tiling = this.tiling();
    const source = (element: number | null) => (element === null ? null : { value: 0, element });
    return html`<div class="picture">
      <conv-field
        grey
        name="input"
        .label=${what}
        .values=${this.values}
        .tiling=${tiling}
        .range=${255}
        .marks=${onePicture(marksOn(0, this.explanation, this.term, tiling))}
        .describe=${(element: number) => this.describe(element)}
        @cell=${(event: CustomEvent<number | null>) => this.send('source', source(event.detail))}
        @pick=${(event: CustomEvent<number>) => this.send('pin-source', source(event.detail))}
        @release=${() => this.send('pin-source', null)}
      ></conv-field>
    </div>`;
  }

  private describe(element: number) {
    const { width } = this.tiling();
    const value = this.values?.[element] ?? 0;
    return `Row ${Math.floor(element / width) + 1}, column ${(element % width) + 1}: ${value} of 255`;
  }

  /** What is done to a drawing or an opened picture. */
  private preparation() {
    const { about } = this;
    const size = shapeText(about?.shape.slice(1) ?? []);
    return about?.name === 'digits'
      ? `What the network sees: centred and scaled into ${size}, as the digits are that it learns from.`
      : `What the network sees: the whole picture, reduced to ${size}. Only digits are centred.`;
  }

  private answer() {
    const { probabilities, about, shown } = this;
    if (shown?.index !== null || !about || probabilities?.length !== about.classes.length)
      return '';
    const best = Math.max(...probabilities);
    const name = about.classes[probabilities.indexOf(best)];
    return html`Answer: <b>${name}</b>, ${percent(best)}`;
  }

  private drawingView() {
    const asked = this.about?.name === 'digits' ? 'a digit' : 'something';
    return html`
      <div class="head">
        <h2>Draw</h2>
        <button @click=${() => void this.stopDrawing()}>Done</button>
      </div>
      <conv-draw
        .sheet=${this.sheet}
        hint="Draw ${asked} here. The network answers while you draw."
        @drawn=${(event: CustomEvent<ImageData>) => this.send('drawn', event.detail)}
        @close=${() => void this.stopDrawing()}
      ></conv-draw>
      <div class="row seen">
        ${this.picture()}
        <div>
          <p class="small quiet">${this.shown?.index === null ? this.preparation() : ''}</p>
          <p class="answer">${this.answer()}</p>
        </div>
      </div>
    `;
  }

  private where() {
    const { shown, about } = this;
    if (shown === null) return 'Pictures are on their way …';
    return shown.index === null
      ? 'Your own picture, as the network sees it'
      : html`Validation ${integer(shown.index + 1)} of ${integer(about?.validation ?? 0)}`;
  }

  private chooser() {
    const index = this.shown?.index ?? 0;
    const random = () => Math.floor(Math.random() * (this.about?.validation ?? 1));
    return html`<div class="choose" role="group" aria-label="Choose a validation picture">
      <button aria-label="Previous picture" @click=${() => this.go(index - 1)}>←</button>
      <button aria-label="Random picture" @click=${() => this.go(random())}>Random</button>
      <button aria-label="Next picture" @click=${() => this.go(index + 1)}>→</button>
    </div>`;
  }

  private own() {
    const [draw, open] = ['draw', 'open'].map((part) => !this.hide.includes(part));
    if (!draw && !open) return nothing;
    return html`<div class="own">
        ${draw ? html`<button id="draw" @click=${() => void this.startDrawing()}>Draw</button>` : ''}
        ${
          open
            ? html`<button
                aria-label="Open a picture …"
                title="Or drop one on the page, or paste it"
                @click=${() => this.file?.click()}
              >
                Open …
              </button>`
            : ''
        }
      </div>
      ${open ? html`<p class="small quiet">Or drop or paste a picture.</p>` : ''}`;
  }

  override render() {
    if (this.drawing) return this.drawingView();
    return html`
      <h2 class="head">Input</h2>
      <div class="row">
        ${this.picture()}
        <div class="text">
          <p class="small quiet numbers">${this.where()}</p>
          ${this.hide.includes('choose') ? nothing : this.chooser()} ${this.own()}
          <p class="small quiet numbers" id="arrival">${this.arrival}</p>
          <input type="file" accept="image/*" hidden @change=${() => this.opened()} />
        </div>
      </div>
    `;
  }
}
