// The network editor: every layer a row, the chosen one with its settings beneath. What the engine
// refuses never becomes the network; what it takes is applied at once, or, when something has been
// learnt already, kept as a draft until told.
import { LitElement, html, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { move, step, type Place } from '../app/spec-edit';
import { picture } from '../app/spec-names';
import {
  errorText,
  failure,
  type CheckedNetwork,
  type LayerTypeInfo,
  type NetworkSpec,
} from '../engine/api';
import './editor-code';
import { changedOf, content, Draft } from './editor-draft';
import { RowDrag } from './editor-drag';
import type { Attempt } from './editor-field';
import './editor-layer';
import { panelStyle } from './editor-panel-style';
import './editor-palette';
import type { EditorPalette } from './editor-palette';
import { foot } from './editor-foot';
import { rowCells, rowStyle, titles } from './editor-row';
import { editorStyle } from './editor-style';
import { Verdicts, type Check, type Why } from './editor-verdicts';
import { shared } from './shared';
import { shapeText } from './words';

const unapplied = 'This is not applied yet. Closing once more discards it.';

type View = 'layers' | 'json' | 'pytorch';
const views: Record<View, string> = { layers: 'Layers', json: 'JSON', pytorch: 'PyTorch' };

@customElement('conv-editor')
export class Editor extends LitElement {
  static override styles = [shared, editorStyle, rowStyle, panelStyle];

  @property({ attribute: false }) types: LayerTypeInfo[] = [];
  @property({ attribute: false, hasChanged: () => false }) check: Check | null = null;
  /** The network as it is. */
  @property({ attribute: false }) current: CheckedNetwork | null = null;
  /** Whether something would be lost by another network. */
  @property({ type: Boolean }) trained = false;
  /** Names of layers that stay as they are; '*' for all. */
  @property({ attribute: false, hasChanged: (a, b) => String(a) !== String(b) })
  locked: string[] = [];

  @state() private selected: string | null = null;
  @state() private adding: Place | null = null;
  @state() private view: View = 'layers';
  @state() private message = '';
  @state() private dragging: { from: number; to: number } | null = null;
  @query('h2') private heading!: HTMLElement | null;
  @query('conv-editor-palette') private palette!: EditorPalette | null;

  /** The engine's answer; before that, whether the layers that stay do stay. */
  private readonly ask: Check = (spec) => {
    const { current, check, locked } = this;
    const changed = current && changedOf(locked, current.spec, spec);
    if (changed)
      return Promise.resolve(failure('locked', changed, 'this layer stays as it is here'));
    return check?.(spec) ?? Promise.resolve(failure('not_found', '', 'no engine is there yet'));
  };
  private readonly draft = new Draft();
  private readonly verdicts = new Verdicts(this, this.ask);
  /** Rows keep their identity when a layer gets another name. */
  private readonly keys = new Map<string, string>();
  private queue: Promise<unknown> = Promise.resolve();

  private readonly drag = new RowDrag({
    rows: () => [...this.renderRoot.querySelectorAll<HTMLElement>('li[data-row]')],
    over: (dragging) => (this.dragging = dragging),
    drop: (from, to) => void this.drop(from, to),
  });

  private get shown() {
    return this.draft.network ?? this.current;
  }
  private get fixed() {
    return this.locked.includes('*');
  }

  override focus() {
    this.heading?.focus();
  }

  /** Opens a layer's settings, and goes there. */
  async open(layer: number) {
    this.selected = this.shown?.spec.layers[layer]?.name ?? null;
    this.adding = null;
    this.view = 'layers';
    await this.focusRow();
  }

  /** Opens the choice of a new layer at this place of the list, and goes there. */
  async insert(at: number) {
    const layers = this.shown?.spec.layers ?? [];
    const [before, last] = [layers[at]?.name, layers.at(-1)?.name];
    this.view = 'layers';
    await this.add(before === undefined ? { after: last ?? picture } : { before });
  }

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('current')) this.arrived(changed.get('current') ?? null);
  }

  private arrived(before: CheckedNetwork | null) {
    const { current } = this;
    if (!current) return;
    this.verdicts.forget();
    if (before && content(before.spec) === content(current.spec)) return;
    this.draft.arrived(current);
    this.message = '';
    const { layers } = (this.shown ?? current).spec;
    if (!layers.some(({ name }) => name === this.selected)) this.selected = null;
  }

  /** A network that was handed out has been opened, or refused: then it is a draft again. */
  async settled(spec: NetworkSpec) {
    await this.updateComplete;
    this.draft.settled(spec, this.current);
    this.requestUpdate();
  }

  /** One after the other, each from what the one before has made of the network. */
  private readonly attempt: Attempt = (candidate) => {
    const next = this.queue.then(() => this.judge(candidate));
    this.queue = next.catch(() => undefined);
    return next;
  };

  private async judge(candidate: NetworkSpec): Promise<string | undefined> {
    const { shown: before, current } = this;
    if (!before || !current) return 'The engine is not there yet.';
    const { value, error } = await this.ask(candidate);
    if (error) return errorText(error);
    if (content(value.spec) === content(before.spec)) return undefined;
    const focused = this.focused();
    this.follow(before.spec, value.spec);
    this.message = '';
    this.hand(this.draft.take(value, current, this.trained));
    await this.updateComplete;
    // Rows that change places lose the focus on the way.
    if (focused?.isConnected && this.focused() !== focused) focused.focus();
    return undefined;
  }

  private hand(spec: NetworkSpec | null) {
    if (spec) this.dispatchEvent(new CustomEvent('spec', { detail: spec }));
    this.requestUpdate();
  }

  /** The chosen layer stays chosen when it changes its name; a new one is chosen. */
  private follow(before: NetworkSpec, after: NetworkSpec) {
    const [old, now] = [before, after].map(({ layers }) => layers.map(({ name }) => name ?? ''));
    if (!old || !now) return;
    const gone = old.findIndex((name) => !now.includes(name));
    const come = now.findIndex((name) => !old.includes(name));
    const [from, to] = [old[gone], now[come]];
    if (old.length === now.length && from !== undefined && to !== undefined && gone === come) {
      this.keys.set(to, this.keys.get(from) ?? from);
      this.keys.delete(from);
      if (this.selected === from) this.selected = to;
      return;
    }
    this.adding = null;
    const removed = from !== undefined && from === this.selected;
    if (removed) this.selected = now[Math.min(gone, now.length - 1)] ?? null;
    else if (to !== undefined) this.selected = to;
    if (removed || to !== undefined) void this.focusRow();
  }

  private focused() {
    let element = this.shadowRoot?.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element as HTMLElement | null | undefined;
  }

  private async focusRow(name = this.selected) {
    await this.updateComplete;
    const rows = this.renderRoot.querySelectorAll<HTMLElement>('li[data-row]');
    const row = [...rows].find(({ dataset }) => dataset.row === name);
    row?.querySelector<HTMLElement>('.row')?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  }

  private async add(place: Place) {
    this.adding = place;
    await this.updateComplete;
    await this.palette?.updateComplete;
    this.palette?.focus();
    this.palette?.scrollIntoView({ block: 'nearest' });
  }

  private async drop(from: number, to: number) {
    const { spec } = this.shown ?? {};
    const name = spec?.layers[from]?.name;
    if (!spec || name === undefined) return;
    const [before, after] = [spec.layers[to]?.name, spec.layers[to - 1]?.name];
    const place = to < from && before !== undefined ? { before } : { after: after ?? picture };
    this.message = (await this.attempt(move(spec, name, place))) ?? '';
  }

  private async nudge(event: KeyboardEvent, name: string) {
    const by = { ArrowUp: -1 as const, ArrowDown: 1 as const }[event.key];
    const { spec } = this.shown ?? {};
    if (!by || !event.altKey || !spec || this.fixed || this.locked.includes(name)) return;
    event.preventDefault();
    const to = step(spec, name, by);
    if (to) this.message = (await this.attempt(to)) ?? '';
  }

  private keyed(event: KeyboardEvent) {
    if (event.key === 'z' && (event.ctrlKey || event.metaKey) && this.draft.waiting) {
      const [target] = event.composedPath();
      if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
      this.stepBack();
    }
    if (event.key !== 'Escape' || this.view !== 'layers') return;
    if (this.drag.cancel()) return void event.stopPropagation();
    if (this.adding) this.adding = null;
    else if (this.selected !== null) {
      void this.focusRow(this.selected);
      this.selected = null;
    } else this.close();
    event.stopPropagation();
  }

  /** With a draft, only when told twice. */
  close() {
    if (!this.draft.waiting || this.message === unapplied) {
      this.dispatchEvent(new CustomEvent('close'));
      return;
    }
    this.message = unapplied;
    this.focus(); // it may have been told from elsewhere
  }

  private stepBack() {
    this.draft.stepBack();
    this.message = '';
    this.requestUpdate();
  }

  private discard() {
    this.draft.discard();
    this.message = '';
    this.requestUpdate();
  }

  // --- what it shows ---

  private addAt(place: Place, network: CheckedNetwork, why: Why) {
    return html`<conv-editor-palette
      class="beneath"
      .network=${network}
      .types=${this.types}
      .place=${place}
      .attempt=${this.attempt}
      .why=${why}
      @cancel=${() => {
        this.adding = null;
        void this.focusRow();
      }}
    ></conv-editor-palette>`;
  }

  private row(network: CheckedNetwork, i: number, why: Why) {
    const { spec, summary } = network;
    const [layer, shape] = [spec.layers[i], summary.layers[i]];
    if (!layer || !shape) return html``;
    const { name } = shape;
    const open = this.selected === name;
    const locked = this.fixed || this.locked.includes(name);
    const before = summary.layers[i - 1]?.name ?? picture;
    const old = this.draft.against?.summary.layers.find((each) => each.name === name);
    const { adding, dragging } = this;
    const here = adding && ('before' in adding ? adding.before : adding.after) === name;
    const over = dragging?.to === i ? 'over' : '';
    const last = dragging?.to === i + 1 && i === summary.layers.length - 1 ? 'under' : '';
    return html`<li
      data-row=${name}
      class="${over} ${last} ${dragging?.from === i ? 'moving' : ''}"
    >
      ${here && 'before' in adding ? this.addAt(adding, network, why) : ''}
      <div class="line">
        <span
          class="grip ${locked ? 'none' : ''}"
          aria-hidden="true"
          @pointerdown=${(event: PointerEvent) => !locked && this.drag.start(event, i)}
          @pointermove=${(event: PointerEvent) => this.drag.move(event)}
          @pointerup=${(event: PointerEvent) => this.drag.end(event)}
          @pointercancel=${() => this.drag.cancel()}
        ></span>
        <button
          class="row"
          aria-expanded=${open ? 'true' : 'false'}
          aria-describedby="keys"
          @click=${() => {
            this.selected = open ? null : name;
            this.adding = null;
          }}
          @keydown=${(event: KeyboardEvent) => void this.nudge(event, name)}
        >
          ${rowCells(shape, layer, before, old, this.draft.against !== null)}
        </button>
      </div>
      ${
        open && !here
          ? html`<conv-editor-layer
              class="beneath"
              .network=${network}
              .types=${this.types}
              .name=${name}
              .locked=${locked}
              .attempt=${this.attempt}
              .why=${why}
              @add=${(event: CustomEvent<Place>) => void this.add(event.detail)}
            ></conv-editor-layer>`
          : ''
      }
      ${here && 'after' in adding ? this.addAt(adding, network, why) : ''}
    </li>`;
  }

  private layers(network: CheckedNetwork) {
    // A new function every time, so that the parts ask again when more is known.
    const why: Why = (...asked) => this.verdicts.why(...asked);
    const { summary } = network;
    const first = { after: picture };
    const here = this.adding && 'after' in this.adding && this.adding.after === picture;
    return html`
      ${titles()}
      <ol aria-label="Layers">
        <li class="picture">
          <div class="line">
            <span>The picture, ${shapeText(summary.input)}</span>
            ${this.fixed ? '' : html`<button @click=${() => void this.add(first)}>Add a layer …</button>`}
          </div>
          ${here ? this.addAt(first, network, why) : ''}
        </li>
        ${repeat(
          summary.layers,
          ({ name }) => this.keys.get(name) ?? name,
          (_, i) => this.row(network, i, why),
        )}
      </ol>
      <p id="keys" class="hidden">Alt and an arrow key up or down moves the layer.</p>
    `;
  }

  override render() {
    const network = this.shown;
    if (!network) return html``;
    return html`<section
      class="panel"
      aria-labelledby="title"
      @keydown=${(event: KeyboardEvent) => this.keyed(event)}
    >
      <div class="head">
        <h2 id="title" tabindex="-1">Edit the network</h2>
        <div class="views" role="group" aria-label="How to show it">
          ${Object.entries(views).map(
            ([view, title]) =>
              html`<button
                aria-pressed=${view === this.view ? 'true' : 'false'}
                @click=${() => (this.view = view as View)}
              >
                ${title}
              </button>`,
          )}
        </div>
        <button class="close" aria-label="Close the editor" @click=${() => this.close()}>✕</button>
      </div>
      ${
        this.view === 'layers'
          ? this.layers(network)
          : html`<conv-editor-code
              .network=${network}
              .view=${this.view}
              .locked=${this.locked.length > 0}
              .attempt=${this.attempt}
              .check=${this.ask}
            ></conv-editor-code>`
      }
      ${foot(network, this.draft, this.message, {
        apply: () => this.hand(this.draft.apply()),
        stepBack: () => this.stepBack(),
        discard: () => this.discard(),
      })}
    </section>`;
  }
}
