// The drawing surface: white chalk on black, by mouse, finger, pen or keyboard. While something is
// drawn it says so once a frame, with the picture as it is then.
import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Sheet, paintStrokes, partOf, surface, type Point } from './draw-strokes';
import { setStyle } from './set-style';
import { shared } from './shared';

const side = 2 * surface; // of the canvas on the screen, which may have more pixels than the surface
const stride = 8; // of the keyboard's pen, in pixels of the surface
const moves: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const percentOf = (at: number) => Math.round((at / surface) * 100);

@customElement('conv-draw')
export class Draw extends LitElement {
  static override styles = [
    shared,
    css`
      .surface {
        position: relative;
        width: 100%;
        aspect-ratio: 1;
        min-width: 240px;
        max-width: 344px;
        border: 1px solid var(--control);
        background: #000;
        cursor: crosshair;
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
      }
      canvas {
        width: 100%;
        height: 100%;
        image-rendering: auto;
      }
      .hint {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        padding: 0 32px;
        text-align: center;
        color: #b8bcc2;
        pointer-events: none;
      }
      .cursor {
        position: absolute;
        width: 16px;
        height: 16px;
        border: 2px solid #fff;
        outline: 1px solid #000;
        border-radius: 50%;
        transform: translate(-50%, -50%);
        pointer-events: none;
      }
      .cursor.down {
        background: var(--warm);
      }
      .tools {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 8px 0;
        max-width: 344px;
      }
      .tools button {
        padding: 0 12px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        flex: 1 1 64px;
        min-width: 0;
      }
      input {
        flex: 1 1 40px;
        min-width: 40px;
        min-height: 40px;
        margin: 0;
        accent-color: var(--accent);
      }
    `,
  ];

  /** What is drawn on, and stays when the surface goes. */
  @property({ attribute: false }) sheet = new Sheet();
  /** What the hint on the empty surface asks for. */
  @property() hint = '';
  @state() private pen = 20;
  /** Where the keyboard's pen is, once there is one. */
  @state() private cursor: { x: number; y: number } | null = null;
  @state() private down = false;
  @state() private said = '';
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  @query('.surface') private board!: HTMLElement | null;

  private pointer: number | null = null;
  private frame = 0;
  private painted = -1;
  private small: CanvasRenderingContext2D | null = null;

  override firstUpdated() {
    this.draw();
    this.board?.focus({ preventScroll: true });
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  // --- pictures ---

  private draw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      const { sheet, canvas } = this;
      const context = canvas?.getContext('2d');
      if (!context || this.painted === sheet.version) return;
      this.painted = sheet.version;
      paintStrokes(context, sheet.strokes, side);
      if (!sheet.empty) this.tell();
      this.requestUpdate();
    });
  }

  /** Says once more what is drawn, to who has not heard. */
  again() {
    if (!this.sheet.empty) this.tell();
  }

  private tell() {
    if (!this.small) {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = surface;
      this.small = canvas.getContext('2d', { willReadFrequently: true });
    }
    if (!this.small) return;
    paintStrokes(this.small, this.sheet.strokes, surface);
    const detail = this.small.getImageData(0, 0, surface, surface);
    this.dispatchEvent(new CustomEvent('drawn', { detail }));
  }

  // --- by pointer ---

  private at(event: PointerEvent): Point {
    const box = this.board!.getBoundingClientRect();
    const frame = this.board!.clientLeft;
    const scale = surface / (box.width - 2 * frame);
    const part = partOf(event.pointerType, event.pressure);
    return {
      x: (event.clientX - box.left - frame) * scale,
      y: (event.clientY - box.top - frame) * scale,
      part,
    };
  }

  private began(event: PointerEvent) {
    if (!event.isPrimary || event.button !== 0 || this.pointer !== null) return;
    this.pointer = event.pointerId;
    this.board?.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.down = false;
    this.sheet.begin(this.pen, this.at(event));
    this.draw();
  }

  private moved(event: PointerEvent) {
    if (event.pointerId !== this.pointer) return;
    const all = event.getCoalescedEvents();
    for (const each of all.length > 0 ? all : [event]) this.sheet.to(this.at(each));
    this.draw();
  }

  private ended(event: PointerEvent) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.sheet.end();
  }

  // --- by keyboard ---

  private keydown(event: KeyboardEvent) {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'z' && !event.shiftKey) this.undo();
    else if (event.altKey || command) return;
    else if (moves[event.key]) this.move(moves[event.key]!, event.shiftKey ? 1 : stride);
    else if (event.key === ' ' || event.key === 'Enter') this.toggle();
    else if (event.key === 'Backspace') this.undo();
    else if (event.key === 'Delete') this.clear();
    else if (event.key === 'Escape') this.leave();
    else return;
    event.preventDefault();
  }

  private move([right, below]: [number, number], by: number) {
    const { x, y } = this.cursor ?? { x: surface / 2, y: surface / 2 };
    const inside = (value: number) => Math.min(surface, Math.max(0, value));
    this.cursor = { x: inside(x + right * by), y: inside(y + below * by) };
    if (this.down) this.sheet.to({ ...this.cursor, part: 1 });
    this.draw();
    this.said = `${percentOf(this.cursor.x)} across, ${percentOf(this.cursor.y)} down`;
  }

  private toggle() {
    this.cursor ??= { x: surface / 2, y: surface / 2 };
    this.down = !this.down;
    if (this.down) this.sheet.begin(this.pen, { ...this.cursor, part: 1 });
    else this.sheet.end();
    const where = `${percentOf(this.cursor.x)} across, ${percentOf(this.cursor.y)} down`;
    this.said = this.down ? `Pen down at ${where}.` : 'Pen up.';
    this.draw();
  }

  /** Lifts the pen, or else ends drawing. */
  private leave() {
    if (this.down) this.toggle();
    else this.dispatchEvent(new CustomEvent('close'));
  }

  private undo() {
    this.down = false;
    this.sheet.undo();
    this.said = this.sheet.empty ? 'Nothing is left of the drawing.' : 'The last stroke is gone.';
    this.erased();
  }

  private clear() {
    this.down = false;
    this.sheet.clear();
    this.said = 'Cleared.';
    this.erased();
  }

  private erased() {
    this.draw();
    if (this.sheet.empty) this.board?.focus({ preventScroll: true }); // the button goes grey
  }

  override render() {
    const { cursor, sheet } = this;
    const place = cursor && {
      left: `${(cursor.x / surface) * 100}%`,
      top: `${(cursor.y / surface) * 100}%`,
    };
    return html`
      <div
        class="surface"
        tabindex="0"
        role="application"
        aria-label="Drawing surface"
        aria-describedby="keys"
        @pointerdown=${(event: PointerEvent) => this.began(event)}
        @pointermove=${(event: PointerEvent) => this.moved(event)}
        @pointerup=${(event: PointerEvent) => this.ended(event)}
        @pointercancel=${(event: PointerEvent) => this.ended(event)}
        @lostpointercapture=${(event: PointerEvent) => this.ended(event)}
        @keydown=${(event: KeyboardEvent) => this.keydown(event)}
      >
        <canvas width=${side} height=${side} aria-hidden="true"></canvas>
        ${sheet.empty ? html`<p class="hint small">${this.hint}</p>` : ''}
        ${place ? html`<div class="cursor ${this.down ? 'down' : ''}" ${setStyle(place)}></div>` : ''}
      </div>
      <p class="hidden" id="keys">
        Arrow keys move the pen, with Shift in small steps. Space puts it down and lifts it.
        Backspace takes the last stroke back, Delete clears, Escape ends drawing.
      </p>
      <div class="tools" role="group" aria-label="Drawing tools">
        <button
          ?disabled=${sheet.empty}
          aria-label="Undo the last stroke"
          @click=${() => this.undo()}
        >
          Undo
        </button>
        <button ?disabled=${sheet.empty} @click=${() => this.clear()}>Clear</button>
        <label class="small">
          Pen
          <input
            type="range"
            min="8"
            max="40"
            step="2"
            aria-label="Width of the pen"
            .value=${String(this.pen)}
            @input=${(event: Event) => (this.pen = Number((event.target as HTMLInputElement).value))}
          />
        </label>
      </div>
      <p class="hidden" aria-live="polite">${this.said}</p>
    `;
  }
}
