// The inspector's panel: a canvas that a worker draws, and beside it in the page's own words what it
// says and the controls that matter most, for whoever cannot see or reach a canvas.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { onTheme, theme } from '../app/theme';
import { shared } from '../elements/shared';
import { CanvasInput } from './input';
import { kinds, type Command, type Input, type Output, type Seen } from './messages';

const memory = 'convolab-inspector';

function remembered(): string {
  try {
    return localStorage.getItem(memory) ?? '';
  } catch {
    return ''; // storage may be forbidden
  }
}

/** Why there can be no inspector here, or nothing. */
export function whyNot(): string {
  if (!('transferControlToOffscreen' in HTMLCanvasElement.prototype))
    return 'The inspector draws in a worker, which this browser cannot (it has no OffscreenCanvas). All else works.';
  return '';
}

@customElement('conv-inspector')
export class InspectorPanel extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset: auto 0 0 0;
        z-index: 4;
        height: 64vh;
        display: flex;
        flex-direction: column;
        background: var(--paper);
        border-top: 1px solid var(--control);
      }
      :host([full]) {
        inset: 0;
        height: auto;
        border-top: 0;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        padding: 6px 16px;
        border-bottom: 1px solid var(--line);
      }
      h2 {
        margin: 0 8px 0 0;
        font-size: 1rem;
      }
      .status {
        flex: 1 1 16em;
        margin: 0;
        min-width: 0;
      }
      .place {
        flex: 1;
        min-height: 0;
        position: relative;
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        display: block;
        touch-action: none;
        outline-offset: -2px;
      }
      textarea {
        position: absolute;
        left: 0;
        bottom: 0;
        width: 1px;
        height: 1px;
        min-height: 0;
        opacity: 0;
        border: 0;
        padding: 0;
        resize: none;
      }
      .trouble {
        padding: 16px;
        margin: 0;
      }
      @media (max-width: 719px) {
        :host {
          inset: 0;
          height: auto;
        }
        header {
          padding: 4px 8px;
          gap: 4px;
        }
        h2 {
          display: none;
        }
        header button {
          padding: 4px 8px;
          font-size: 0.875rem;
        }
        /* The canvas says the same, and has little room: this is for screen readers. */
        .status {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        #inspector-full {
          display: none;
        }
      }
    `,
  ];

  @property({ type: Boolean, reflect: true }) full = false;
  @state() private status = '';
  @state() private trouble = whyNot();
  @query('canvas') private canvas!: HTMLCanvasElement | null;
  @query('textarea') private typing!: HTMLTextAreaElement;
  private worker: Worker | undefined;
  private input: CanvasInput | undefined;
  private observer: ResizeObserver | undefined;
  private stopTheme: (() => void) | undefined;
  private scale = devicePixelRatio;
  private readonly asking: ((seen: Seen) => void)[] = [];

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.observer?.disconnect();
    this.stopTheme?.();
    this.worker?.terminate();
  }

  protected override firstUpdated(_: PropertyValues) {
    const { canvas } = this;
    if (!canvas) return;
    this.worker = new Worker(new URL('./drawing.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<Output>) => this.hear(data);
    this.worker.onerror = ({ message }) =>
      (this.trouble = `The inspector's worker did not start (${message}). All else works.`);
    const offscreen = canvas.transferControlToOffscreen();
    const size = this.size();
    const opening = { kind: 'open', canvas: offscreen, ...size, dark: theme() === 'dark' } as const;
    this.worker.postMessage({ ...opening, settings: remembered() } satisfies Input, [offscreen]);
    this.input = new CanvasInput(
      canvas,
      (input) => this.send(input),
      () => this.scale,
    );
    this.observer = new ResizeObserver(() => this.send({ kind: 'resize', ...this.size() }));
    this.observer.observe(canvas);
    this.stopTheme = onTheme(() => this.send({ kind: 'theme', dark: theme() === 'dark' }));
    canvas.focus({ preventScroll: true });
  }

  /** Reports come through this port from now on. */
  connect(port: MessagePort) {
    this.worker?.postMessage({ kind: 'port', port } satisfies Input, [port]);
  }

  /** Brings a view to the front, by its name in engine/inspector/views.inc. */
  show(view: string) {
    this.send({ kind: 'show', view });
  }

  /** What has been drawn so far, and where the item with this label is, in device pixels. */
  seen(label = '', which = 0): Promise<Seen> {
    return new Promise((done) => {
      this.asking.push(done);
      this.send({ kind: 'look', label, which });
    });
  }

  private size() {
    this.scale = devicePixelRatio;
    const { width = 1, height = 1 } = this.canvas?.getBoundingClientRect() ?? {};
    return {
      width: Math.max(1, Math.round(width * this.scale)),
      height: Math.max(1, Math.round(height * this.scale)),
      scale: this.scale,
    };
  }

  private send(input: Input) {
    this.worker?.postMessage(input);
  }

  private hear(output: Output) {
    const { canvas } = this;
    if (output.kind === 'commands')
      for (const command of output.commands)
        this.dispatchEvent(new CustomEvent<Command>('inspector-command', { detail: command }));
    else if (output.kind === 'cursor' && canvas) canvas.style.cursor = output.cursor;
    else if (output.kind === 'said') this.status = output.status;
    else if (output.kind === 'failed')
      this.trouble = `The inspector cannot be drawn: ${output.message}. All else works.`;
    else if (output.kind === 'copied') void navigator.clipboard.writeText(output.text);
    else if (output.kind === 'settings') this.remember(output.settings);
    else if (output.kind === 'seen') this.asking.shift()?.(output);
    else if (output.kind === 'typing' && this.input?.touched) {
      // A canvas brings no keyboard onto the screen; a field for text does.
      if (output.typing) this.typing.focus({ preventScroll: true });
      else canvas?.focus({ preventScroll: true });
    }
  }

  private remember(settings: string) {
    try {
      localStorage.setItem(memory, settings);
    } catch {
      // then it lasts as long as the panel
    }
  }

  /** From the keyboard on the screen, which tells what was typed and not which key. */
  private typed(event: InputEvent) {
    const key = (code: number, text = '') => {
      this.send({ kind: 'key', code, down: true, modifiers: 0, text });
      setTimeout(() => this.send({ kind: 'key', code, down: false, modifiers: 0, text: '' }), 50);
    };
    if (event.inputType === 'deleteContentBackward') key(259);
    else if (event.inputType === 'insertLineBreak') key(257);
    else if (event.data)
      this.send({ kind: 'key', code: -1, down: true, modifiers: 0, text: event.data });
    this.typing.value = '';
  }

  private command(kind: string, count = 0) {
    const detail = {
      ...{ kind: kinds.indexOf(kind), name: '', names: [] },
      count,
      value: 0,
      on: false,
    };
    this.dispatchEvent(new CustomEvent<Command>('inspector-command', { detail }));
  }

  private key(event: KeyboardEvent) {
    if (event.key === 'Escape' && this.full) this.full = false;
  }

  override render() {
    const button = (label: string, text: string, act: () => void, id = '') =>
      html`<button
        class="small"
        id=${id || `inspector-${label.toLowerCase().replace(/ /g, '-')}`}
        title=${text}
        @click=${act}
      >
        ${label}
      </button>`;
    return html`<header @keydown=${(event: KeyboardEvent) => this.key(event)}>
        <h2>Inspector</h2>
        ${button('Back', 'One step of the plan back', () => this.command('step_plan', -1))}
        ${button('Step', 'One step of the plan', () => this.command('step_plan', 1))}
        ${button('Continue', 'To the next breakpoint', () => this.command('go_on'))}
        ${button('Leave', 'Back to the start of the batch, and out of it', () => this.command('leave_batch'))}
        <p class="status small quiet" role="status">${this.status}</p>
        ${button(
          this.full ? 'Panel' : 'Full screen',
          this.full ? 'Beside the page' : 'Over the whole page',
          () => (this.full = !this.full),
          'inspector-full',
        )}
        ${button('Close', 'Training goes on', () => this.dispatchEvent(new Event('close')))}
      </header>
      <div class="place">
        ${
          this.trouble
            ? html`<p class="trouble" role="alert">${this.trouble}</p>`
            : html`<canvas
                  tabindex="0"
                  role="application"
                  aria-label="The inspector's views. What they show of the run is said above; Space starts and pauses, N and B go a step forth and back, 1 to 9 choose views, Tab leaves."
                ></canvas
                ><textarea
                  tabindex="-1"
                  aria-hidden="true"
                  autocapitalize="off"
                  @input=${(event: InputEvent) => this.typed(event)}
                ></textarea>`
        }
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'conv-inspector': InspectorPanel;
  }
}
