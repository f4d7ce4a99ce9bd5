// Predict, then reveal: a question whose answer the engine computes when a guess has been made.
import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../elements/shared';
import { numberText } from '../elements/words';
import type { ConvExhibit } from './exhibit';
import { parseNumber, parseQuantity } from './settings';
import { tables } from './tables';

@customElement('conv-question')
export class ConvQuestion extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        border-top: 1px solid var(--line);
        margin-top: 24px;
        padding-top: 8px;
        max-width: 40rem;
      }
      h3 {
        font: 600 1rem/1.5rem var(--sans);
        margin: 8px 0;
        color: var(--quiet);
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px 16px;
        margin: 8px 0;
      }
      .choices {
        flex-direction: column;
        align-items: start;
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        display: grid;
        gap: 8px;
      }
      legend {
        padding: 0;
      }
      .option {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 32px;
      }
      input[type='radio'] {
        width: 20px;
        height: 20px;
        margin: 0;
        accent-color: var(--accent);
      }
      .number input {
        width: 8em;
      }
      .number span {
        display: block;
        font-size: 0.875rem;
        color: var(--quiet);
      }
      .result {
        border-left: 4px solid var(--accent);
        padding: 4px 0 4px 16px;
        margin: 8px 0;
      }
      .wrong {
        color: var(--warm);
      }
    `,
  ];

  @property() name = '';
  @property() answer = '';
  @property() given = '';
  @property({ type: Array }) choices: [string, string][] | null = null;
  @property() unit = '';
  /** How far a number may be off and still be right. */
  @property({ type: Number }) within = 0.005;
  @state() private guess = '';
  @state() private told = '';
  @state() private waiting = '';
  @state() private found: string | number | null = null;

  private get exhibit() {
    return this.closest('.exhibit')?.querySelector<ConvExhibit>('conv-exhibit') ?? null;
  }

  private titleOf(value: string | number) {
    if (typeof value === 'number')
      return `${numberText(Math.round(value * 1000) / 1000)}${this.unit ? ` ${this.unit}` : ''}`;
    return this.choices?.find(([key]) => key === value)?.[1] ?? value;
  }

  private async reveal(event: Event) {
    event.preventDefault();
    const { exhibit } = this;
    const number = parseNumber(this.guess);
    if (!exhibit || (this.choices ? this.guess === '' : number === undefined)) {
      this.told = this.choices
        ? 'Choose one first: a wrong guess costs nothing.'
        : this.guess.trim()
          ? `“${this.guess}” is not a number: write one like 2, −0.5 or 1/3.`
          : 'Guess a number first: a wrong one costs nothing.';
      return;
    }
    this.told = '';
    const table = tables[exhibit.exhibit];
    const asked = table && parseQuantity(table, this.answer).value;
    if (!asked) return;
    if (exhibit.failed) {
      this.told = exhibit.failed;
      return;
    }
    const widget = await exhibit.loaded;
    this.waiting = widget.waitingFor ?? 'The engine is at it …';
    try {
      const found = await widget.quantity(asked, exhibit.valuesWith(this.given));
      this.settle(found);
    } catch (error) {
      this.told = `The engine could not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.waiting = '';
  }

  /** Puts the keyboard on what has taken the place of what it was on. */
  private async refocus(selector: string) {
    if (!this.matches(':focus-within')) return;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  private settle(found: number | string) {
    this.found = found;
    void this.refocus('.result');
    for (const place of this.querySelectorAll('.engine-answer'))
      place.textContent = this.titleOf(found);
    this.dispatchEvent(
      new CustomEvent('answered', {
        bubbles: true,
        composed: true,
        detail: {
          question: this.name,
          guess: this.choices ? this.guess : (parseNumber(this.guess) ?? this.guess),
          answer: found,
          right: this.right,
        },
      }),
    );
  }

  private get right() {
    if (this.choices) return this.guess === this.found;
    return Math.abs((parseNumber(this.guess) ?? NaN) - Number(this.found)) <= this.within;
  }

  private async show() {
    const { exhibit } = this;
    if (!exhibit) return;
    // A run that took its time shows the answer as it stands.
    const { waitingFor } = await exhibit.loaded;
    if (!waitingFor) exhibit.change(exhibit.valuesWith(this.given));
    exhibit.scrollIntoView({ block: 'start' });
  }

  private again() {
    this.found = null;
    this.guess = '';
    void this.refocus('input');
  }

  private form() {
    const set = (event: Event) => (this.guess = (event.target as HTMLInputElement).value);
    const guess = this.choices
      ? html`<fieldset>
          <legend class="small quiet">Your guess</legend>
          ${this.choices.map(
            ([key, title]) =>
              html`<label class="option">
                <input type="radio" name="guess" value=${key} @change=${set} /> ${title}
              </label>`,
          )}
        </fieldset>`
      : html`<label class="number">
          <span>Your guess${this.unit ? `, in ${this.unit}` : ''}</span>
          <input
            type="text"
            inputmode="text"
            autocomplete="off"
            .value=${this.guess}
            @input=${set}
          />
        </label>`;
    return html`<form
      class=${this.choices ? 'choices' : ''}
      @submit=${(event: Event) => void this.reveal(event)}
    >
      ${guess}
      <button ?disabled=${this.waiting !== ''}>Reveal</button>
    </form>`;
  }

  private result(found: string | number) {
    const guess = this.choices ? this.titleOf(this.guess) : this.guess;
    return html`<div class="result" tabindex="-1">
        <p>
          <strong>${this.right ? 'Right.' : 'Not this time.'}</strong> Your guess: ${guess}. The
          engine: ${this.titleOf(found)}.
        </p>
        <slot name="because"></slot>
      </div>
      <button @click=${() => void this.show()}>Show it above</button>
      <button @click=${() => this.again()}>Guess again</button>`;
  }

  override render() {
    return html`<h3>Predict, then look</h3>
      <slot name="ask"></slot>
      ${this.found === null ? this.form() : ''}
      <div aria-live="polite">
        ${this.told ? html`<p class="small wrong">${this.told}</p>` : ''}
        ${this.waiting ? html`<p class="small">${this.waiting}</p>` : ''}
        ${this.found === null ? '' : this.result(this.found)}
      </div>`;
  }
}
