// <conv-exhibit exhibit="stride" settings="stride=3">: the place of an exhibit's widget. It loads the
// widget's code when it comes near the window, holds its settings, and offers a link to it alone.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { HostMessage } from '../app/host';
import { shared } from '../elements/shared';
import {
  fallbacks,
  readSettings,
  settingText,
  writeSettings,
  type LooseSettings,
} from './settings';
import { tables } from './tables';
import { widgets, type Widget } from './widget';

const embedded = () => 'embedded' in document.documentElement.dataset;

@customElement('conv-exhibit')
export class ConvExhibit extends LitElement {
  static override styles = [
    shared,
    css`
      a {
        color: var(--accent);
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 0 24px;
        margin-top: 16px;
      }
      @media print {
        .tools {
          display: none;
        }
      }
    `,
  ];

  @property() exhibit = '';
  /** As the lesson's file sets them, in the form of an address. */
  @property() settings = '';
  @state() private current: LooseSettings = {};
  @state() private widget: Widget | null = null;
  /** Why there is no widget, in words. */
  @state() failed = '';
  private start: LooseSettings = {};
  private arrived!: (widget: Widget) => void;
  /** The widget, once it is here. */
  readonly loaded = new Promise<Widget>((done) => (this.arrived = done));
  private readonly near = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) void this.load();
    },
    { rootMargin: '400px' },
  );

  override connectedCallback() {
    super.connectedCallback();
    this.begin();
    // Of a frame, its host decides when it is loaded.
    if (embedded()) void this.load();
    else this.near.observe(this);
    addEventListener('beforeprint', this.now);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.near.disconnect();
    removeEventListener('beforeprint', this.now);
    removeEventListener('online', this.now);
  }

  private get table() {
    return tables[this.exhibit] ?? { fields: {}, quantities: {} };
  }

  private begin() {
    const given = new URLSearchParams(this.settings);
    this.start = readSettings(this.table, given, fallbacks(this.table));
    this.current = { ...this.start, ...this.current };
  }

  /** What differs from how the exhibit starts. */
  get changes(): [string, string][] {
    return writeSettings(this.current, this.start);
  }

  get values(): LooseSettings {
    return this.current;
  }

  /** Starts afresh with what an address says. */
  apply(given: Iterable<[string, string]>) {
    this.begin();
    this.current = readSettings(this.table, given, this.start);
  }

  /** Changes settings as somebody's hand would. */
  change(some: LooseSettings) {
    this.current = { ...this.current, ...some };
    this.dispatchEvent(new CustomEvent('settings'));
  }

  /** Settings by their text, on top of how the exhibit starts. */
  valuesWith(given: string): LooseSettings {
    return readSettings(this.table, new URLSearchParams(given), this.start);
  }

  /** Before printing, and when the connection is back. */
  private readonly now = () => void this.load();

  private readonly load = async () => {
    this.near.disconnect();
    if (this.widget) return;
    removeEventListener('online', this.now);
    this.failed = '';
    try {
      const widget = await widgets[this.exhibit]?.();
      if (!widget || this.widget) return;
      widget.start = this.start;
      widget.settings = this.current;
      widget.addEventListener('change-settings', (event) =>
        this.change((event as CustomEvent<LooseSettings>).detail),
      );
      widget.addEventListener('told', (event) =>
        this.dispatchEvent(
          new CustomEvent('told', { detail: (event as CustomEvent<HostMessage>).detail }),
        ),
      );
      this.widget = widget;
      this.arrived(widget);
    } catch {
      this.failed =
        'This exhibit could not be loaded. It tries again when the connection is back; otherwise reload the page.';
      addEventListener('online', this.now);
    }
  };

  override willUpdate(changed: PropertyValues) {
    if (changed.has('current') && this.widget) this.widget.settings = this.current;
  }

  private get alone() {
    // Alone, it starts from its own file: say also what the lesson has set otherwise.
    const changes = writeSettings(this.current, fallbacks(this.table));
    for (const [name] of new URLSearchParams(this.settings))
      if (!changes.some(([key]) => key === name))
        changes.push([name, settingText(this.current[name] ?? '')]);
    const text = new URLSearchParams([['exhibit', this.exhibit], ...changes]).toString();
    return new URL(`./embed.html#${text}`, document.baseURI).href;
  }

  override render() {
    if (this.failed) return html`<p role="alert">${this.failed}</p>`;
    if (!this.widget) return html`<slot></slot>`;
    return html`${this.widget}
    ${
      embedded()
        ? ''
        : html`<p class="tools small">
            <a href=${this.alone} target="_blank" rel="noopener"
              >Open this exhibit alone, as it is now</a
            >
          </p>`
    }`;
  }
}
