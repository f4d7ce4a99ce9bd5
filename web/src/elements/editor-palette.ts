// All types of layers, to put one at a place; those that cannot stand there say why.
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { insert, newLayer, sourceAt, sourcesAt, type Place } from '../app/spec-edit';
import { picture } from '../app/spec-names';
import type { CheckedNetwork, LayerTypeInfo, NetworkSpec } from '../engine/api';
import type { Attempt } from './editor-field';
import { editorStyle } from './editor-style';
import type { Why } from './editor-verdicts';
import { shared } from './shared';

@customElement('conv-editor-palette')
export class EditorPalette extends LitElement {
  static override styles = [
    shared,
    editorStyle,
    css`
      .head {
        align-items: center;
      }
      h3 {
        font: 600 1rem/1.5rem var(--sans);
        margin: 0;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr));
        gap: 8px;
      }
      li button {
        width: 100%;
        height: 100%;
        display: flex;
        flex-direction: column;
        align-items: flex-start;
        justify-content: flex-start;
        gap: 0;
        text-align: left;
        white-space: normal;
        padding: 8px 12px;
      }
      b {
        display: block;
        font-weight: 600;
      }
      li span {
        display: block;
        font-size: 0.8125rem;
        line-height: 1.125rem;
        color: var(--quiet);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) network!: CheckedNetwork;
  @property({ attribute: false }) types: LayerTypeInfo[] = [];
  @property({ attribute: false }) place: Place = { after: picture };
  @property({ attribute: false }) attempt: Attempt = () => Promise.resolve(undefined);
  @property({ attribute: false }) why: Why = () => undefined;

  override focus() {
    this.renderRoot.querySelector<HTMLElement>('li button:not([aria-disabled="true"])')?.focus();
  }

  /** The networks that a layer of this type could make here. */
  private candidates({ name, min_inputs }: LayerTypeInfo): NetworkSpec[] {
    const { spec, summary } = this.network;
    const source = sourceAt(spec, this.place);
    const shape = summary.layers.find((layer) => layer.name === source)?.output ?? summary.input;
    const layer = newLayer(name, shape);
    if (min_inputs < 2) return [insert(spec, this.place, layer)];
    // What it joins: the nearest value that fits.
    const others = sourcesAt(spec, this.place).filter((each) => each !== source);
    return others
      .reverse()
      .map((other) => insert(spec, this.place, { ...layer, inputs: [source, other] }));
  }

  private item(type: LayerTypeInfo) {
    const candidates = this.candidates(type);
    const verdicts = candidates.map((each) => this.why(each));
    const open = candidates.filter((_, i) => verdicts[i] === null);
    const none = candidates.length === 0 ? 'There is only one value here to bring together.' : null;
    const reason =
      none ?? (verdicts.every((each) => typeof each === 'string') ? verdicts[0] : null);
    return html`<li>
      <button
        aria-disabled=${reason ? 'true' : 'false'}
        data-type=${type.name}
        @click=${() => {
          const chosen = open[0] ?? candidates[0];
          if (!reason && chosen) void this.attempt(chosen);
        }}
      >
        <b>${type.name}</b><span>${reason ? `Not here. ${reason}` : type.help}</span>
      </button>
    </li>`;
  }

  override render() {
    const where =
      'before' in this.place
        ? `before ${this.place.before}`
        : `after ${this.place.after === picture ? 'the picture' : this.place.after}`;
    return html`
      <div class="head">
        <h3 id="title">Add a layer ${where}</h3>
        <button @click=${() => this.dispatchEvent(new CustomEvent('cancel'))}>Cancel</button>
      </div>
      <ul aria-labelledby="title">
        ${this.types.map((type) => this.item(type))}
      </ul>
    `;
  }
}
