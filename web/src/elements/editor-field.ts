// One attribute of a layer as a field: what it is now, what it could be, and why it cannot be more.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { attributeText, parseAttribute, stepped } from '../app/spec-fields';
import type { AttributeInfo, NetworkSpec } from '../engine/api';
import { editorStyle } from './editor-style';
import type { Why } from './editor-verdicts';
import { attributeLesson } from './lesson-link';
import { shared } from './shared';

/** Makes a change, or answers why not. */
export type Attempt = (spec: NetworkSpec) => Promise<string | undefined>;

const forms: Partial<Record<AttributeInfo['kind'], string>> = {
  pair: 'Also as height × width.',
  padding: 'Also as height × width, or as top, bottom, left, right.',
};

@customElement('conv-editor-field')
export class EditorField extends LitElement {
  static override styles = [
    shared,
    editorStyle,
    css`
      .numbers {
        display: flex;
        gap: 4px;
      }
      .numbers button {
        flex: none;
        width: 40px;
        padding: 0;
      }
      .numbers input {
        flex: 1;
        min-width: 56px;
      }
      .words {
        display: flex;
        gap: 4px;
        margin-top: 4px;
      }
      .words button {
        flex: 1;
        padding: 0 8px;
      }
      .tick {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 40px;
      }
      .note {
        font-size: 0.8125rem;
        line-height: 1.125rem;
        margin-top: 2px;
      }
    `,
  ];

  @property({ attribute: false }) info!: AttributeInfo;
  @property({ attribute: false }) value: unknown = null;
  /** Why it cannot be changed here at all. */
  @property() fixed = '';
  /** The network with another value. */
  @property({ attribute: false }) candidate: (value: unknown) => NetworkSpec = () => {
    throw new Error('no network');
  };
  @property({ attribute: false }) attempt: Attempt = () => Promise.resolve(undefined);
  @property({ attribute: false }) why: Why = () => undefined;
  @state() private wrong = '';

  override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('value');
    const other = JSON.stringify(before) !== JSON.stringify(this.value);
    if (changed.has('value') && other) this.wrong = '';
  }

  private async set(value: unknown, input?: HTMLInputElement | HTMLSelectElement) {
    this.wrong = (await this.attempt(this.candidate(value))) ?? '';
    // Accepted, it stands as one writes it; refused, it stays for another try beside the reason.
    if (!this.wrong && input instanceof HTMLInputElement && input.type === 'text')
      input.value = attributeText(this.value);
    if (this.wrong && input instanceof HTMLSelectElement) input.value = attributeText(this.value);
    if (this.wrong && input instanceof HTMLInputElement && input.type === 'checkbox')
      input.checked = this.value === true;
  }

  private read(event: Event) {
    const input = event.target as HTMLInputElement;
    const value = parseAttribute(this.info.kind, input.value);
    void this.set(value, input);
  }

  private stepper(by: 1 | -1) {
    const { info } = this;
    const name = `${info.name} ${by < 0 ? 'one less' : 'one more'}`;
    const next = stepped(info, this.value, by);
    const none = `This is the ${by < 0 ? 'smallest' : 'largest'} there is.`;
    const reason = next === undefined ? none : this.why(this.candidate(next), name);
    return html`<button
      aria-label=${name}
      aria-disabled=${reason ? 'true' : 'false'}
      title=${reason ?? name}
      @click=${() => {
        const refused = next === undefined ? none : this.why(this.candidate(next));
        if (refused) this.wrong = refused;
        else void this.set(next);
      }}
    >
      ${by < 0 ? '−' : '+'}
    </button>`;
  }

  private get steps() {
    const { kind, name } = this.info;
    const counts = kind === 'integer' || kind === 'pair' || kind === 'padding';
    return counts && name !== 'divisor_override' && typeof this.value !== 'string' && !this.fixed;
  }

  private text() {
    const { info } = this;
    return html`<label class="label" for="field">${info.name}</label>
      <div class="numbers">
        ${this.steps ? this.stepper(-1) : ''}
        <input
          id="field"
          type="text"
          inputmode=${info.kind === 'number' ? 'decimal' : info.kind === 'integer' ? 'numeric' : 'text'}
          autocomplete="off"
          spellcheck="false"
          .value=${attributeText(this.value)}
          ?readonly=${this.fixed !== ''}
          aria-invalid=${this.wrong ? 'true' : 'false'}
          aria-describedby="note"
          @change=${(event: Event) => this.read(event)}
        />
        ${this.steps ? this.stepper(1) : ''}
      </div>
      ${info.kind === 'padding' && !this.fixed ? this.words() : ''}`;
  }

  private words() {
    return html`<div class="words">
      ${['same', 'valid'].map((word) => {
        const now = this.value === word;
        const reason = now ? null : this.why(this.candidate(word), word);
        return html`<button
          aria-pressed=${now ? 'true' : 'false'}
          aria-disabled=${reason ? 'true' : 'false'}
          title=${reason ?? ''}
          @click=${() => {
            const refused = now ? null : this.why(this.candidate(word));
            if (refused) this.wrong = refused;
            else void this.set(now ? 0 : word);
          }}
        >
          ${word}
        </button>`;
      })}
    </div>`;
  }

  /** Why some of the choices cannot be had; each reason once. */
  private refusals(reasons: Map<string, string>) {
    const grouped = new Map<string, string[]>();
    for (const [choice, reason] of reasons)
      grouped.set(reason, [...(grouped.get(reason) ?? []), choice]);
    return [...grouped].map(([reason, choices]) => `Not ${choices.join(', ')}: ${reason}.`);
  }

  private choice(reasons: Map<string, string>) {
    const { info, value } = this;
    return html`<label class="label" for="field">${info.name}</label>
      <select
        id="field"
        .value=${String(value)}
        ?disabled=${this.fixed !== ''}
        aria-describedby="note"
        @change=${(event: Event) => {
          const select = event.target as HTMLSelectElement;
          void this.set(select.value, select);
        }}
      >
        ${info.choices.map(
          (each) =>
            html`<option
              value=${each}
              ?disabled=${reasons.has(each)}
              title=${reasons.get(each) ?? ''}
              .selected=${each === value}
            >
              ${each.replaceAll('_', ' ')}
            </option>`,
        )}
      </select>`;
  }

  private flag() {
    return html`<label class="tick">
      <input
        id="field"
        type="checkbox"
        .checked=${this.value === true}
        ?disabled=${this.fixed !== ''}
        aria-describedby="note"
        @change=${(event: Event) => {
          const input = event.target as HTMLInputElement;
          void this.set(input.checked, input);
        }}
      />
      <span>${this.info.name}</span>
    </label>`;
  }

  override render() {
    const { info } = this;
    const { kind } = info;
    const reasons = new Map<string, string>();
    for (const choice of info.choices) {
      const reason = choice === this.value ? null : this.why(this.candidate(choice), choice);
      if (reason) reasons.set(choice, reason);
    }
    const help = [info.help, forms[kind] ?? '', this.fixed, ...this.refusals(reasons)];
    return html`
      ${kind === 'flag' ? this.flag() : kind === 'choice' ? this.choice(reasons) : this.text()}
      <p id="note" class="note ${this.wrong ? 'wrong' : 'quiet'}" aria-live="polite">
        ${this.wrong || help.filter(Boolean).join(' ')} ${attributeLesson(info.name)}
      </p>
    `;
  }
}
