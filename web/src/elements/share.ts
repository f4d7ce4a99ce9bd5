// Share: the page as it is, or as a lesson in which a teacher has chosen what is shown, locked or
// hidden. Gives a link, an iframe and an element to copy.
import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { entriesText, frameEntries, frameFrom, parts, type Frame } from '../app/frame';
import { toEntries, type Settings } from '../app/settings';
import type { NetworkInfo } from '../engine/api';
import { shared } from './shared';

type Choice = 'show' | 'lock' | 'hide';
const choices: Record<Choice, string> = { show: 'Shown', lock: 'Locked', hide: 'Hidden' };

/** A text inside an attribute's quotes. */
const quoted = (text: string) =>
  `"${text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')}"`;

/** The three ways to hand on a lesson; `base` is the folder of the page. */
export function snippets(base: string, settings: Settings, frame: Frame) {
  const entries: [string, string][] = [
    ['exhibit', 'playground'],
    ...frameEntries(frame),
    ...toEntries(settings),
  ];
  const link = `${base}embed.html#${entriesText(entries)}`;
  const title = frame.heading || 'Convolab';
  const attributes = entries.map(([key, value]) => `${key}=${quoted(value)}`).join(' ');
  return {
    link,
    iframe: `<iframe src=${quoted(link)} title=${quoted(title)} width="100%" height="900"></iframe>`,
    element: `<script defer src=${quoted(`${base}convolab.js`)}></script>\n<convolab-exhibit ${attributes}></convolab-exhibit>`,
  };
}

@customElement('conv-share')
export class Share extends LitElement {
  static override styles = [
    shared,
    css`
      dialog {
        width: min(720px, 100% - 32px);
        max-height: calc(100% - 32px);
        padding: 24px;
        border: 1px solid var(--control);
        border-radius: 8px;
        background: var(--panel);
        color: inherit;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }
      .top {
        display: flex;
        justify-content: space-between;
        align-items: start;
        gap: 16px;
      }
      h3 {
        font-size: 1rem;
        margin: 24px 0 8px;
      }
      .as-is {
        margin-top: 8px;
      }
      label {
        display: block;
        margin-top: 8px;
      }
      label > span {
        display: block;
        font-size: 0.875rem;
        color: var(--quiet);
      }
      textarea {
        font: inherit;
        color: inherit;
        width: 100%;
        padding: 8px;
        border: 1px solid var(--control);
        border-radius: 6px;
        background: var(--panel);
        resize: vertical;
      }
      textarea.code {
        font:
          0.875rem/1.25rem ui-monospace,
          monospace;
        overflow-wrap: anywhere;
      }
      .parts {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(312px, 100%), 1fr));
        gap: 4px 24px;
      }
      .part {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
        margin: 0;
        min-height: 40px;
        border-bottom: 1px solid var(--line);
      }
      .part > span {
        color: inherit;
        font-size: inherit;
      }
      .part select {
        width: auto;
        min-height: 36px;
      }
      fieldset {
        border: 0;
        margin: 16px 0 0;
        padding: 0;
        min-width: 0;
      }
      legend {
        padding: 0;
        font-weight: 600;
      }
      .line {
        display: flex;
        gap: 8px;
        align-items: start;
      }
      .line > * {
        flex: none;
      }
      .line > label {
        flex: 1 1 auto;
        min-width: 0;
      }
      .line button {
        margin-top: 32px;
      }
    `,
  ];

  @property({ attribute: false }) network: NetworkInfo | null = null;
  @property({ attribute: false }) settings: Settings | null = null;
  @state() private frame: Frame = frameFrom('');
  @state() private copied = '';
  @state() private opened = false;
  @query('dialog') private dialog!: HTMLDialogElement;

  open() {
    this.frame = frameFrom(location.hash);
    this.copied = '';
    this.opened = true;
    this.dialog.showModal();
  }

  private choiceOf(part: string): Choice {
    const { hide, lock } = this.frame;
    return hide.includes(part) ? 'hide' : lock.includes(part) ? 'lock' : 'show';
  }

  private choose(part: string, choice: string) {
    const without = (list: string[]) => list.filter((each) => each !== part);
    const hide = without(this.frame.hide);
    const lock = without(this.frame.lock);
    if (choice === 'hide') hide.push(part);
    if (choice === 'lock') lock.push(part);
    this.frame = { ...this.frame, hide, lock };
  }

  private async copy(what: string, text: string) {
    try {
      await navigator.clipboard.writeText(text);
      this.copied = `${what} copied.`;
    } catch {
      this.copied =
        'This browser does not allow copying here: select the text and copy it by hand.';
    }
  }

  private row(name: string, title: string, lockable: boolean) {
    const now = this.choiceOf(name);
    const offered = (['show', 'lock', 'hide'] as const).filter(
      (each) => each !== 'lock' || lockable,
    );
    return html`<label class="part">
      <span>${title}</span>
      <select
        data-part=${name}
        @change=${(event: Event) => this.choose(name, (event.target as HTMLSelectElement).value)}
      >
        ${offered.map(
          (each) => html`<option value=${each} .selected=${each === now}>${choices[each]}</option>`,
        )}
      </select>
    </label>`;
  }

  private group(group: 'Controls' | 'Views') {
    return html`<fieldset>
      <legend>${group}</legend>
      <div class="parts">
        ${Object.entries(parts)
          .filter(([, part]) => part.group === group)
          .map(([name, { title, lockable = false }]) => this.row(name, title, lockable))}
      </div>
    </fieldset>`;
  }

  private layers() {
    const layers = this.network?.summary.layers ?? [];
    return html`<fieldset>
      <legend>Layers</legend>
      <div class="parts">${layers.map(({ name }) => this.row(`layer:${name}`, name, true))}</div>
    </fieldset>`;
  }

  private result(id: string, title: string, text: string, rows: number) {
    return html`<div class="line">
      <label>
        <span>${title}</span>
        <textarea
          class="code"
          id=${id}
          rows=${rows}
          readonly
          .value=${text}
          @focus=${(event: Event) => (event.target as HTMLTextAreaElement).select()}
        ></textarea>
      </label>
      <button @click=${() => void this.copy(title, text)} aria-label="Copy: ${title}">Copy</button>
    </div>`;
  }

  private texts() {
    const set = (name: 'heading' | 'say') => (event: Event) =>
      (this.frame = { ...this.frame, [name]: (event.target as HTMLInputElement).value });
    const { heading, say } = this.frame;
    return html`<label>
        <span>Title</span>
        <input
          id="share-heading"
          type="text"
          autocomplete="off"
          maxlength="200"
          .value=${heading}
          @input=${set('heading')}
        />
      </label>
      <label>
        <span>Instruction</span>
        <textarea
          id="share-say"
          rows="3"
          maxlength="2000"
          .value=${say}
          @input=${set('say')}
        ></textarea>
      </label>`;
  }

  private content() {
    const { settings } = this;
    const base = new URL('./', document.baseURI).href;
    const made = settings ? snippets(base, settings, this.frame) : null;
    return html`<div class="top">
        <h2 id="share-title">Share</h2>
        <button @click=${() => this.dialog.close()}>Close</button>
      </div>
      <div class="as-is">
        ${this.result('share-page', 'Link to this page as it is', location.href, 2)}
        <p class="small quiet">
          It holds the dataset, the network, every setting, the seed and the view. Weights are not
          in it: whoever opens it trains the same network and gets the same curve.
        </p>
      </div>
      <h3>As a lesson</h3>
      <p class="small quiet">
        Choose what is to be seen and what may be changed, and put the result into a course page. It
        remembers nothing between visits and tells the page around it how training goes.
      </p>
      ${this.texts()} ${this.group('Controls')} ${this.group('Views')} ${this.layers()}
      <h3>Take one of these</h3>
      ${
        made
          ? html`${this.result('share-link', 'Link to the lesson', made.link, 3)}
            ${this.result('share-iframe', 'Frame for a page (iframe)', made.iframe, 3)}
            ${this.result('share-element', 'Element for a page (one script)', made.element, 4)}`
          : ''
      }
      <p class="small" role="status" aria-live="polite">${this.copied}</p>`;
  }

  override render() {
    return html`<dialog aria-labelledby="share-title" @close=${() => (this.opened = false)}>
      ${this.opened ? this.content() : ''}
    </dialog>`;
  }
}
