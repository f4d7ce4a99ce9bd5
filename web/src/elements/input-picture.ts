// The picture in the network, and how to get another.
import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Shown } from '../app/state';
import type { DatasetInfo } from '../engine/api';
import { drawMaps } from './maps';
import { shared } from './shared';
import { integer } from './words';

@customElement('conv-input')
export class InputPicture extends LitElement {
  static override styles = [
    shared,
    css`
      canvas {
        width: 168px;
        height: 168px;
        border: 1px solid var(--line);
        background: #000;
      }
      .choose {
        display: flex;
        gap: 8px;
        margin: 8px 0;
        width: 168px;
      }
      .choose button {
        padding: 0 8px;
        flex: 1 1 auto;
      }
      .text {
        max-width: 168px;
      }
      .open {
        width: 168px;
        padding: 0 8px;
      }
      h2 {
        margin-bottom: 8px;
      }
      p {
        min-height: 20px;
        margin-top: 8px;
      }
      .text p:first-child {
        margin-top: 8px;
      }
      @media (max-width: 719px) {
        canvas {
          width: 112px;
          height: 112px;
        }
        .row {
          display: grid;
          grid-template-columns: 112px minmax(0, 1fr);
          gap: 16px;
        }
        .text p:first-child {
          margin: -4px 0 8px;
        }
        .text {
          max-width: none;
        }
        .choose,
        .open {
          width: 100%;
          margin-top: 0;
        }
        .choose {
          margin-bottom: 8px;
        }
      }
    `,
  ];

  @property({ attribute: false }) shown: Shown | null = null;
  @property({ attribute: false }) about: DatasetInfo | null = null;
  /** How much of the dataset is here, in words. */
  @property({ attribute: false }) arrival = '';
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  @query('input') private file!: HTMLInputElement | null;

  private go(index: number) {
    const count = this.about?.validation ?? 0;
    if (count === 0) return;
    const detail = { name: 'picture', value: (index + count) % count };
    this.dispatchEvent(new CustomEvent('setting', { detail }));
  }

  private opened() {
    const file = this.file?.files?.[0];
    if (file) this.dispatchEvent(new CustomEvent('image', { detail: file }));
    if (this.file) this.file.value = '';
  }

  override updated() {
    const { canvas, shown, about: dataset } = this;
    if (!canvas || !shown || !dataset) return;
    const [channels = 1, height = 1, width = 1] = dataset.shape;
    if (channels === 3) return this.drawColour(canvas, shown.pixels, width, height);
    const values = Float32Array.from(shown.pixels.subarray(0, width * height));
    const tiling = { width, height, count: 1, columns: 1, rows: 1, gap: 0, scale: 6 };
    drawMaps(canvas, values, { ...tiling, order: 'down' }, { range: 255, grey: true });
  }

  private drawColour(canvas: HTMLCanvasElement, pixels: Uint8Array, width: number, height: number) {
    canvas.width = width;
    canvas.height = height;
    const image = new ImageData(width, height);
    const size = width * height;
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[c * size + i] ?? 0;
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext('2d')?.putImageData(image, 0, 0);
  }

  override render() {
    const { shown, about: dataset } = this;
    const index = shown?.index ?? 0;
    const name = shown && dataset ? dataset.classes[shown.label] : undefined;
    const what = name === undefined ? 'your own picture' : `true class ${name}`;
    return html`
      <h2>Input</h2>
      <div class="row">
        <canvas width="28" height="28" role="img" aria-label="Input picture: ${what}"></canvas>
        <div class="text">
          <p class="small quiet numbers">
            ${
              shown === null
                ? 'Pictures are on their way …'
                : shown.index === null
                  ? 'Your own picture, as the network sees it'
                  : html`Validation ${integer(index + 1)} of ${integer(dataset?.validation ?? 0)}`
            }
          </p>
          <div class="choose" role="group" aria-label="Choose a validation picture">
            <button aria-label="Previous picture" @click=${() => this.go(index - 1)}>←</button>
            <button
              @click=${() => this.go(Math.floor(Math.random() * (dataset?.validation ?? 1)))}
              aria-label="Random picture"
            >
              Random
            </button>
            <button aria-label="Next picture" @click=${() => this.go(index + 1)}>→</button>
          </div>
          <button class="open" @click=${() => this.file?.click()}>Open a picture …</button>
          <p class="small quiet numbers" id="arrival">${this.arrival}</p>
          <input type="file" accept="image/*" hidden @change=${() => this.opened()} />
        </div>
      </div>
    `;
  }
}
