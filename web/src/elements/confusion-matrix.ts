// Which class was taken for which, over the whole validation split, and the pictures behind every
// cell. Asked for only while it is open.
import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { setStyle } from './set-style';
import type { Confusion, Mistakes } from '../engine/api';
import './mistakes';
import { shared } from './shared';
import { integer, percent } from './words';

/** A name that may also break after a slash. */
const breaking = (name: string) =>
  name.split('/').map((part, i) => (i === 0 ? part : html`/<wbr />${part}`));

/** The cell that stands for all mistakes, beside "4-9" and the like. */
const wrong = 'wrong';

@customElement('conv-confusion')
export class ConfusionMatrix extends LitElement {
  static override styles = [
    shared,
    css`
      p {
        margin: 8px 0;
      }
      th,
      td {
        padding: 4px 6px;
        text-align: right;
        border: 1px solid var(--line);
        min-width: 36px;
        height: 33px;
      }
      td.cell {
        padding: 0;
      }
      td button {
        width: 100%;
        height: 32px;
        min-height: 32px;
        padding: 0 6px;
        justify-content: flex-end;
        border: 0;
        border-radius: 0;
        background: transparent;
        font-size: 0.9375rem;
      }
      td button:hover:not(:disabled),
      td button[aria-pressed='true'] {
        background: transparent;
        outline: 2px solid var(--ink);
        outline-offset: -2px;
      }
      td button:focus-visible {
        outline: 2px solid var(--accent);
        outline-offset: -2px;
      }
      .scroll {
        padding: 2px;
      }
      tbody th,
      thead th {
        font-weight: 400;
        color: var(--quiet);
        font-size: 0.8125rem;
        line-height: 1rem;
      }
      /* Long names of classes: as narrow as their longest word, so that ten columns fit. */
      thead th {
        padding: 4px;
        white-space: normal;
        vertical-align: bottom;
      }
      .all {
        margin-top: 8px;
      }
      .all[aria-pressed='true'] {
        border-color: var(--ink);
        background: var(--hover);
      }
    `,
  ];

  @property({ attribute: false }) confusion: Confusion | null = null;
  @property({ attribute: false }) classes: string[] = [];
  /** The open cell, "4-9": true class, answer; or "wrong"; or none. */
  @property({ attribute: false }) cell = '';
  @property({ attribute: false }) mistakes: Mistakes | null = null;
  /** Of the pictures: channels, height, width. */
  @property({ attribute: false }) shape: number[] = [];
  /** The validation picture that is in the network. */
  @property({ attribute: false }) shown: number | null = null;
  /** Which cell is in the tab order. */
  @state() private current = 0;
  /** An address that names a cell opens the matrix; afterwards it is the visitor's to close. */
  private opened = false;

  override updated(changed: PropertyValues<this>) {
    if (this.opened || !changed.has('cell') || this.cell === '') return;
    const details = this.renderRoot.querySelector('details');
    if (details) details.open = true;
  }

  private toggled(event: Event) {
    const { open } = event.target as HTMLDetailsElement;
    this.opened ||= open;
    this.send('wanted', open);
  }

  private send(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private choose(cell: string) {
    this.send('cell', cell === this.cell ? '' : cell);
  }

  /** Lets the open cell go; the focus goes back to where it was opened. */
  private close() {
    const selector = this.cell === wrong ? '.all' : `[data-cell="${this.cell}"]`;
    const opener =
      this.renderRoot.querySelector<HTMLElement>(selector) ??
      this.renderRoot.querySelector<HTMLElement>('summary');
    this.send('cell', '');
    opener?.focus();
  }

  private keydown(event: KeyboardEvent) {
    if (event.key === 'Escape' && this.cell !== '') this.close();
    else return;
    event.preventDefault();
  }

  /** The arrow keys lead to the next cell that counts something. */
  private matrixKey(event: KeyboardEvent) {
    const n = this.classes.length;
    const moves: Record<string, [number, number]> = {
      ...{ ArrowLeft: [0, -1], ArrowRight: [0, 1] },
      ...{ ArrowUp: [-1, 0], ArrowDown: [1, 0] },
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    let [row, column] = [Math.floor(this.current / n), this.current % n];
    for (;;) {
      [row, column] = [row + move[0], column + move[1]];
      if (row < 0 || column < 0 || row >= n || column >= n) return;
      const button = this.renderRoot.querySelector<HTMLElement>(`[data-cell="${row}-${column}"]`);
      if (!button) continue;
      this.current = row * n + column;
      button.focus();
      return;
    }
  }

  /** The cell in the tab order: where the visitor was, or the first that counts something. */
  private inOrder({ confusion }: Confusion) {
    const focused = this.renderRoot.querySelector('td button:focus') !== null;
    if (focused || confusion[this.current]) return this.current;
    return Math.max(
      0,
      confusion.findIndex((count) => count > 0),
    );
  }

  private count(i: number, j: number, count: number) {
    const n = this.classes.length;
    const at = i * n + j;
    if (count === 0 && at !== this.current) return nothing;
    const pictures = `${integer(count)} ${count === 1 ? 'picture' : 'pictures'}`;
    const cell = `${i}-${j}`;
    return html`<button
      data-cell=${cell}
      tabindex=${at === this.current ? 0 : -1}
      aria-label="true ${this.classes[i]}, answered ${this.classes[j]}: ${pictures}"
      aria-pressed=${this.cell === cell ? 'true' : 'false'}
      @click=${() => this.choose(cell)}
      @focus=${() => (this.current = at)}
    >
      ${count > 0 ? integer(count) : ''}
    </button>`;
  }

  private row(name: string, i: number, { confusion, classes }: Confusion) {
    const counts = confusion.slice(i * classes, (i + 1) * classes);
    const sum = counts.reduce((total, count) => total + count, 0);
    return html`<tr>
      <th scope="row">${name}</th>
      ${counts.map((count, j) => {
        const colour = i === j ? 'var(--accent)' : 'var(--warm)';
        // By the root of it: few mistakes are to be seen as well, and many stand out still.
        const share = sum > 0 ? Math.round(Math.sqrt(count / sum) * (i === j ? 35 : 75)) : 0;
        const style = setStyle({
          background: count > 0 ? `color-mix(in srgb, ${colour} ${share}%, transparent)` : '',
        });
        return html`<td class="cell" ${style}>${this.count(i, j, count)}</td>`;
      })}
    </tr>`;
  }

  override willUpdate() {
    if (this.confusion && this.hasUpdated) this.current = this.inOrder(this.confusion);
  }

  private matrix(confusion: Confusion) {
    const { classes, cell } = this;
    return html`
      <p class="small quiet numbers">
        ${percent(confusion.accuracy)} of the validation pictures right. Rows: the true class;
        columns: the answer. A cell opens its pictures.
      </p>
      <div class="scroll">
        <table @keydown=${(event: KeyboardEvent) => this.matrixKey(event)}>
          <caption class="hidden">
            Confusion matrix. The arrow keys lead from cell to cell.
          </caption>
          <thead>
            <tr>
              <td></td>
              ${classes.map((name) => html`<th scope="col">${breaking(name)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${classes.map((name, i) => this.row(name, i, confusion))}
          </tbody>
        </table>
      </div>
      <button
        class="all"
        aria-pressed=${cell === wrong ? 'true' : 'false'}
        @click=${() => this.choose(wrong)}
      >
        The surest mistakes
      </button>
    `;
  }

  /** What was asked for, unless it still is what another cell holds. */
  private found() {
    const { mistakes, cell } = this;
    if (!mistakes) return null;
    const own = mistakes.truth < 0 ? wrong : `${mistakes.truth}-${mistakes.answer}`;
    return own === cell ? mistakes : null;
  }

  override render() {
    const { confusion, classes, cell } = this;
    return html`<details
      @toggle=${(event: Event) => this.toggled(event)}
      @keydown=${(event: KeyboardEvent) => this.keydown(event)}
    >
      <summary>Confusion matrix</summary>
      ${
        confusion
          ? this.matrix(confusion)
          : html`<p class="small quiet">It comes when the validation pictures have arrived.</p>`
      }
      ${
        confusion && cell !== ''
          ? html`<conv-mistakes
              .mistakes=${this.found()}
              .classes=${classes}
              .shape=${this.shape}
              .shown=${this.shown}
              @picture=${(event: CustomEvent<{ index: number }>) => this.send('picture', event.detail)}
              @close=${() => this.close()}
            ></conv-mistakes>`
          : nothing
      }
    </details>`;
  }
}
