// The choices: dataset, network and how to train, each with one sentence about itself.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fields, parseValue, type Settings } from '../app/settings';
import type { DeviceState, EngineBuild, Preset } from '../engine/api';
import { whyNoGpu } from '../engine/gpu-here';
import { dice } from './icons';
import { shared } from './shared';
import { buildReason, deviceReason } from './words';

export type SettingChange = {
  [K in keyof Settings]: { name: K; value: Settings[K] };
}[keyof Settings];

type NumberName = 'rate' | 'batch' | 'epochs' | 'seed';
type ChoiceName = 'dataset' | 'network' | 'optimizer' | 'schedule' | 'threads' | 'device';
const brief: ChoiceName[] = ['threads', 'device'];
const start =
  'Every setting says here what it does. How it learns can be changed while training goes on.';

const titles: Record<string, string> = {
  'own-data': 'Train on pictures of your own, which stay on this computer',
  'edit-network': 'Add, remove and change layers of this network',
  'new-seed': 'New seed: other initial weights, another order',
};

const narrowScreen = matchMedia('(max-width: 719px)');

@customElement('conv-settings')
export class SettingsForm extends LitElement {
  static override styles = [
    shared,
    css`
      .fields {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
        align-items: end;
      }
      .fields > * {
        flex: 1 1 96px;
      }
      .fields > .wide {
        flex-basis: 152px;
      }
      .fields > .brief {
        flex-basis: 72px;
        max-width: 192px;
      }
      .fields > [data-field='rate'] {
        flex-basis: 100px; /* its label is the longest */
      }
      .fields > .own-data {
        flex-basis: 108px;
        margin-left: -4px;
      }
      .fields > .tick {
        flex: 0 0 auto;
      }
      label,
      .own {
        display: block;
        min-width: 0;
      }
      label > span {
        display: block;
        font-size: 0.875rem;
        line-height: 1.25rem;
        color: var(--quiet);
        margin-bottom: 2px;
        white-space: nowrap;
      }
      label.tick {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 40px;
      }
      label.tick > span {
        color: inherit;
        font-size: 1rem;
        margin: 0;
      }
      .own button {
        width: 100%;
        padding: 0 8px;
      }
      .fields > .edit-network {
        flex: 0 0 64px;
        margin-left: -8px;
      }
      .fields > .new-seed {
        flex: 0 0 40px;
        margin-left: -8px;
      }
      .new-seed button {
        padding: 0;
      }
      summary {
        display: none;
        font: inherit;
        padding: 8px 0;
      }
      @media (max-width: 719px) {
        summary {
          display: list-item;
        }
      }
      .below {
        display: flex;
        align-items: center;
        gap: 16px;
        margin-top: 4px;
        min-height: 32px;
      }
      .hint {
        flex: 1 1 auto;
        margin: 0;
      }
      .below label {
        display: flex;
        flex: none;
        align-items: center;
        gap: 8px;
        font-size: 0.875rem;
      }
      .below label > span {
        margin: 0;
      }
      .below select {
        font-size: inherit;
        min-height: 32px;
        padding-top: 0;
        padding-bottom: 0;
      }
      [aria-invalid='true'] {
        border-color: var(--warm);
        border-width: 2px;
      }
      .wrong {
        color: var(--warm);
      }
    `,
  ];

  @property({ attribute: false }) settings: Settings | null = null;
  @property({ attribute: false }) presets: Preset[] = [];
  /** Which engine trains. */
  @property({ attribute: false }) build: EngineBuild | null = null;
  @property({ attribute: false }) device: DeviceState | null = null;
  /** Fields that are not shown, and fields that cannot be changed. */
  @property({ attribute: false }) hide: string[] = [];
  @property({ attribute: false }) lock: string[] = [];
  @state() private hint = start;
  /** The field that the hint is about, if it is about one: what it says changes with the run. */
  @state() private about: keyof Settings | null = null;
  @state() private narrow = narrowScreen.matches;
  /** What is wrong with the text in a field, until it is put right. */
  @state() private wrong: Partial<Record<keyof Settings, string>> = {};

  override connectedCallback() {
    super.connectedCallback();
    narrowScreen.addEventListener('change', this.resized);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    narrowScreen.removeEventListener('change', this.resized);
  }
  private readonly resized = () => {
    this.narrow = narrowScreen.matches;
  };

  /** A setting that was changed elsewhere shows in its field, in place of what was wrong there. */
  override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('settings');
    for (const name of Object.keys(this.wrong) as (keyof Settings)[])
      if (before && before[name] !== this.settings?.[name]) this.right(name);
  }

  private summary({ dataset, optimizer, rate }: Settings) {
    const values = {
      dataset: this.optionsOf('dataset')[dataset],
      optimizer: this.optionsOf('optimizer')[optimizer],
      rate,
    };
    const shown = Object.entries(values).filter(([name]) => !this.hide.includes(name));
    return shown.map(([, value]) => value).join(', ');
  }

  private change(name: keyof Settings, text: string) {
    const value = parseValue(name, text);
    this.right(name);
    if (value === undefined) {
      const { minimum = 0, maximum = 0, whole, label } = fields[name];
      const reason = `${label}: “${text}” is not a ${whole ? 'whole ' : ''}number from ${minimum} to ${maximum}; the setting stays as it was.`;
      this.wrong = { ...this.wrong, [name]: reason };
      return;
    }
    this.dispatchEvent(new CustomEvent('setting', { detail: { name, value } }));
  }

  /** Escape gives up what has been typed. */
  private letGo(event: KeyboardEvent, name: NumberName) {
    if (event.key !== 'Escape' || !this.settings) return;
    (event.target as HTMLInputElement).value = String(this.settings[name]);
    this.right(name);
  }

  private right(name: keyof Settings) {
    const others = Object.entries(this.wrong).filter(([key]) => key !== name);
    this.wrong = Object.fromEntries(others);
  }

  private explain(event: Event) {
    const target = event.target as Element;
    const label = target.closest('[data-field]');
    const name = label?.getAttribute('data-field') as keyof Settings | null;
    const title = target.closest('button')?.title;
    if (name) this.about = name;
    else if (title) this.tell(`${title}.`);
  }

  private help(name: keyof Settings) {
    const { build, device } = this;
    let now = '';
    if (name === 'threads' && build) now = buildReason(build);
    if (name === 'device') now = whyNoGpu() ?? (device ? deviceReason(device) : '');
    return `${fields[name].help} ${now}`.trim();
  }

  /** Says what another control does, on the same line. */
  tell(text: string) {
    this.hint = text;
    this.about = null;
  }

  private optionsOf(name: ChoiceName): Record<string, string> {
    if (name === 'network') {
      const presets = this.presets.map((preset) => [preset.name, preset.title]);
      const own = this.settings?.network === 'own' ? [['own', 'Your own']] : [];
      return Object.fromEntries([...presets, ...own]) as Record<string, string>;
    }
    const own: Record<string, string> =
      name === 'dataset' && this.settings?.dataset === 'own' ? { own: 'Your own' } : {};
    return { ...fields[name].options, ...own };
  }

  private choice(name: ChoiceName, settings: Settings) {
    if (this.hide.includes(name)) return '';
    return html`<label
      data-field=${name}
      class=${name === 'network' ? 'wide' : brief.includes(name) ? 'brief' : ''}
    >
      <span>${fields[name].label}</span>
      <select
        id=${name}
        .value=${settings[name]}
        ?disabled=${this.lock.includes(name)}
        @change=${(event: Event) => this.change(name, (event.target as HTMLSelectElement).value)}
      >
        ${Object.entries(this.optionsOf(name)).map(
          ([value, title]) =>
            html`<option
              value=${value}
              .selected=${value === settings[name]}
              ?disabled=${name === 'device' && value !== 'cpu' && whyNoGpu() !== undefined}
            >
              ${title}
            </option>`,
        )}
      </select>
    </label>`;
  }

  private number(name: NumberName, settings: Settings) {
    if (this.hide.includes(name)) return '';
    return html`<label data-field=${name} class="brief">
      <span>${fields[name].label}</span>
      <input
        id=${name}
        type="text"
        inputmode=${fields[name].whole ? 'numeric' : 'decimal'}
        autocomplete="off"
        .value=${String(settings[name])}
        @keydown=${(event: KeyboardEvent) => this.letGo(event, name)}
        ?disabled=${this.lock.includes(name)}
        aria-invalid=${name in this.wrong ? 'true' : 'false'}
        aria-describedby="hint"
        @change=${(event: Event) => this.change(name, (event.target as HTMLInputElement).value)}
      />
    </label>`;
  }

  /** Puts the focus on one of the buttons. */
  focusOn(button: string) {
    this.renderRoot.querySelector<HTMLElement>(`.${button} button`)?.focus();
  }

  /** A button beside a field, which acts on the same setting. */
  private button(name: keyof Settings, event: string, content: TemplateResult) {
    if (this.hide.includes(name) || this.lock.includes(name)) return '';
    return html`<div class="own ${event}">
      <button
        title=${titles[event] ?? ''}
        @click=${() => this.dispatchEvent(new CustomEvent(event))}
      >
        ${content}
      </button>
    </div>`;
  }

  private tick(settings: Settings) {
    if (this.hide.includes('augment')) return '';
    return html`<label class="tick" data-field="augment">
      <input
        id="augment"
        type="checkbox"
        .checked=${settings.augment}
        ?disabled=${this.lock.includes('augment')}
        @change=${(event: Event) =>
          this.change('augment', (event.target as HTMLInputElement).checked ? '1' : '0')}
      />
      <span>${fields.augment.label}</span>
    </label>`;
  }

  override render() {
    const { settings } = this;
    if (!settings) return html``;
    const wrong = Object.values(this.wrong).at(-1);
    return html`
      <details ?open=${!this.narrow}>
        <summary>Settings <span class="quiet">${this.summary(settings)}</span></summary>
        <div
          class="fields"
          @focusin=${(event: Event) => this.explain(event)}
          @pointerover=${(event: Event) => this.explain(event)}
        >
          ${this.choice('dataset', settings)}
          ${this.button('dataset', 'own-data', html`Own data …`)}
          ${this.choice('network', settings)}
          ${this.button('network', 'edit-network', html`Edit …`)}
          ${this.choice('optimizer', settings)} ${this.number('rate', settings)}
          ${this.number('batch', settings)} ${this.choice('schedule', settings)}
          ${this.number('epochs', settings)} ${this.number('seed', settings)}
          ${this.button('seed', 'new-seed', html`${dice}<span class="hidden">New seed</span>`)}
          ${this.tick(settings)}
          ${this.narrow ? brief.map((name) => this.choice(name, settings)) : ''}
        </div>
        <div
          class="below"
          @focusin=${(event: Event) => this.explain(event)}
          @pointerover=${(event: Event) => this.explain(event)}
        >
          <p class="hint small ${wrong ? 'wrong' : 'quiet'}" id="hint" aria-live="polite">
            ${wrong ?? (this.about ? this.help(this.about) : this.hint)}
          </p>
          ${this.narrow ? '' : brief.map((name) => this.choice(name, settings))}
        </div>
      </details>
    `;
  }
}
