// The network as columns: what every layer makes of the picture, live, and any number of it to be
// pointed at. Columns that do not fit beside each other go on below; on a narrow screen each is a row.
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { sameUnit, type UnitAt } from '../app/pointer';
import type { LayerSummary, NetworkInfo, UnitExplanation } from '../engine/api';
import type { Snapshot, TensorView } from '../engine/client';
import './field';
import './legend';
import {
  columnGap,
  columnsIn,
  leastColumn,
  linesOf,
  patchOf,
  rowTiling,
  type Tiling,
} from './maps';
import { marksOn, noMarks, type Mark } from './overlay';
import { shared } from './shared';
import { shortText, unitName } from './unit-words';
import { layerText, shapeText, signedRange } from './words';

export const rangeOf = ({ low, high }: { low: number; high: number }) =>
  Math.max(Math.abs(low), Math.abs(high));

/** A name that may break after its underscores. */
const breaking = (name: string) =>
  name.split('_').map((part, i) => (i === 0 ? part : html`_<wbr />${part}`));

const narrowScreen = matchMedia('(max-width: 719px)');

@customElement('conv-network')
export class Network extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        list-style: none;
        display: flex;
        flex-wrap: wrap;
        gap: 16px ${columnGap}px;
        margin: 0;
        padding: 2px 2px 8px;
      }
      li {
        flex: none;
        position: relative;
        display: flex;
        flex-direction: column;
        min-width: ${leastColumn}px;
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
        border: 0 solid var(--line);
        border-top-width: 2px;
        border-radius: 0;
        background: none;
        padding: 6px 0 0;
        overflow-wrap: break-word;
        white-space: normal;
        /* Else a button puts its text in the middle. */
        display: flex;
        align-items: flex-start;
        justify-content: flex-start;
        text-align: left;
      }
      .title > span {
        min-width: 0;
        width: 100%;
      }
      .branches > .title {
        min-height: 124px;
      }
      li.learns .title {
        border-color: var(--accent);
      }
      button.title:hover b,
      button.title:focus-visible b {
        text-decoration: underline;
      }
      .title b {
        display: block;
        margin-right: -8px; /* a name may reach into the gap before it breaks */
        font-size: 0.9375rem;
        line-height: 1.25rem;
        color: var(--ink);
      }
      .title .way {
        display: block;
        color: var(--accent);
      }
      .insert {
        position: absolute;
        z-index: 1;
        top: -11px;
        left: -17px;
        width: 24px;
        height: 24px;
        min-height: 0;
        padding: 0;
        border-radius: 50%;
        line-height: 1;
        color: var(--accent);
        opacity: 0;
      }
      li:hover > .insert,
      li:hover + li > .insert,
      .insert:focus-visible {
        opacity: 1;
      }
      .insert.last {
        left: auto;
        right: -17px;
      }
      @media (hover: none) {
        .insert {
          opacity: 1;
        }
      }
      .range {
        font-size: 0.8125rem;
        line-height: 1.25rem;
        color: var(--quiet);
        font-variant-numeric: tabular-nums;
        margin-top: 4px;
        min-height: 20px;
        white-space: nowrap;
      }
      .readout {
        min-height: 20px;
      }
      @media (max-width: 719px) {
        ol {
          flex-direction: column;
          flex-wrap: nowrap;
        }
        .title,
        .branches > .title {
          min-height: 0;
          margin-bottom: 8px;
        }
        button.title {
          min-height: 32px;
        }
        .title br {
          display: none;
        }
        .title b,
        .title .way {
          display: inline;
          margin-right: 4px;
        }
        .insert {
          left: auto;
          right: 0;
        }
        .insert.last {
          top: auto;
          bottom: -4px;
          right: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) network: NetworkInfo | null = null;
  @property({ attribute: false }) snapshot: Snapshot | null = null;
  @property({ attribute: false }) range: 'local' | 'layer' | 'all' = 'layer';
  /** The unit at hand, and what is known of it. */
  @property({ attribute: false }) unit: UnitAt | null = null;
  @property({ attribute: false }) explanation: UnitExplanation | null = null;
  @property({ attribute: false }) term: number | null = null;
  @property({ attribute: false }) pinned: UnitAt | null = null;
  /** Names of layers not to draw. */
  @property({ attribute: false }) without: readonly string[] = [];
  /** Whether layers may not be changed or inserted here. */
  @property({ type: Boolean }) locked = false;
  @state() private available = 900;
  @state() private narrow = narrowScreen.matches;

  private tilings: Tiling[] = [];
  /** The layers in a line with one whose ways are written out, which needs more room. */
  private branching = new Set<number>();
  private describers: ((element: number) => string)[] = [];
  private readonly size = new ResizeObserver(([entry]) => {
    this.narrow = narrowScreen.matches;
    if (entry) this.available = Math.floor(entry.contentRect.width) - 4;
  });

  override connectedCallback() {
    super.connectedCallback();
    this.size.observe(this);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.size.disconnect();
  }

  override willUpdate(changed: PropertyValues) {
    // Measured before the first drawing, so that nothing moves after it.
    if (!this.hasUpdated && this.offsetWidth > 0) this.available = this.offsetWidth - 4;
    const { network } = this;
    const layers = network?.summary.layers ?? [];
    if (
      ['network', 'available', 'narrow'].some((name) => changed.has(name)) ||
      changed.has('without')
    ) {
      const seen = layers.filter(({ name }) => !this.without.includes(name));
      const columns = columnsIn(
        seen.map(({ output }) => output),
        this.available,
      );
      this.tilings = layers.map((layer) =>
        this.narrow
          ? rowTiling(layer.output, this.available)
          : (columns[seen.indexOf(layer)] as Tiling),
      );
      const lines = linesOf(columns, this.available);
      const long = new Set(
        lines.filter((_, j) => this.ways(seen[j]!, layers.indexOf(seen[j]!)).length > 0),
      );
      this.branching = new Set(
        layers.flatMap((layer, i) => (long.has(lines[seen.indexOf(layer)] ?? -1) ? [i] : [])),
      );
    }
    if (changed.has('network'))
      this.describers = layers.map((_, layer) => (element) => this.text({ layer, element }));
  }

  private send(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The activations, when they are this network's. */
  private get activations(): readonly TensorView[] {
    const found = this.snapshot?.activations ?? [];
    return found.length === this.network?.summary.layers.length ? found : [];
  }

  /** A unit in words: "c1 map 3, row 4, column 7: 0.42". */
  private text({ layer, element }: UnitAt) {
    const about = this.network?.summary.layers[layer];
    const value = this.activations[layer]?.data[element];
    if (!about) return '';
    return `${unitName(about, element)}${value === undefined ? '' : `: ${shortText(value)}`}`;
  }

  private marks(layer: number, tiling: Tiling): readonly Mark[] {
    const { unit, pinned } = this;
    const marks = [...marksOn(layer + 1, this.explanation, this.term, tiling)];
    if (pinned?.layer === layer) marks.push({ kind: 'pinned', ...patchOf(tiling, pinned.element) });
    if (unit?.layer === layer && !sameUnit(unit, pinned))
      marks.push({ kind: 'cell', ...patchOf(tiling, unit.element) });
    return marks.length > 0 ? marks : noMarks;
  }

  private sharedRange() {
    return this.range === 'all' ? Math.max(0, ...this.activations.map(rangeOf)) : undefined;
  }

  /** Where the values come from and go to, other than from column to column. */
  private ways(layer: LayerSummary, i: number) {
    const layers = this.network?.summary.layers ?? [];
    const before = layers[i - 1]?.name ?? 'input';
    const others = layer.inputs.filter((name) => name !== before);
    const joins = others.length < layer.inputs.length;
    const from = others.length === 0 ? [] : [`${joins ? '+ ' : ''}from ${others.join(' + ')}`];
    const readers = layers
      .filter(({ inputs }, j) => j > i + 1 && inputs.includes(layer.name))
      .map(({ name }) => name);
    return [...from, ...(readers.length > 0 ? [`also to ${readers.join(', ')}`] : [])];
  }

  private heading(layer: LayerSummary, i: number) {
    const spec = this.network?.spec.layers[i];
    const inside = html`<span
      ><b>${breaking(layer.name)}</b> ${spec ? layerText(spec) : ''}
      <br />${shapeText(layer.output)}
      ${this.ways(layer, i).map((way) => html`<span class="way">${breaking(way)}</span>`)}</span
    >`;
    if (this.locked) return html`<div class="title">${inside}</div>`;
    return html`<button
      class="title"
      title="Change ${layer.name}"
      @click=${() => this.send('edit-layer', { layer: i })}
    >
      ${inside}
    </button>`;
  }

  private insert(at: number, where: string, last = false) {
    if (this.locked) return nothing;
    return html`<button
      class="insert ${last ? 'last' : ''}"
      aria-label="Insert a layer ${where}"
      title="Insert a layer ${where}"
      @click=${() => this.send('insert-layer', { at })}
    >
      +
    </button>`;
  }

  private column(layer: LayerSummary, i: number, count: number) {
    const spec = this.network?.spec.layers[i];
    const tiling = this.tilings[i];
    if (!spec || !tiling) return nothing;
    const shown = this.activations[i];
    const [maps = 1, height, width] = layer.output;
    const what = height === undefined ? `${maps} units` : `${maps} maps of ${height}×${width}`;
    const own = shown ? rangeOf(shown) : 0;
    const local = this.range === 'local' && tiling.width * tiling.height > 1;
    const point = ({ detail }: CustomEvent<number | null>) =>
      this.send('point', detail === null ? null : { layer: i, element: detail });
    const branches = this.branching.has(i) ? 'branches' : '';
    return html`<li class="${layer.parameters > 0 ? 'learns' : ''} ${branches}">
      ${this.insert(i, `before ${layer.name}`)} ${this.heading(layer, i)}
      <conv-field
        .kind=${'layer'}
        .name=${layer.name}
        .label="${layer.name}, ${layerText(spec)}: ${what}"
        .tiling=${tiling}
        .values=${shown?.data ?? null}
        .range=${local ? null : (this.sharedRange() ?? own)}
        .marks=${this.marks(i, tiling)}
        .describe=${this.describers[i]}
        .start=${this.unit?.layer === i ? this.unit.element : null}
        @cell=${point}
        @pick=${({ detail }: CustomEvent<number>) => this.pick({ layer: i, element: detail })}
        @release=${() => this.send('pin', null)}
      ></conv-field>
      <span class="range">${shown && this.range === 'layer' ? signedRange(own) : ''}</span>
      ${i === count - 1 ? this.insert(count, 'at the end', true) : nothing}
    </li>`;
  }

  /** A second click on the pinned unit lets it go. */
  private pick(unit: UnitAt) {
    this.send('pin', sameUnit(this.pinned, unit) ? null : unit);
  }

  override render() {
    const { network } = this;
    if (!network) return nothing;
    const { layers } = network.summary;
    const columns = layers
      .map((layer, i) => ({ layer, i }))
      .filter(({ layer }) => !this.without.includes(layer.name));
    return html`
      <div class="head">
        <h2>What each layer makes of it</h2>
        <slot name="range"></slot>
        <conv-legend .range=${this.sharedRange() ?? null}></conv-legend>
      </div>
      <ol aria-label="Feature maps of every layer">
        ${repeat(
          columns,
          ({ layer }) => layer.name,
          ({ layer, i }) => this.column(layer, i, layers.length),
        )}
      </ol>
      <p class="readout small numbers">
        ${
          this.unit && this.unit.layer >= 0
            ? html`<b>${this.text(this.unit)}</b>
                <span class="quiet"
                  >${sameUnit(this.unit, this.pinned) ? 'Kept; Escape lets go.' : 'Point at any number; a click keeps it.'}</span
                >`
            : html`<span class="quiet">Point at any number of any map to take it apart.</span>`
        }
      </p>
    `;
  }
}
