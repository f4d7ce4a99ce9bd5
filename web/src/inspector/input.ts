// The pointer, the wheel, fingers and keys on the inspector's canvas, as messages to the worker that
// draws it.
import { modifier, type Input } from './messages';

// As engine/inspector/keys.hpp numbers those that are no letters or digits.
const keys: Record<string, number> = {
  ...{ Space: 32, Escape: 256, Enter: 257, Backspace: 259, Insert: 260, Delete: 261 },
  ...{ ArrowRight: 262, ArrowLeft: 263, ArrowDown: 264, ArrowUp: 265, PageUp: 266 },
  ...{ PageDown: 267, Home: 268, End: 269, NumpadEnter: 335 },
};
const wheelPixels = 100; // a notch

/** The number of a key, or -1: Tab stays the page's, which has to be left somehow. */
export function codeOf(code: string): number {
  const letter = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(code)?.[1];
  return letter ? letter.charCodeAt(0) : (keys[code] ?? -1);
}

const modifiersOf = (event: KeyboardEvent) =>
  (event.ctrlKey ? modifier.ctrl : 0) +
  (event.shiftKey ? modifier.shift : 0) +
  (event.altKey ? modifier.alt : 0) +
  (event.metaKey ? modifier.meta : 0);

export class CanvasInput {
  /** The fingers on the canvas, where they are. */
  private readonly fingers = new Map<number, { x: number; y: number }>();
  private pinch: number | undefined;
  /** Whether the last press was a finger's. */
  touched = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly send: (input: Input) => void,
    /** Device pixels per CSS pixel. */
    private readonly scale: () => number,
  ) {
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      listener: (event: HTMLElementEventMap[K]) => void,
    ) => canvas.addEventListener(name, listener, { passive: false });
    on('pointerdown', (event) => this.press(event));
    on('pointermove', (event) => this.move(event));
    on('pointerup', (event) => this.release(event));
    on('pointercancel', (event) => this.release(event));
    on('pointerleave', () => send({ kind: 'leave' }));
    on('contextmenu', (event) => event.preventDefault());
    on('wheel', (event) => this.wheel(event));
    on('keydown', (event) => this.key(event, true));
    on('keyup', (event) => this.key(event, false));
    on('blur', () => send({ kind: 'blur' }));
    on('paste', (event) => this.paste(event));
  }

  private at({ clientX, clientY }: MouseEvent) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const scale = this.scale();
    return { x: (clientX - left) * scale, y: (clientY - top) * scale };
  }

  private press(event: PointerEvent) {
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus({ preventScroll: true });
    event.preventDefault();
    this.touched = event.pointerType === 'touch';
    const place = this.at(event);
    if (!this.touched)
      return this.send({
        kind: 'button',
        which: event.button === 1 ? 2 : event.button === 2 ? 1 : 0,
        down: true,
        ...place,
      });
    this.fingers.set(event.pointerId, place);
    if (this.fingers.size === 1) this.send({ kind: 'touch', what: 'down', ...place });
    else this.send({ kind: 'touch', what: 'cancel', ...place });
    this.pinch = undefined;
  }

  private move(event: PointerEvent) {
    const place = this.at(event);
    if (event.pointerType !== 'touch') return this.send({ kind: 'move', ...place });
    if (!this.fingers.has(event.pointerId)) return;
    this.fingers.set(event.pointerId, place);
    if (this.fingers.size === 1) return this.send({ kind: 'touch', what: 'move', ...place });
    this.pinched();
  }

  /** Two fingers that part or meet are the wheel, turned where the middle between them is. */
  private pinched() {
    const [a, b] = [...this.fingers.values()];
    if (!a || !b) return;
    const distance = Math.hypot(a.x - b.x, a.y - b.y);
    const before = this.pinch ?? distance;
    this.pinch = distance;
    const dy = Math.log2(distance / before) * 4;
    const [x, y] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
    if (dy !== 0) this.send({ kind: 'wheel', x, y, dx: 0, dy });
  }

  private release(event: PointerEvent) {
    const place = this.at(event);
    if (event.pointerType !== 'touch')
      return this.send({
        kind: 'button',
        which: event.button === 1 ? 2 : event.button === 2 ? 1 : 0,
        down: false,
        ...place,
      });
    const { size } = this.fingers;
    this.fingers.delete(event.pointerId);
    this.pinch = undefined;
    const what = event.type === 'pointercancel' ? 'cancel' : 'up';
    if (size === 1) this.send({ kind: 'touch', what, ...place });
  }

  private wheel(event: WheelEvent) {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? wheelPixels : 3;
    const [dx, dy] = [-event.deltaX / unit, -event.deltaY / unit];
    this.send({ kind: 'wheel', ...this.at(event), dx, dy });
  }

  private key(event: KeyboardEvent, down: boolean) {
    const code = codeOf(event.code);
    const command = event.ctrlKey || event.metaKey;
    if (command && event.code === 'KeyV') return; // comes as a paste
    const text = down && event.key.length === 1 && !command ? event.key : '';
    if (code < 0 && !text) return;
    // What the page would do itself: scroll, or undo what was done to the network.
    if (!command || ['KeyA', 'KeyC', 'KeyX'].includes(event.code)) event.preventDefault();
    else return;
    this.send({ kind: 'key', code, down, modifiers: modifiersOf(event), text });
  }

  private paste(event: ClipboardEvent) {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    event.preventDefault();
    event.stopPropagation(); // the page opens files that are pasted
    this.send({ kind: 'paste', text });
    const modifiers = modifier.ctrl;
    const code = 'V'.charCodeAt(0);
    this.send({ kind: 'key', code, down: true, modifiers, text: '' });
    // The release comes with a later frame, or ImGui would see nothing.
    setTimeout(() => this.send({ kind: 'key', code, down: false, modifiers: 0, text: '' }), 50);
  }
}
