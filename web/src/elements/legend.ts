// The colour scale, with the numbers it stands for when there is one range for all.
import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { onTheme } from '../app/theme';
import { drawMaps } from './maps';
import { shared } from './shared';
import { figure, integer } from './words';

const steps = 65;
const ramp = Float32Array.from({ length: steps }, (_, i) => (2 * i) / (steps - 1) - 1);
const upwards = Float32Array.from({ length: steps }, (_, i) => i / (steps - 1));

@customElement('conv-legend')
export class Legend extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: 1fr auto 1fr;
        width: 132px;
        font-size: 0.8125rem;
        line-height: 1rem;
        color: var(--quiet);
        font-variant-numeric: tabular-nums;
      }
      span:last-child {
        text-align: right;
      }
      canvas {
        grid-column: 1 / -1;
        width: 100%;
        height: 12px;
        border: 1px solid var(--line);
      }
    `,
  ];

  /** The value at full colour; null when every layer has its own. */
  @property({ attribute: false }) range: number | null = null;
  /** Of numbers that are never below zero. */
  @property({ type: Boolean }) positive = false;
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  private stopTheme = () => {};

  override connectedCallback() {
    super.connectedCallback();
    this.stopTheme = onTheme(() => this.draw());
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.stopTheme();
  }
  override firstUpdated() {
    this.draw();
  }

  private draw() {
    if (!this.canvas) return;
    const tiling = { width: steps, height: 1, count: 1, columns: 1, rows: 1, gap: 0, scale: 2 };
    drawMaps(
      this.canvas,
      this.positive ? upwards : ramp,
      { ...tiling, order: 'down' },
      { range: 1 },
    );
  }

  override render() {
    const { range } = this;
    const most = range === null ? 'max' : Number.isInteger(range) ? integer(range) : figure(range);
    const [below, ends] = this.positive
      ? ['', ['0', '', most]]
      : ['blue below zero, ', [`−${most}`, '0', `+${most}`]];
    return html`<canvas
        role="img"
        aria-label="Colour scale: ${below}neutral at zero, orange above"
      ></canvas>
      ${ends.map((end) => html`<span>${end}</span>`)}`;
  }
}
