// The worker that draws the inspector: Dear ImGui as WebAssembly (web/wasm/inspector.cpp) on a canvas
// of the page's. It draws when something has happened, a few frames each time so that what follows
// from it settles, and then nothing until something happens again.
import moduleUrl from '@wasm/convolab_inspector.wasm?url';
import createModule from '@wasm/convolab_inspector.js';
import { modifier, type Command, type Input, type Output, type Seen } from './messages';

interface Handle {
  resize(width: number, height: number, scale: number): void;
  theme(dark: boolean): void;
  take(report: Uint8Array): string;
  move(x: number, y: number): void;
  leave(): void;
  button(which: number, down: boolean): void;
  wheel(x: number, y: number): void;
  touch(x: number, y: number, what: string): void;
  key(
    code: number,
    down: boolean,
    ctrl: boolean,
    shift: boolean,
    alt: boolean,
    meta: boolean,
  ): void;
  text(typed: string): void;
  paste(text: string): void;
  blur(): void;
  frame(seconds: number): string;
  vertices(): number;
  find(label: string, which: number): string;
  status(): string;
  settings(): string;
  restore(settings: string): void;
  show(view: string): void;
}

interface Module {
  Inspector: new (scale: number, dark: boolean) => Handle;
  GL: {
    registerContext(context: WebGL2RenderingContext, attributes: object): number;
    makeContextCurrent(context: number): boolean;
  };
}

interface Drawn {
  commands: Command[];
  cursor: number;
  typing: boolean;
  again: boolean;
  copied?: string;
}

// ImGuiMouseCursor, from -1 (none) on.
const cursors = [
  ...['none', 'default', 'text', 'move', 'ns-resize', 'ew-resize', 'nesw-resize', 'nwse-resize'],
  ...['pointer', 'not-allowed'],
];
const settleFrames = 3;
const blinkMs = 500; // of the mark in a text
// A display shows 60 frames a second. Where drawing is slower than this (by a CPU that has to train,
// mostly) a frame that only brings news of the run has to wait for so many times as long as it takes.
const quickMs = 24;
const rest = 12;

const tell = (message: Output) => self.postMessage(message);
const later: (job: (now: number) => void) => void =
  typeof requestAnimationFrame === 'function'
    ? (job) => requestAnimationFrame(job)
    : (job) => setTimeout(() => job(performance.now()), 16);

class Drawing {
  private port: MessagePort | undefined;
  private frames = 0;
  private scheduled = false;
  private drawn = 0;
  private last = 0;
  private awaits = false;
  private said = { cursor: '', typing: false, settings: '', status: '' };
  private blink: ReturnType<typeof setTimeout> | undefined;
  private resting = false;

  constructor(
    private readonly inspector: Handle,
    private readonly canvas: OffscreenCanvas,
    context: WebGL2RenderingContext,
  ) {
    canvas.addEventListener('webglcontextlost', () =>
      tell({ kind: 'failed', message: 'the graphics have been taken away; open it once more' }),
    );
    context.getExtension('EXT_color_buffer_float');
  }

  resize({ width, height, scale }: { width: number; height: number; scale: number }) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.inspector.resize(width, height, scale);
  }

  listen(port: MessagePort) {
    this.port?.close();
    this.port = port;
    port.onmessage = ({ data }: MessageEvent<Uint8Array>) => {
      const trouble = this.inspector.take(data);
      if (trouble) console.error(trouble);
      this.awaits = false;
      this.draw(1);
    };
    this.ask();
  }

  /** The next report may come when this frame is on the display, or after a rest. */
  private askLater() {
    if (this.awaits || this.resting) return;
    this.resting = true;
    const began = performance.now();
    const done = () => {
      this.resting = false;
      this.ask();
    };
    later(() => {
      const took = performance.now() - began;
      if (took <= quickMs) done();
      else setTimeout(done, took * rest);
    });
  }

  private ask() {
    if (this.awaits || !this.port) return;
    this.awaits = true;
    this.port.postMessage(0);
  }

  take(input: Input) {
    const { inspector } = this;
    switch (input.kind) {
      case 'port':
        this.awaits = false;
        this.listen(input.port);
        break;
      case 'resize':
        this.resize(input);
        break;
      case 'theme':
        inspector.theme(input.dark);
        break;
      case 'move':
        inspector.move(input.x, input.y);
        break;
      case 'leave':
        inspector.leave();
        break;
      case 'button':
        inspector.move(input.x, input.y);
        inspector.button(input.which, input.down);
        break;
      case 'wheel':
        inspector.move(input.x, input.y);
        inspector.wheel(input.dx, input.dy);
        break;
      case 'touch':
        inspector.touch(input.x, input.y, input.what);
        break;
      case 'key': {
        const held = (which: number) => (input.modifiers & which) !== 0;
        inspector.key(
          ...([input.code, input.down, held(modifier.ctrl), held(modifier.shift)] as const),
          ...([held(modifier.alt), held(modifier.meta)] as const),
        );
        if (input.text) inspector.text(input.text);
        break;
      }
      case 'paste':
        inspector.paste(input.text);
        break;
      case 'blur':
        inspector.blur();
        break;
      case 'show':
        inspector.show(input.view);
        break;
      case 'look':
        tell({
          ...{ kind: 'seen', frames: this.drawn, vertices: inspector.vertices() },
          place: JSON.parse(inspector.find(input.label, input.which)) as Seen['place'],
        });
        if (input.label) this.draw(1); // items are noted as they are drawn
        return;
      default:
        return;
    }
    this.draw(settleFrames);
  }

  /** So many frames at least, one for each of the display's. */
  draw(frames: number) {
    this.frames = Math.max(this.frames, frames);
    if (this.scheduled) return;
    this.scheduled = true;
    later((now) => {
      this.scheduled = false;
      this.frame(now);
    });
  }

  private frame(now: number) {
    const { said } = this;
    const { commands, cursor, typing, again, copied } = JSON.parse(
      this.inspector.frame((now - this.last) / 1000),
    ) as Drawn;
    this.last = now;
    this.drawn++;
    this.frames--;
    if (commands.length > 0) tell({ kind: 'commands', commands });
    const shape = cursors[cursor + 1] ?? 'default';
    if (shape !== said.cursor) tell({ kind: 'cursor', cursor: (said.cursor = shape) });
    if (typing !== said.typing) tell({ kind: 'typing', typing: (said.typing = typing) });
    if (copied !== undefined) tell({ kind: 'copied', text: copied });
    const status = this.inspector.status();
    if (status !== said.status) tell({ kind: 'said', status: (said.status = status) });
    this.askLater();
    if (this.frames > 0 || again) return this.draw(Math.max(this.frames, 1));
    const settings = this.inspector.settings();
    if (settings !== said.settings)
      tell({ kind: 'settings', settings: (said.settings = settings) });
    clearTimeout(this.blink);
    if (typing) this.blink = setTimeout(() => this.draw(1), blinkMs);
  }
}

/**
 * Dear ImGui's renderer asks for the state before each frame and puts it back after. To answer, the
 * browser waits for all that has been drawn so far, a dozen times a frame; but as nobody else draws
 * here, the answers stay what they were.
 */
function rememberState(context: WebGL2RenderingContext) {
  const answers = new Map<number, unknown>();
  const remember =
    <T>(ask: (name: number) => T) =>
    (name: number) => {
      if (!answers.has(name)) answers.set(name, ask(name));
      return answers.get(name) as T;
    };
  const { prototype } = WebGL2RenderingContext;
  const own = {
    getParameter: remember((name) => prototype.getParameter.call(context, name) as unknown),
    isEnabled: remember((name) => prototype.isEnabled.call(context, name)),
  };
  Object.assign(context, own);
}

async function open(input: Extract<Input, { kind: 'open' }>): Promise<Drawing> {
  const { canvas, width, height, scale, dark, settings } = input;
  canvas.width = width;
  canvas.height = height;
  const attributes = { alpha: false, antialias: false, depth: false, stencil: false };
  const context = canvas.getContext('webgl2', attributes);
  if (!context) throw new Error('this browser has no WebGL 2 in workers');
  rememberState(context);
  const create = createModule as (options: object) => Promise<Module>;
  const module = await create({ locateFile: () => new URL(moduleUrl, import.meta.url).href });
  module.GL.makeContextCurrent(module.GL.registerContext(context, { majorVersion: 2 }));
  const inspector = new module.Inspector(scale, dark);
  if (settings) inspector.restore(settings);
  const drawing = new Drawing(inspector, canvas, context);
  drawing.resize({ width, height, scale });
  return drawing;
}

let drawing: Promise<Drawing> | undefined;

self.onmessage = ({ data }: MessageEvent<Input>) => {
  if (data.kind === 'open') {
    drawing = open(data);
    drawing.then(
      (opened) => {
        tell({ kind: 'opened' });
        opened.draw(settleFrames);
      },
      (error: unknown) =>
        tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
    );
    return;
  }
  void drawing?.then((opened) => opened.take(data)).catch(() => undefined);
};
