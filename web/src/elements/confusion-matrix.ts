// Which class was taken for which, over the whole validation split. Asked for only while it is open.
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { setStyle } from './set-style';
import type { Confusion } from '../engine/api';
import { shared } from './shared';
import { integer, percent } from './words';

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
      }
      tbody th,
      thead th {
        font-weight: 400;
        color: var(--quiet);
        font-size: 0.875rem;
      }
    `,
  ];

  @property({ attribute: false }) confusion: Confusion | null = null;
  @property({ attribute: false }) classes: string[] = [];

  private toggled(event: Event) {
    const { open } = event.target as HTMLDetailsElement;
    this.dispatchEvent(new CustomEvent('wanted', { detail: open }));
  }

  private row(name: string, i: number, { confusion, classes }: Confusion) {
    const counts = confusion.slice(i * classes, (i + 1) * classes);
    const sum = counts.reduce((total, count) => total + count, 0);
    return html`<tr>
      <th scope="row">${name}</th>
      ${counts.map((count, j) => {
        const colour = i === j ? 'var(--accent)' : 'var(--warm)';
        const share = sum > 0 ? Math.round((count / sum) * (i === j ? 35 : 60)) : 0;
        const style = setStyle({
          background: count > 0 ? `color-mix(in srgb, ${colour} ${share}%, transparent)` : '',
        });
        return html`<td ${style}>${count > 0 ? integer(count) : ''}</td>`;
      })}
    </tr>`;
  }

  override render() {
    const { confusion, classes } = this;
    return html`<details @toggle=${(event: Event) => this.toggled(event)}>
      <summary>Confusion matrix</summary>
      ${
        confusion
          ? html`
              <p class="small quiet numbers">
                ${percent(confusion.accuracy)} of the validation pictures right. Rows: the true
                class; columns: the answer.
              </p>
              <div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
                <table>
                  <thead>
                    <tr>
                      <td></td>
                      ${classes.map((name) => html`<th scope="col">${name}</th>`)}
                    </tr>
                  </thead>
                  <tbody>
                    ${classes.map((name, i) => this.row(name, i, confusion))}
                  </tbody>
                </table>
              </div>
            `
          : html`<p class="small quiet">It comes when the validation pictures have arrived.</p>`
      }
    </details>`;
  }
}
