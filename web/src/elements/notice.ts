// One message across the page, with what can be done about it.
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Notice } from '../app/state';
import { shared } from './shared';

@customElement('conv-notice')
export class NoticeBar extends LitElement {
  static override styles = [
    shared,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        border: 1px solid var(--line);
        border-left: 4px solid var(--accent);
        border-radius: 6px;
        background: var(--panel);
        padding: 8px 8px 8px 16px;
        margin: 8px 0;
      }
      .error {
        border-left-color: var(--warm);
        background: var(--warn);
      }
      p {
        flex: 1 1 20em;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) notice: Notice | null = null;

  override render() {
    const { notice } = this;
    const dismiss = () => this.dispatchEvent(new CustomEvent('dismiss'));
    return html`<div role=${notice?.kind === 'error' ? 'alert' : 'status'}>
      ${
        notice
          ? html`<div class="bar ${notice.kind}">
              <p>${notice.text}</p>
              ${
                notice.action
                  ? html`<button @click=${notice.action.run}>${notice.action.label}</button>`
                  : ''
              }
              <button @click=${dismiss}>Dismiss</button>
            </div>`
          : ''
      }
    </div>`;
  }
}
