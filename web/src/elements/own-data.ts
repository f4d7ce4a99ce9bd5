// How to bring one's own pictures: a dialog with what is understood, and the two ways to choose.
import { LitElement, css, html } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { OwnFile } from '../engine/api';
import { shared } from './shared';

@customElement('conv-own-data')
export class OwnData extends LitElement {
  static override styles = [
    shared,
    css`
      dialog {
        width: min(36rem, calc(100vw - 32px));
        max-height: calc(100vh - 32px);
        border: 1px solid var(--control);
        border-radius: 8px;
        padding: 24px;
        background: var(--panel);
        color: var(--ink);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 40%);
      }
      ul {
        margin: 8px 0 16px;
        padding-left: 24px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
    `,
  ];

  @query('dialog') private dialog!: HTMLDialogElement;

  open() {
    this.dialog.showModal();
  }

  private chosen(event: Event) {
    const input = event.target as HTMLInputElement;
    const files: OwnFile[] = [...(input.files ?? [])].map((file) => ({
      path: file.webkitRelativePath || file.name,
      file,
    }));
    input.value = '';
    this.dialog.close();
    if (files.length > 0) this.dispatchEvent(new CustomEvent('files', { detail: files }));
  }

  private choose(id: string) {
    this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.click();
  }

  override render() {
    return html`<dialog aria-labelledby="title">
      <h2 id="title">Your own pictures</h2>
      <p>Choose them here, or drop them anywhere on the page. They stay on this computer.</p>
      <ul>
        <li>a folder, or a .zip, with one folder of images for each class</li>
        <li>IDX files as MNIST has them, images and labels together, also .gz</li>
        <li>a single image, dropped or pasted: the network tells you what it sees in it</li>
      </ul>
      <p class="small quiet">
        Images become 28×28 and grey. One in five of each class is kept for validation.
      </p>
      <br />
      <div class="buttons">
        <button class="primary" @click=${() => this.choose('files')}>Choose files …</button>
        <button @click=${() => this.choose('folder')}>Choose a folder …</button>
        <button @click=${() => this.dialog.close()}>Cancel</button>
      </div>
      <input
        id="files"
        type="file"
        multiple
        hidden
        @change=${(event: Event) => this.chosen(event)}
      />
      <input
        id="folder"
        type="file"
        webkitdirectory
        hidden
        @change=${(event: Event) => this.chosen(event)}
      />
    </dialog>`;
  }
}
