// This unit: window × kernel = products → Σ + bias → relu, with the numbers of one unit. Whatever is
// pointed at is marked in all its grids, and weights can be set in place.
import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { NetworkInfo, UnitExplanation, UnitStage } from '../engine/api';
import './field';
import type { Commit } from './field';
import { patchOf, type Tiling } from './maps';
import { noMarks, type Mark } from './overlay';
import { shared } from './shared';
import { unitStyles } from './unit-styles';
import { convolutionLesson } from './lesson-link';
import { argument, later, line, number, sourceName, sumOf } from './unit-story';
import { origin, termList } from './unit-terms';
import {
  cellOf,
  cellsWithout,
  channelOf,
  channelSums,
  gridTiling,
  ledgerTiling,
  tableOf,
  type Table,
} from './unit-table';
import { enclosed, fullText, placeText, shortText, sumText } from './unit-words';

const largest = (list: readonly number[]) =>
  list.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Terms that are written out at once, and when there are more. */
const few = 12;
const some = 6;
const wideFrom = 1100;
const mediumFrom = 640;

type Grid = 'x' | 'weights' | 'products';

@customElement('conv-unit')
export class Unit extends LitElement {
  static override styles = [shared, unitStyles];

  @property({ attribute: false }) explanation: UnitExplanation | null = null;
  /** The term (of the first stage) that is pointed at. */
  @property({ attribute: false }) term: number | null = null;
  @property({ attribute: false }) network: NetworkInfo | null = null;
  @property({ attribute: false }) pinned = false;
  @property({ type: Boolean }) editable = false;
  @state() private channel = 0;
  @state() private available = 900;
  @state() private all = false;
  @state() private listed = false;
  private table: Table = { channels: 1, height: 1, width: 1, terms: new Int32Array(1) };
  private readonly size = new ResizeObserver(([entry]) => {
    if (entry) this.available = Math.floor(entry.contentRect.width);
  });

  override connectedCallback() {
    super.connectedCallback();
    this.size.observe(this);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.size.disconnect();
  }

  private get stage(): UnitStage | null {
    return this.explanation?.stages[0] ?? null;
  }

  private get wide() {
    return this.available >= wideFrom;
  }

  override willUpdate(changed: PropertyValues<this>) {
    const { stage } = this;
    if (!stage) return;
    if (changed.has('explanation') || changed.has('network')) {
      this.table = tableOf(stage, this.network);
      const before = changed.get('explanation')?.stages[0];
      if (before && before.layer !== stage.layer) this.channel = 0;
      if (before?.element !== stage.element || before.layer !== stage.layer) this.all = false;
    }
    const cell = cellOf(this.table, this.term);
    if (changed.has('term') && cell >= 0)
      this.channel = Math.floor(cell / (this.table.height * this.table.width));
    this.channel = Math.max(0, Math.min(this.channel, this.table.channels - 1));
  }

  private send(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private readonly point = (term: number | null) => {
    if (term !== this.term) this.send('term', term);
  };

  private termAt(element: number) {
    const { height, width, terms } = this.table;
    return terms[this.channel * height * width + element] ?? -1;
  }

  // --- the grids ---

  /** A number of a grid in words. */
  private describe(stage: UnitStage, what: Grid, element: number) {
    const term = this.termAt(element);
    if (term < 0) return 'outside, and never the largest';
    const [x, w, p] = [stage.x, stage.weights, stage.products].map((list) =>
      fullText(list?.[term] ?? 0),
    );
    const { width } = this.table;
    const place = `row ${Math.floor(element / width) + 1}, column ${(element % width) + 1}`;
    const from = sourceName(stage.sources.value[term] ?? -1, this.network);
    if (what === 'x') return `${place}, of ${from}: ${x}`;
    if (what === 'weights') return `weight ${place}: ${w}`;
    return stage.weights ? `${place}: ${x} × ${w} = ${p}` : `${place}: ${p}`;
  }

  private grid(stage: UnitStage, what: Grid, caption: unknown, label: string, room: number) {
    const { table, channel, term } = this;
    const list = stage[what] ?? [];
    const tiling = gridTiling(table.height, table.width, room);
    const size = table.height * table.width;
    const cell = cellOf(table, term) - channel * size;
    const marks: Mark[] = [];
    const winner = cellOf(table, stage.winner) - channel * size;
    if (winner >= 0 && winner < size) marks.push({ kind: 'winner', ...patchOf(tiling, winner) });
    if (cell >= 0 && cell < size && term !== null)
      marks.push({ kind: 'term', ...patchOf(tiling, cell) });
    if (stage.type === 'softmax')
      marks.push({ kind: 'source', ...patchOf(tiling, stage.place[0] ?? 0) });
    const absent = cellsWithout(table, channel);
    if (what === 'x') marks.push(...this.padding(stage, tiling));
    const grey = what === 'x' && stage.sources.value.includes(0);
    const { weight_parameter: parameter, weight_elements: elements } = stage;
    const editable = this.editable && what === 'weights' && parameter !== null;
    const commit = ({ detail }: CustomEvent<Commit>) => {
      const element = elements?.[this.termAt(detail.element)];
      if (element !== undefined)
        this.send('edit-weight', { parameter, element, value: detail.value });
    };
    return html`<figure>
      <figcaption>${caption}</figcaption>
      <conv-field
        .name=${what}
        .label=${label}
        .tiling=${tiling}
        .values=${channelOf(table, channel, list)}
        .range=${grey ? 1 : largest(list)}
        .grey=${grey}
        .marks=${marks.length > 0 ? marks : noMarks}
        .editable=${editable}
        .absent=${absent}
        .describe=${(element: number) => this.describe(stage, what, element)}
        @cell=${({ detail }: CustomEvent<number | null>) => this.cell(detail)}
        @pick=${({ detail }: CustomEvent<number>) => this.cell(detail)}
        @release=${() => this.send('pin', null)}
        @commit=${commit}
      ></conv-field>
    </figure>`;
  }

  /** The cells of the window that lie in the border. */
  private padding({ sources }: UnitStage, tiling: Tiling): Mark[] {
    const cells = Array.from({ length: tiling.width * tiling.height }, (_, cell) => cell);
    return cells
      .filter((cell) => sources.value[this.termAt(cell)] === -1)
      .map((cell) => ({ kind: 'border', ...patchOf(tiling, cell) }));
  }

  private cell(element: number | null) {
    const term = element === null ? -1 : this.termAt(element);
    this.point(term < 0 ? null : term);
  }

  private grids(stage: UnitStage) {
    const { network, table, wide, available } = this;
    const across =
      available >= mediumFrom ? Math.floor(((wide ? 0.7 : 1) * available - 88) / 3) : 0;
    const two = stage.type === 'softmax' ? 1.5 : 1;
    const room = Math.floor(across * two) || available - 4;
    const from = sourceName(stage.sources.value.find((value) => value >= 0) ?? -1, network);
    const part = table.channels > 1 ? `, channel ${this.channel + 1}` : '';
    const inputs = this.grid(
      stage,
      'x',
      `${this.read(stage, from)}${part}`,
      `What it reads of ${from}${part}`,
      room,
    );
    const { weights } = stage;
    const sign = (text: string) => html`<span class="sign" aria-hidden="true">${text}</span>`;
    if (stage.type === 'softmax') {
      const less = `e^(x − ${enclosed(shortText(stage.constant))})`;
      return html`${inputs} ${sign('→')}
      ${this.grid(stage, 'products', less, `Of each, ${less}`, room)}`;
    }
    if (stage.rule !== 'sum' || !weights) return inputs;
    const output = network?.summary.layers[stage.layer]?.output ?? [];
    const products = this.grid(stage, 'products', 'products', `Products${part}`, room);
    if (!stage.weight_parameter && weights.every((weight) => weight === weights[0]))
      return html`${inputs} ${sign(`× ${shortText(weights[0] ?? 0)} =`)} ${products}`;
    const kernel = stage.type === 'linear' ? 'weights' : 'kernel';
    const of = `${kernel} of ${placeText(output, stage.element).replace(/,.*/, '')}`;
    return html`${inputs} ${sign('×')}
    ${this.grid(stage, 'weights', `${of}${part}`, `Weights${part}`, room)} ${sign('=')} ${products}`;
  }

  private read({ window, type, sources }: UnitStage, from: string) {
    if (type === 'add')
      return sources.value.map((value) => sourceName(value, this.network)).join(' + ');
    const padded = sources.value.includes(-1) ? ', padding dashed' : '';
    return `${window ? 'window of' : 'all of'} ${from}${padded}`;
  }

  private stepper() {
    const { channels } = this.table;
    if (channels < 2) return nothing;
    const go = (by: number) => (this.channel = (this.channel + by + channels) % channels);
    return html`<div class="stepper" role="group" aria-label="Channel">
      <button aria-label="Previous channel" @click=${() => go(-1)}>←</button>
      <span class="small numbers">channel ${this.channel + 1} of ${channels}</span>
      <button aria-label="Next channel" @click=${() => go(1)}>→</button>
    </div>`;
  }

  // --- the sum ---

  private ledger(stage: UnitStage) {
    const { table } = this;
    if (table.channels < 2 || stage.rule !== 'sum') return nothing;
    const sums = channelSums(table, stage.products);
    const room = this.wide ? Math.floor(this.available * 0.28) : this.available;
    const tiling = ledgerTiling(table.channels, room);
    return html`<div class="ledger">
      <span class="small quiet">the sum of each channel’s products</span>
      <conv-field
        name="channels"
        .label=${'The sum of each channel’s products'}
        .tiling=${tiling}
        .values=${sums}
        .range=${largest([...sums])}
        .marks=${[{ kind: 'window', ...patchOf(tiling, this.channel) }]}
        .describe=${(channel: number) => `channel ${channel + 1}: ${fullText(sums[channel] ?? 0)}`}
        @cell=${({ detail }: CustomEvent<number | null>) => (this.channel = detail ?? this.channel)}
        @pick=${({ detail }: CustomEvent<number>) => (this.channel = detail)}
      ></conv-field>
    </div>`;
  }

  private sum(stage: UnitStage) {
    const list = stage.products;
    const shown = list.length <= few ? list.length : this.all ? Math.min(list.length, 400) : some;
    const rest = list.length - shown;
    const more =
      list.length > few
        ? html` <button
            class="more"
            aria-expanded=${this.all}
            @click=${() => (this.all = !this.all)}
          >
            ${this.all ? `fewer` : `… ${rest} more`}
          </button>`
        : nothing;
    return html`<p class="sum numbers ${this.all ? 'long' : ''}" tabindex=${this.all ? 0 : nothing}>
      ${sumOf(list, shown, this.point)}${this.all && rest > 0 ? html` + ${rest} more` : nothing}${more}
    </p>`;
  }

  private bias({ bias, sum }: UnitStage) {
    if (!bias) return nothing;
    const { parameter, element, value } = bias;
    const tiling = {
      width: 1,
      height: 1,
      count: 1,
      columns: 1,
      rows: 1,
      gap: 0,
      scale: 64,
      tall: 24,
    };
    return html`<li>
      <b>+ bias</b>
      <conv-field
        name="bias"
        .label="Bias ${parameter}, number ${element + 1}: ${fullText(value)}"
        .tiling=${{ ...tiling, order: 'down' }}
        .values=${Float32Array.of(value)}
        .range=${largest([value, sum])}
        .editable=${this.editable}
        .describe=${() => `bias ${fullText(value)}`}
        @commit=${({ detail }: CustomEvent<Commit>) =>
          this.send('edit-weight', { parameter, element, value: detail.value })}
      ></conv-field>
    </li>`;
  }

  /** What the terms come to: the first lines of the story. */
  private total(stage: UnitStage) {
    const { products, x, winner, value, constant, type } = stage;
    if (stage.rule === 'maximum')
      return html`<li>
        <b>largest</b> <span class="made">${number(value)}</span>
        <span class="quiet small"
          >of ${x.length}, number ${(winner ?? 0) + 1}; the first largest wins</span
        >
      </li>`;
    if (type === 'softmax') return this.softmax(stage);
    if (x.length < 2) return nothing;
    const count = stage.weights ? `Σ of ${products.length} products` : `Σ of ${x.length}`;
    return html`<li><b>${count}</b> <span class="made">${number(stage.sum - constant)}</span></li>
      ${constant === 0 ? nothing : html`<li><b>+ constant</b> <span class="made">${number(constant)}</span></li>`}
      ${this.bias(stage)}`;
  }

  private softmax({ x, place, constant, products, sum }: UnitStage) {
    const [own = 0] = place;
    return html`<li>
        <b>e^(${number(x[own] ?? 0)} − ${argument(constant)})</b>
        <span class="made">${number(products[own] ?? 0)}</span>
        <span class="quiet small">its number, less the largest</span>
      </li>
      <li>
        <b>÷ Σ of ${products.length}</b> <span class="made">${number(sum)}</span>
        <span class="quiet small">the same of all</span>
      </li>`;
  }

  /** Where a number that stands by itself came from, and the way there. */
  private origin(stage: UnitStage) {
    const [layer, element] = [(stage.sources.value[0] ?? 0) - 1, stage.sources.element[0] ?? 0];
    const name = origin(stage, 0, this.network);
    if (layer < 0) return name;
    return html`<button class="more" @click=${() => this.send('pin', { layer, element })}>
      ${name}
    </button>`;
  }

  private story(explanation: UnitExplanation, stage: UnitStage) {
    const single = stage.x.length < 2 && stage.rule !== 'maximum';
    const made = single
      ? line(stage, explanation.selected === 0, this.origin(stage))
      : html`<li class=${explanation.selected === 0 ? 'asked' : ''}>
          <b>= ${stage.name}</b> <span class="made">${number(stage.value)}</span>
        </li>`;
    return html`<ul class="story numbers">
      ${this.total(stage)} ${stage.rule === 'maximum' ? nothing : made} ${later(explanation)}
    </ul>`;
  }

  override render() {
    const { explanation, stage, network } = this;
    const asked = explanation?.stages[explanation.selected];
    const output = network?.summary.layers[asked?.layer ?? -1]?.output;
    if (!explanation || !stage || !asked || !output)
      return html`<div class="head"><h2>This unit</h2></div>
        <p class="quiet">
          Point at any number of a map, or at a weight: the whole calculation behind it stands here.
          A click keeps it.
        </p>`;
    const several = stage.x.length > 1;
    return html`
      <div class="head">
        <h2>This unit</h2>
        <p class="name numbers">
          <b>${asked.name}</b> ${placeText(output, asked.element)} = <b>${number(asked.value)}</b>
        </p>
        ${this.stepper()}
        ${stage.type === 'conv2d' ? html`<span class="small">${convolutionLesson()}</span>` : nothing}
        ${
          this.pinned
            ? html`<button class="free" @click=${() => this.send('pin', null)}>Let go</button>`
            : nothing
        }
      </div>
      <div class="body ${this.wide ? 'wide' : this.available >= mediumFrom ? 'medium' : ''}">
        ${
          several
            ? html`<div>
                <div class="grids">${this.grids(stage)}</div>
                ${stage.rule === 'sum' ? this.sum(stage) : nothing}
                ${termList(stage, this.network, {
                  ...{ open: this.listed, term: this.term, point: this.point },
                  toggle: (open: boolean) => (this.listed = open),
                })}
              </div>`
            : nothing
        }
        <div class="side">${this.ledger(stage)} ${this.story(explanation, stage)}</div>
      </div>
      <slot></slot>
      <p class="hidden">${sumText(stage)}</p>
    `;
  }
}
