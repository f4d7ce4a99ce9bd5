// A grid of numbers tinted by the signed scale. One cell is in the tab order and the arrow keys move
// on; hover and focus point, a click or Enter pins, and where cells may be edited a digit, F2 or a
// second click starts typing in place.
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { signedCss } from './colours';
import { setStyle } from './set-style';
import { shared } from './shared';
import { numberText } from './words';

export interface PointDetail {
  /** The cell, or null when nothing is pointed at any more. */
  cell: number | null;
}
export interface EditDetail {
  cell: number;
  text: string;
}

type Marks = Record<'near' | 'hit' | 'border' | 'idle', Set<number>>;

@customElement('conv-grid')
export class ConvGrid extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 100%;
      }
      .cells {
        display: grid;
        gap: 1px;
        width: fit-content;
        max-width: 100%;
      }
      .row {
        display: contents;
      }
      .cell {
        position: relative;
        display: grid;
        place-items: center;
        aspect-ratio: 1;
        min-width: 0;
        overflow: hidden;
        font-size: 0.9375rem;
        line-height: 1;
        font-variant-numeric: tabular-nums;
        border: 1px solid var(--line);
        cursor: default;
        print-color-adjust: exact;
        -webkit-print-color-adjust: exact;
        user-select: none;
        -webkit-user-select: none;
      }
      .many .cell {
        font-size: 0.8125rem;
      }
      .border {
        border-style: dashed;
        border-color: var(--control);
      }
      .idle {
        background-image: repeating-linear-gradient(
          135deg,
          transparent 0 5px,
          var(--control) 5px 6px
        );
      }
      /* Not the outline, which shows the focus. */
      .near {
        box-shadow: inset 0 0 0 2px var(--accent);
        border-color: var(--accent);
      }
      .hit {
        box-shadow: inset 0 0 0 3px var(--ink);
        border-color: var(--ink);
      }
      .cell:focus-visible {
        outline-offset: 1px;
        z-index: 1;
        overflow: visible;
      }
      .editable .cell:not(.border) {
        cursor: text;
      }
      input[type='text'] {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        min-height: 0;
        border: 0;
        border-radius: 0;
        padding: 0;
        text-align: center;
        font-size: inherit;
      }
    `,
  ];

  @property({ type: Number }) rows = 0;
  @property({ type: Number }) columns = 0;
  @property({ attribute: false }) values: ArrayLike<number> = [];
  /** The value at full colour. */
  @property({ type: Number }) range = 1;
  @property() label = '';
  /** Cells of the window, under the pointer, in the border, or out of reach of any window. */
  @property({ attribute: false }) near: readonly number[] = [];
  @property({ attribute: false }) hit: readonly number[] = [];
  @property({ attribute: false }) border: readonly number[] = [];
  @property({ attribute: false }) idle: readonly number[] = [];
  @property({ type: Boolean }) editable = false;
  /** The widest a cell gets, in pixels. */
  @property({ type: Number }) cell = 44;
  /** How numbers are written. */
  @property({ attribute: false }) text: (value: number) => string = numberText;
  @state() private width = 0;
  @state() private active = 0;
  @state() private editing: { cell: number; text: string; typed: boolean } | null = null;

  private readonly size = new ResizeObserver(() => (this.width = this.clientWidth));
  override connectedCallback() {
    super.connectedCallback();
    this.size.observe(this);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.size.disconnect();
  }

  /** Numbers are written where every one has room; they are said in any case. */
  private get legible() {
    return this.editable || Array.from(this.values).every((value) => this.fits(this.text(value)));
  }

  private fits(text: string) {
    if (this.width === 0) return true;
    const narrow = text.replace(/[^/.]/g, '').length;
    const room = Math.min(this.cell, this.width / this.columns - 1) - 3;
    return 8.3 * (text.length - narrow) + 4.4 * narrow <= room;
  }

  /** Half a number would be another number: what has no room is rounded, or left to be said. */
  private shortest(value: number) {
    const rounded = [2, 1].map((digits) => String(Number(value.toPrecision(digits))));
    const power = value.toExponential(0).replace('e+', 'e');
    const texts = [...rounded, power].map((text) => text.replace(/-/g, '−'));
    return [this.text(value), ...texts].find((text) => this.fits(text)) ?? '…';
  }

  private send(name: string, detail: object) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private cellOf(event: Event): number | null {
    const found = (event.target as Element).closest<HTMLElement>('[data-cell]');
    return found ? Number(found.dataset.cell) : null;
  }

  private element(cell: number) {
    return this.renderRoot.querySelector<HTMLElement>(`[data-cell='${cell}']`);
  }

  /** Puts the keyboard on a cell. */
  async focusCell(cell: number) {
    this.active = cell;
    await this.updateComplete;
    this.element(cell)?.focus();
  }

  override willUpdate(changed: PropertyValues<this>) {
    const count = this.rows * this.columns;
    if (this.active >= count) this.active = Math.max(0, count - 1);
    if (changed.has('rows') || changed.has('columns')) this.editing = null;
  }

  override updated(changed: PropertyValues) {
    if (changed.has('editing') && this.editing) {
      const input = this.renderRoot.querySelector('input');
      input?.focus();
      // What was there is replaced by typing; a digit that began it stays.
      if (changed.get('editing') === null && this.editing.typed) input?.setSelectionRange(99, 99);
      else if (changed.get('editing') === null) input?.select();
    }
  }

  private edit(cell: number, text: string, typed = false) {
    if (!this.editable || this.border.includes(cell)) return;
    this.editing = { cell, text, typed };
  }

  private finish(keep: boolean, back: boolean) {
    const { editing } = this;
    if (!editing) return;
    this.editing = null;
    if (keep && editing.text.trim() !== '') this.send('edit', editing);
    if (back) void this.focusCell(editing.cell);
  }

  private keydown(event: KeyboardEvent) {
    const cell = this.cellOf(event);
    if (cell === null) return;
    if (this.editing) {
      if (event.key === 'Enter' || event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        this.finish(event.key === 'Enter', true);
      }
      return;
    }
    const { columns, rows } = this;
    const row = Math.floor(cell / columns);
    const first = row * columns;
    const moves: Record<string, number> = {
      ArrowLeft: Math.max(first, cell - 1),
      ArrowRight: Math.min(first + columns - 1, cell + 1),
      ArrowUp: row > 0 ? cell - columns : cell,
      ArrowDown: row + 1 < rows ? cell + columns : cell,
      Home: event.ctrlKey ? 0 : first,
      End: event.ctrlKey ? rows * columns - 1 : first + columns - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) void this.focusCell(to);
    else if (event.key === 'Enter' || event.key === ' ') this.send('pin', { cell });
    else if (event.key === 'F2') this.edit(cell, this.text(this.values[cell] ?? 0));
    else if (/^[-−.\d]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey)
      this.edit(cell, event.key, true);
    else return;
    event.preventDefault();
  }

  private clickOn(event: MouseEvent) {
    const cell = this.cellOf(event);
    if (cell === null || this.editing?.cell === cell) return;
    // The second click on a cell types into it; the first only pins.
    const again = this.hit.includes(cell) && this.clicked === cell;
    this.clicked = cell;
    if (again && this.editable && !this.border.includes(cell))
      this.edit(cell, this.text(this.values[cell] ?? 0));
    else this.send('pin', { cell });
  }
  private clicked = -1;

  private focusIn(event: FocusEvent) {
    const cell = this.cellOf(event);
    if (cell === null) return;
    this.active = cell;
    this.send('point', { cell });
  }

  private cellTemplate(cell: number, marks: Marks, legible: boolean) {
    const value = this.values[cell] ?? 0;
    const border = marks.border.has(cell);
    const { background, ink } = signedCss(this.range > 0 ? value / this.range : 0);
    const names = Object.entries(marks)
      .filter(([, cells]) => cells.has(cell))
      .map(([name]) => name);
    const place = `row ${Math.floor(cell / this.columns) + 1}, column ${(cell % this.columns) + 1}`;
    const said = `${this.text(value)}, ${place}${border ? ', border' : ''}${marks.idle.has(cell) ? ', read by no window' : ''}`;
    const editing = this.editing?.cell === cell ? this.editing : null;
    return html`<div
      role="gridcell"
      class="cell ${names.join(' ')}"
      data-cell=${cell}
      tabindex=${cell === this.active ? 0 : -1}
      aria-label=${said}
      aria-readonly=${this.editable ? String(border) : nothing}
      ${setStyle({ 'background-color': background, color: ink })}
    >
      ${
        editing
          ? html`<input
              type="text"
              inputmode="text"
              autocomplete="off"
              aria-label="New value for ${place}"
              .value=${editing.text}
              @input=${(event: Event) => (editing.text = (event.target as HTMLInputElement).value)}
              @blur=${() => this.finish(true, false)}
            />`
          : legible
            ? this.shortest(value)
            : ''
      }
    </div>`;
  }

  override render() {
    const { rows, columns } = this;
    const marks = {
      near: new Set(this.near),
      hit: new Set(this.hit),
      border: new Set(this.border),
      idle: new Set(this.idle),
    };
    const { legible } = this;
    const list = Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) => row * columns + column),
    );
    return html`<div
      class="cells ${this.editable ? 'editable' : ''} ${columns > 7 ? 'many' : ''}"
      role="grid"
      aria-label=${this.label}
      ${setStyle({
        'grid-template-columns': `repeat(${columns}, minmax(0, 1fr))`,
        width: `${columns * (this.cell + 1)}px`,
      })}
      @keydown=${(event: KeyboardEvent) => this.keydown(event)}
      @click=${(event: MouseEvent) => this.clickOn(event)}
      @dblclick=${(event: MouseEvent) => {
        const cell = this.cellOf(event);
        if (cell !== null) this.edit(cell, this.text(this.values[cell] ?? 0));
      }}
      @pointerover=${(event: PointerEvent) => {
        if (event.pointerType === 'mouse') this.send('point', { cell: this.cellOf(event) });
      }}
      @pointerleave=${() => this.send('point', { cell: null })}
      @focusin=${(event: FocusEvent) => this.focusIn(event)}
      @focusout=${(event: FocusEvent) => {
        if (!this.renderRoot.contains(event.relatedTarget as Node))
          this.send('point', { cell: null });
      }}
    >
      ${list.map(
        (cells) =>
          html`<div role="row" class="row">
            ${cells.map((cell) => this.cellTemplate(cell, marks, legible))}
          </div>`,
      )}
    </div>`;
  }
}
