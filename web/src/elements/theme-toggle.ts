import { LitElement, css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { onTheme, theme, toggleTheme } from '../app/theme';
import { moon, sun } from './icons';
import { shared } from './shared';

@customElement('conv-theme')
export class ThemeToggle extends LitElement {
  static override styles = [
    shared,
    css`
      @media (max-width: 419px) {
        button {
          width: 40px;
          padding: 0;
        }
        span {
          position: absolute;
          clip-path: inset(50%);
        }
      }
    `,
  ];
  private stop = () => {};

  override connectedCallback() {
    super.connectedCallback();
    this.stop = onTheme(() => this.requestUpdate());
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  override render() {
    const dark = theme() === 'dark';
    return html`<button @click=${toggleTheme}>
      ${dark ? sun : moon} <span>${dark ? 'Light' : 'Dark'}</span>
    </button>`;
  }
}
