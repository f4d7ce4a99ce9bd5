import { LitElement, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { onTheme, theme, toggleTheme } from '../app/theme';
import { moon, sun } from './icons';
import { shared } from './shared';

@customElement('conv-theme')
export class ThemeToggle extends LitElement {
  static override styles = shared;
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
      ${dark ? sun : moon} ${dark ? 'Light' : 'Dark'}
    </button>`;
  }
}
