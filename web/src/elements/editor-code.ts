// The network as a text: its JSON, to be edited by hand, or PyTorch code to take along.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { attributesInOrder } from '../app/spec-names';
import { pytorchCode } from '../app/spec-pytorch';
import { errorText, type CheckedNetwork, type NetworkSpec } from '../engine/api';
import type { Attempt } from './editor-field';
import { editorStyle } from './editor-style';
import type { Check } from './editor-verdicts';
import { shared } from './shared';
import { integer } from './words';

/** The document with one line for each layer. */
export function jsonText({ layers, ...rest }: NetworkSpec) {
  const line = (value: unknown) => JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
  const head = Object.entries(rest).map(([key, value]) => `  ${line(key)}: ${line(value)}`);
  const list = layers
    .map((layer) => `    ${line(Object.fromEntries(attributesInOrder(layer)))}`)
    .join(',\n');
  return `{\n${[...head, `  "layers": [\n${list}\n  ]`].join(',\n')}\n}\n`;
}

@customElement('conv-editor-code')
export class EditorCode extends LitElement {
  static override styles = [
    shared,
    editorStyle,
    css`
      textarea {
        display: block;
        width: 100%;
        min-height: 320px;
        font:
          0.875rem/1.25rem ui-monospace,
          'DejaVu Sans Mono',
          monospace;
        color: inherit;
        background: var(--paper);
        border: 1px solid var(--control);
        border-radius: 6px;
        padding: 8px;
        resize: vertical;
        white-space: pre;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        margin-top: 8px;
      }
      p {
        flex: 1 1 16em;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) network!: CheckedNetwork;
  @property() view: 'json' | 'pytorch' = 'json';
  @property({ type: Boolean }) locked = false;
  @property({ attribute: false }) attempt: Attempt = () => Promise.resolve(undefined);
  @property({ attribute: false, hasChanged: () => false }) check: Check | null = null;
  @state() private edited: string | null = null;
  @state() private wrong = '';
  @state() private said = '';
  @state() private candidate: CheckedNetwork | null = null;
  @query('textarea') private area!: HTMLTextAreaElement;
  private asked = 0;

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('view')) this.said = '';
    if (changed.has('network') && this.edited === jsonText(this.network.spec)) this.restore();
  }

  private restore() {
    this.asked++;
    this.edited = null;
    this.wrong = '';
    this.candidate = null;
  }

  private async edit(text: string) {
    const number = ++this.asked;
    this.edited = text;
    this.said = '';
    const verdict = await this.judge(text);
    if (number !== this.asked) return;
    this.wrong = typeof verdict === 'string' ? verdict : '';
    this.candidate = typeof verdict === 'string' ? null : verdict;
  }

  private async judge(text: string): Promise<CheckedNetwork | string> {
    let spec: unknown;
    try {
      spec = JSON.parse(text);
    } catch (error) {
      return `This is not JSON yet: ${error instanceof Error ? error.message : ''}`;
    }
    const layers = (spec as Partial<NetworkSpec> | null)?.layers;
    if (!Array.isArray(layers)) return 'A network is an object with a list of "layers".';
    const { value, error } = (await this.check?.(spec as NetworkSpec)) ?? {};
    if (error) return errorText(error);
    return value ?? 'The engine is not there yet.';
  }

  private async use() {
    const { candidate } = this;
    if (!candidate) return;
    const reason = await this.attempt(candidate.spec);
    if (reason) this.wrong = reason;
    else this.restore();
  }

  private async copy() {
    try {
      await navigator.clipboard.writeText(this.area.value);
      this.said = 'Copied.';
    } catch {
      this.area.select();
      this.said = 'All of it is selected; copy it with Ctrl+C.';
    }
  }

  private verdict() {
    if (this.wrong) return this.wrong;
    if (this.said) return this.said;
    if (!this.candidate) return this.locked ? '' : 'Change it, or put another one in its place.';
    return `This works: ${integer(this.candidate.summary.parameters)} parameters.`;
  }

  override render() {
    const json = this.view === 'json';
    const { spec } = this.network;
    const copy = html`<button @click=${() => this.copy()}>Copy</button>`;
    if (!json)
      return html`<textarea
          readonly
          aria-label="The network as PyTorch code"
          spellcheck="false"
          .value=${pytorchCode(this.network)}
        ></textarea>
        <div class="actions">
          ${copy}
          <p class="small quiet" role="status">
            ${this.said || 'The same network as a module of PyTorch; its state_dict has the names of the layers here.'}
          </p>
        </div>`;
    return html`<textarea
        aria-label="The network as JSON"
        aria-describedby="verdict"
        aria-invalid=${this.wrong ? 'true' : 'false'}
        spellcheck="false"
        ?readonly=${this.locked}
        .value=${this.edited ?? jsonText(spec)}
        @input=${(event: Event) => void this.edit((event.target as HTMLTextAreaElement).value)}
      ></textarea>
      <div class="actions">
        ${copy}
        ${
          this.locked
            ? ''
            : html`<button ?disabled=${!this.candidate} @click=${() => this.use()}>
                  Use this network
                </button>
                <button ?disabled=${this.edited === null} @click=${() => this.restore()}>
                  Restore
                </button>`
        }
        <p id="verdict" class="small ${this.wrong ? 'wrong' : 'quiet'}" role="status">
          ${this.verdict()}
        </p>
      </div>`;
  }
}
