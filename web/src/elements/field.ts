// A field of maps that can be pointed into: feature maps, kernels, a window's numbers. One tab stop;
// the arrow keys move by values, Page Up and Down by maps, Enter or a click picks, Escape lets go.
// Where values may be changed, picking opens a small field for the number, in place.
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { Canvases } from './canvases';
import { signedCss } from './colours';
import {
  boxOf,
  cssHeight,
  cssWidth,
  drawMaps,
  elementAt,
  patchOf,
  rangesOf,
  stepFrom,
  type Tiling,
} from './maps';
import { MapOverlay, noMarks, overlayStyles, type Mark } from './overlay';
import { setStyle } from './set-style';
import { shared } from './shared';
import { brief, cellText, fullText, numberOf } from './unit-words';

export interface Commit {
  element: number;
  value: number;
}

/** Numbers stand in cells that are at least so wide, in screen pixels. */
const readable = 28;
const mostNumbers = 400;

@customElement('conv-field')
export class Field extends LitElement {
  static override styles = [
    shared,
    overlayStyles,
    css`
      :host {
        width: fit-content;
        contain: layout style;
      }
      .frame {
        position: relative;
      }
      .over {
        cursor: crosshair;
        touch-action: manipulation;
      }
      .over.editable {
        cursor: text;
      }
      canvas {
        width: 100%;
        height: 100%;
      }
      .over > span {
        position: absolute;
        display: grid;
        place-items: center;
        font-size: 0.8125rem;
        line-height: 1;
        font-variant-numeric: tabular-nums;
        letter-spacing: -0.01em;
        pointer-events: none;
        white-space: nowrap;
        border: solid var(--panel);
        border-width: 0 1px 1px 0;
      }
      /* In the top layer, where nothing cuts it off. */
      .edit {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: 8px;
        width: 216px;
        max-width: calc(100vw - 16px);
        border: 1px solid var(--control);
        border-radius: 6px;
        background: var(--panel);
        color: var(--ink);
        font-size: 0.875rem;
        line-height: 1.25rem;
      }
      .edit label {
        display: block;
        color: var(--quiet);
        margin-bottom: 4px;
      }
      .edit input {
        min-height: 32px;
        padding: 0 8px;
      }
      .edit p {
        margin-top: 4px;
        color: var(--warm);
      }
    `,
  ];

  @property({ attribute: false }) values: Float32Array | null = null;
  @property({ attribute: false }) tiling: Tiling | null = null;
  /** The value at full colour; null when every group of maps has its own. */
  @property({ attribute: false }) range: number | null = null;
  /** How many maps after each other make a group. */
  @property({ attribute: false }) group = 1;
  @property({ type: Boolean }) grey = false;
  @property({ type: Boolean }) editable = false;
  @property() label = '';
  /** Its canvas is found by this name. */
  @property() name = '';
  @property({ attribute: false }) kind: 'layer' | 'kernels' | 'numbers' = 'numbers';
  @property({ attribute: false }) marks: readonly Mark[] = noMarks;
  /** Elements that are no numbers at all. */
  @property({ attribute: false }) absent: ReadonlySet<number> | null = null;
  /** The element in words, with its value. */
  @property({ attribute: false }) describe: (element: number) => string = () => '';
  /** Where the keyboard starts. */
  @property({ attribute: false }) start: number | null = null;
  @state() private editing: number | null = null;
  @state() private wrong = '';
  @state() private said = '';

  private readonly canvases = new Canvases(this, (canvas) => this.paint(canvas));
  private readonly overlay = new MapOverlay(this, '.over');
  private cursor: number | null = null;
  private remembered = 0;
  /** What has been typed, which no new value from training overwrites. */
  private typed: string | null = null;
  /** Whether the cursor is the keyboard's, which stays when the mouse leaves. */
  private byKeys = false;

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('tiling') && this.cursor !== null && this.cursor >= this.size)
      this.cursor = null;
    if (this.editing !== null && this.editing >= this.size) this.editing = null;
  }

  override updated(changed: PropertyValues) {
    const look = ['values', 'tiling', 'range', 'group', 'grey'];
    if (look.some((name) => changed.has(name))) this.canvases.draw();
    if (changed.has('editing') && this.editing !== null) {
      this.renderRoot.querySelector<HTMLElement>('.edit')?.showPopover();
      const input = this.renderRoot.querySelector('input');
      input?.focus();
      input?.select();
    }
    this.mark();
  }

  private get size() {
    const { tiling } = this;
    return tiling ? tiling.width * tiling.height * tiling.count : 0;
  }

  private get look() {
    const { values, tiling, range, group, grey } = this;
    const own = values && tiling && range === null ? rangesOf(values, tiling, group) : null;
    return { range: own ?? range ?? 0, grey };
  }

  private paint(canvas: HTMLCanvasElement) {
    const { values, tiling } = this;
    if (values && tiling) drawMaps(canvas, values, tiling, this.look);
  }

  private mark() {
    const { tiling, cursor, marks } = this;
    if (!tiling) return;
    const own: Mark[] = cursor === null ? [] : [{ kind: 'cell', ...patchOf(tiling, cursor) }];
    // The own cursor is there at once; the same from outside follows a moment later.
    const others = cursor === null ? marks : marks.filter(({ kind }) => kind !== 'cell');
    this.overlay.show([...others, ...own], tiling);
  }

  private send(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private point(element: number | null) {
    if (element === this.cursor) return;
    this.cursor = element;
    if (element !== null) this.remembered = element;
    this.mark();
    this.send('cell', element);
  }

  private under(event: MouseEvent) {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const { tiling } = this;
    if (!tiling || box.width === 0) return null;
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    return elementAt(tiling, left / box.width, top / box.height);
  }

  private pick(element: number) {
    if (this.editable) {
      this.point(element);
      this.typed = null;
      this.wrong = '';
      this.editing = element;
    } else this.send('pick', element);
  }

  private moved(event: PointerEvent) {
    if (event.pointerType === 'touch' || this.editing !== null) return; // a tap is a click
    this.byKeys = false;
    this.point(this.under(event));
  }

  private left() {
    if (!this.byKeys && this.editing === null) this.point(null);
  }

  private clicked(event: MouseEvent) {
    const element = this.under(event);
    if (element === null) return;
    this.remembered = element;
    this.pick(element);
  }

  private focused() {
    if (!this.renderRoot.querySelector('.over:focus-visible')) return;
    this.byKeys = true;
    const from = this.start ?? this.remembered;
    this.point(from < this.size ? from : 0);
    this.say();
  }

  private blurred() {
    this.byKeys = false;
    if (this.editing === null) this.point(null);
  }

  private say() {
    if (this.cursor !== null) this.said = this.describe(this.cursor);
  }

  private keydown(event: KeyboardEvent) {
    const { tiling } = this;
    if (!tiling || event.altKey || event.ctrlKey || event.metaKey) return;
    const from = this.cursor ?? this.remembered;
    const to = stepFrom(tiling, Math.min(from, this.size - 1), event.key);
    if (to !== null) {
      this.byKeys = true;
      this.point(to);
      this.say();
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.pick(this.cursor ?? this.remembered);
    } else if (event.key === 'Escape') {
      this.point(null);
      this.send('release', null);
      return; // it also means something to the page
    } else return;
    event.preventDefault();
  }

  private editKey(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === 'Escape') this.close(true);
    if (event.key !== 'Enter') return;
    const { value: text } = event.target as HTMLInputElement;
    const value = numberOf(text);
    if (value === null) {
      this.wrong = `Expected a number such as 0.25 or −1e-3, found “${brief(text)}”.`;
      return;
    }
    const element = this.editing ?? 0;
    this.close(true);
    this.send('commit', { element, value } satisfies Commit);
  }

  private close(back: boolean) {
    if (this.editing === null) return;
    this.editing = null;
    this.wrong = '';
    if (back) {
      this.byKeys = true;
      this.renderRoot.querySelector<HTMLElement>('.over')?.focus();
    } else this.point(null);
  }

  /** Puts the keyboard on it. */
  override focus() {
    this.renderRoot.querySelector<HTMLElement>('.over')?.focus();
  }

  private numbers(tiling: Tiling, values: Float32Array) {
    if (tiling.scale < readable || this.size > mostNumbers) return nothing;
    const { range, grey } = this.look;
    return Array.from({ length: this.size }, (_, element) => {
      if (this.absent?.has(element)) return nothing;
      const value = values[element] ?? 0;
      const patch = patchOf(tiling, element);
      const most = typeof range === 'number' ? range : (range[patch.map] ?? 0);
      const t = most > 0 ? value / most : 0;
      const ink = grey ? (t > 0.46 ? '#000' : '#fff') : signedCss(Math.max(-1, Math.min(1, t))).ink;
      const box = Object.entries(boxOf(tiling, patch)).map(([key, part]) => [
        key,
        `${part * 100}%`,
      ]);
      return html`<span
        aria-hidden="true"
        ${setStyle({ ...(Object.fromEntries(box) as Record<string, string>), color: ink })}
        >${cellText(value, tiling.scale)}</span
      >`;
    });
  }

  private editor(tiling: Tiling, element: number) {
    const { left, top } = boxOf(tiling, patchOf(tiling, element));
    const value = this.values?.[element] ?? 0;
    const box = this.renderRoot.querySelector('.over')?.getBoundingClientRect();
    const x = (box?.left ?? 0) + left * cssWidth(tiling);
    const y = (box?.top ?? 0) + top * cssHeight(tiling) + 24;
    const place = {
      left: `${Math.max(8, Math.min(x, innerWidth - 232))}px`,
      top: `${Math.max(8, Math.min(y, innerHeight - 144))}px`,
    };
    return html`<div class="edit" popover="manual" ${setStyle(place)}>
      <label for="value">${this.describe(element)}</label>
      <input
        id="value"
        type="text"
        inputmode="text"
        autocomplete="off"
        .value=${live(this.typed ?? fullText(value).replaceAll('−', '-'))}
        aria-label="New value of ${this.describe(element)}"
        aria-invalid=${this.wrong ? 'true' : 'false'}
        aria-describedby="wrong"
        @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => this.editKey(event)}
        @blur=${() => this.close(false)}
      />
      <p id="wrong" role="alert" ?hidden=${!this.wrong}>${this.wrong}</p>
    </div>`;
  }

  override render() {
    const { tiling, values } = this;
    if (!tiling) return nothing;
    const box = { width: `${cssWidth(tiling)}px`, height: `${cssHeight(tiling)}px` };
    return html`
      <div class="frame">
        <div
          class="over ${this.editable ? 'editable' : ''}"
          tabindex="0"
          role="application"
          aria-roledescription="numbers"
          aria-label=${this.label}
          aria-describedby="keys"
          ${setStyle(box)}
          @pointermove=${(event: PointerEvent) => this.moved(event)}
          @pointerleave=${() => this.left()}
          @pointerdown=${(event: PointerEvent) => (this.remembered = this.under(event) ?? this.remembered)}
          @click=${(event: MouseEvent) => this.clicked(event)}
          @keydown=${(event: KeyboardEvent) => this.keydown(event)}
          @focus=${() => this.focused()}
          @blur=${() => this.blurred()}
        >
          <canvas
            aria-hidden="true"
            data-layer=${this.kind === 'layer' ? this.name : nothing}
            data-kernels=${this.kind === 'kernels' ? this.name : nothing}
          ></canvas>
          ${values ? this.numbers(tiling, values) : nothing}
        </div>
        ${this.editing === null ? nothing : this.editor(tiling, this.editing)}
        <p hidden id="keys">
          The arrow keys go from number to
          number${tiling.count > 1 ? ', Page Up and Page Down from map to map' : ''}. Enter
          ${this.editable ? 'sets one' : 'keeps one'}, Escape lets go.
        </p>
        <p class="hidden" aria-live="polite">${this.said}</p>
      </div>
    `;
  }
}
