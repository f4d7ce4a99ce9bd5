// The kernels of every convolution: a column for each output map, a row for each input channel.
import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { setStyle } from './set-style';
import { onTheme } from '../app/theme';
import type { NetworkInfo } from '../engine/api';
import { kernelsOf, type Snapshot, type TensorView } from '../engine/client';
import './legend';
import { cssHeight, cssWidth, drawMaps, kernelTiling } from './maps';
import { rangeOf } from './network';
import { shared } from './shared';
import { signedRange } from './words';

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
        padding: 2px 2px 8px;
      }
    `,
  ];

  @property({ attribute: false }) network: NetworkInfo | null = null;
  @property({ attribute: false }) snapshot: Snapshot | null = null;
  @property({ attribute: false }) range: 'layer' | 'all' = 'layer';
  @state() private available = 400;
  private frame = 0;
  private stopTheme = () => {};
  private visible = new Set<Element>();
  private observed = new Set<Element>();
  private readonly seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.visible.add(target);
        else this.visible.delete(target);
      }
      this.draw();
    },
    { rootMargin: '800px' },
  );
  private readonly size = new ResizeObserver(([entry]) => {
    if (entry) this.available = Math.floor(entry.contentRect.width) - 4;
  });

  override connectedCallback() {
    super.connectedCallback();
    this.stopTheme = onTheme(() => this.draw());
    this.size.observe(this);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.stopTheme();
    this.size.disconnect();
    this.seen.disconnect();
    this.observed.clear();
  }

  override updated() {
    const canvases = new Set<Element>(this.renderRoot.querySelectorAll('canvas'));
    for (const gone of this.observed) if (!canvases.has(gone)) this.seen.unobserve(gone);
    for (const canvas of canvases) if (!this.observed.has(canvas)) this.seen.observe(canvas);
    this.observed = canvases;
    this.draw();
  }

  private draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const kernels = kernelsOf(this.snapshot);
      const all = this.range === 'all' ? Math.max(...kernels.map(rangeOf)) : undefined;
      this.renderRoot.querySelectorAll<HTMLCanvasElement>('canvas').forEach((canvas, i) => {
        const tensor = kernels[i];
        if (!tensor || !this.visible.has(canvas)) return;
        const tiling = kernelTiling(tensor.shape, this.available);
        drawMaps(canvas, tensor.data, tiling, { range: all ?? rangeOf(tensor) });
      });
    });
  }

  private layer(tensor: TensorView) {
    const [outputs = 1, inputs = 1, height = 1, width = 1] = tensor.shape;
    const name = tensor.name.replace(/\.weight$/, '');
    const tiling = kernelTiling(tensor.shape, this.available);
    const box = { width: `${cssWidth(tiling)}px`, height: `${cssHeight(tiling)}px` };
    const channels = inputs === 1 ? '1 channel' : `${inputs} channels`;
    return html`<section>
      <div class="line">
        <h3>${name}</h3>
        <span class="small quiet numbers">
          ${outputs} kernels of ${height}×${width} on ${channels}, ${signedRange(rangeOf(tensor))}
        </span>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Kernels of ${name}">
        <canvas
          role="img"
          aria-label="${name}: ${outputs} kernels of ${height}×${width} on ${channels}"
          data-kernels=${name}
          ${setStyle(box)}
        ></canvas>
      </div>
    </section>`;
  }

  override render() {
    const kernels = kernelsOf(this.snapshot);
    const convolutions = this.network?.spec.layers.filter(({ type }) => type === 'conv2d') ?? [];
    return html`
      <div class="head">
        <h2>Kernels</h2>
        <span class="small quiet">a column for each output map, a row for each input channel</span>
      </div>
      ${
        convolutions.length === 0
          ? html`<p class="quiet">This network has no convolution, and so no kernels.</p>`
          : kernels.length === convolutions.length
            ? html`<div class="all">${kernels.map((tensor) => this.layer(tensor))}</div>`
            : html`<p class="quiet">They appear with the first picture.</p>`
      }
    `;
  }
}
