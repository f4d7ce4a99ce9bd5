// The network as columns: what every layer makes of the picture, live. On a narrow screen the
// columns lie under each other.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { setStyle } from './set-style';
import { onTheme } from '../app/theme';
import type { LayerSummary, NetworkInfo } from '../engine/api';
import type { Snapshot, TensorView } from '../engine/client';
import './legend';
import { columnTiling, cssHeight, cssWidth, drawMaps, rowTiling, type Tiling } from './maps';
import { shared } from './shared';
import { layerText, shapeText, signedRange } from './words';

export const rangeOf = ({ low, high }: { low: number; high: number }) =>
  Math.max(Math.abs(low), Math.abs(high));

/** Also what lies a little outside the window, so that scrolling finds it drawn. */
const margin = { rootMargin: '800px' };

const narrowScreen = matchMedia('(max-width: 719px)');

@customElement('conv-network')
export class Network extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        list-style: none;
        display: flex;
        gap: 10px;
        margin: 0;
        padding: 2px 2px 8px;
      }
      li {
        flex: none;
        display: flex;
        flex-direction: column;
        min-width: 64px;
        max-width: 100%;
      }
      .title {
        /* Takes the width of the maps and wraps, rather than pushing the column wider. */
        width: 0;
        min-width: 100%;
        min-height: 76px;
        font-size: 0.8125rem;
        line-height: 1rem;
        color: var(--quiet);
        font-variant-numeric: tabular-nums;
        border-top: 2px solid var(--line);
        padding-top: 6px;
        overflow-wrap: break-word;
      }
      li.learns .title {
        border-color: var(--accent);
      }
      .title b {
        display: block;
        margin-right: -8px; /* a name may reach into the gap before it breaks */
        font-size: 0.9375rem;
        line-height: 1.25rem;
        color: var(--ink);
      }
      .range {
        font-size: 0.8125rem;
        line-height: 1.25rem;
        color: var(--quiet);
        font-variant-numeric: tabular-nums;
        margin-top: 4px;
        white-space: nowrap;
      }
      @media (max-width: 719px) {
        ol {
          flex-direction: column;
          gap: 16px;
        }
        .title {
          min-height: 0;
          margin-bottom: 8px;
        }
        .title br {
          display: none;
        }
        .title b {
          display: inline;
          margin-right: 4px;
        }
      }
    `,
  ];

  @property({ attribute: false }) network: NetworkInfo | null = null;
  @property({ attribute: false }) snapshot: Snapshot | null = null;
  @property({ attribute: false }) range: 'layer' | 'all' = 'layer';
  @state() private available = 300;
  @state() private narrow = narrowScreen.matches;
  @query('.scroll') private scroller!: HTMLElement | null;

  private tilings: Tiling[] = [];
  private visible = new Set<Element>();
  private frame = 0;
  private stopTheme = () => {};
  private readonly seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.visible.add(target);
      else this.visible.delete(target);
    }
    this.draw();
  }, margin);
  private readonly size = new ResizeObserver(() => {
    this.narrow = narrowScreen.matches;
    if (this.narrow) this.available = this.scroller?.clientWidth ?? this.available;
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
  }

  override willUpdate() {
    this.tilings = (this.network?.summary.layers ?? []).map(({ output }) =>
      this.narrow ? rowTiling(output, this.available - 4) : columnTiling(output),
    );
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('network')) {
      this.seen.disconnect();
      this.visible.clear();
      this.renderRoot.querySelectorAll('canvas').forEach((canvas) => this.seen.observe(canvas));
    }
    this.draw();
  }

  /** Draws what is visible, at most once in a frame. */
  private draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const { snapshot } = this;
      if (!snapshot || snapshot.activations.length !== this.tilings.length) return;
      const shared = this.sharedRange(snapshot);
      this.renderRoot.querySelectorAll<HTMLCanvasElement>('canvas').forEach((canvas, i) => {
        const [tensor, tiling] = [snapshot.activations[i], this.tilings[i]];
        if (!tensor || !tiling || !this.visible.has(canvas)) return;
        drawMaps(canvas, tensor.data, tiling, { range: shared ?? rangeOf(tensor) });
      });
    });
  }

  private sharedRange(snapshot: Snapshot) {
    return this.range === 'all' ? Math.max(...snapshot.activations.map(rangeOf)) : undefined;
  }

  private column(layer: LayerSummary, i: number, shown: TensorView | undefined) {
    const spec = this.network?.spec.layers[i];
    const tiling = this.tilings[i];
    if (!spec || !tiling) return html``;
    const before = this.network?.summary.layers[i - 1]?.name ?? 'input';
    const others = layer.inputs.join() === before ? '' : `from ${layer.inputs.join(' + ')}`;
    const [count = 1, height, width] = layer.output;
    const what = height === undefined ? `${count} units` : `${count} maps of ${height}×${width}`;
    const box = { width: `${cssWidth(tiling)}px`, height: `${cssHeight(tiling)}px` };
    return html`<li class=${layer.parameters > 0 ? 'learns' : ''}>
      <div class="title">
        <b>${layer.name}</b> ${layerText(spec)} <br />${shapeText(layer.output)}
        ${others ? html`<br />${others}` : ''}
      </div>
      <canvas
        role="img"
        aria-label="${layer.name}, ${layerText(spec)}: ${what}"
        ${setStyle(box)}
        data-layer=${layer.name}
      ></canvas>
      <span class="range"
        >${shown && this.range === 'layer' ? signedRange(rangeOf(shown)) : ''}</span
      >
    </li>`;
  }

  override render() {
    const { network, snapshot } = this;
    if (!network) return html``;
    const shared = snapshot ? this.sharedRange(snapshot) : undefined;
    const fits = snapshot?.activations.length === network.summary.layers.length;
    return html`
      <div class="head">
        <h2>What each layer makes of it</h2>
        <slot name="range"></slot>
        <conv-legend .range=${shared ?? null}></conv-legend>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Feature maps of every layer">
        <ol>
          ${network.summary.layers.map((layer, i) =>
            this.column(layer, i, fits ? snapshot.activations[i] : undefined),
          )}
        </ol>
      </div>
    `;
  }
}
