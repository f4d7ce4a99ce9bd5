// The settings of one layer: its name, its attributes, what it reads, and what can be done with it.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import * as edit from '../app/spec-edit';
import { toWrite, valueOf } from '../app/spec-fields';
import { picture } from '../app/spec-names';
import type { AttributeInfo, CheckedNetwork, LayerTypeInfo, NetworkSpec } from '../engine/api';
import './editor-field';
import type { Attempt } from './editor-field';
import { editorStyle } from './editor-style';
import type { Why } from './editor-verdicts';
import { shared } from './shared';

interface Action {
  id: string;
  label: string;
  help: string;
  /** The network it makes; none where there is nothing to be done. */
  to: NetworkSpec | undefined;
}

@customElement('conv-editor-layer')
export class EditorLayer extends LitElement {
  static override styles = [
    shared,
    editorStyle,
    css`
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 184px), 1fr));
        gap: 16px;
        margin: 8px 0 16px;
      }
      .inputs {
        display: grid;
        gap: 4px;
        align-content: start;
        border: 0;
        margin: 0;
        padding: 0;
        min-width: 0;
      }
      .inputs legend {
        padding: 0;
      }
      .input {
        display: flex;
        gap: 4px;
      }
      .input button {
        flex: none;
        width: 40px;
        padding: 0;
      }
      .input select {
        min-width: 0;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .actions button {
        padding: 0 12px;
      }
      .note {
        font-size: 0.8125rem;
        line-height: 1.125rem;
        margin-top: 2px;
      }
      .said {
        min-height: 1.25rem;
        margin-top: 8px;
      }
    `,
  ];

  @property({ attribute: false }) network!: CheckedNetwork;
  @property({ attribute: false }) types: LayerTypeInfo[] = [];
  @property() name = '';
  @property({ type: Boolean }) locked = false;
  @property({ attribute: false }) attempt: Attempt = () => Promise.resolve(undefined);
  @property({ attribute: false }) why: Why = () => undefined;
  @state() private wrongName = '';
  @state() private wrongInputs = '';
  /** What the action says that has the focus, or the pointer. */
  @state() private said = '';

  override willUpdate(changed: PropertyValues<this>) {
    if (changed.has('name')) this.wrongName = '';
    if (changed.has('network')) this.wrongInputs = '';
  }

  private get spec() {
    return this.network.spec;
  }
  private get index() {
    return this.spec.layers.findIndex(({ name }) => name === this.name);
  }
  private get isLast() {
    return this.index === this.spec.layers.length - 1;
  }

  private field(info: AttributeInfo) {
    const { spec, name, isLast } = this;
    const layer = spec.layers[this.index];
    if (!layer) return '';
    const classes = isLast && layer.type === 'linear' && info.name === 'out_features';
    const fixed = classes ? 'One for every class of the dataset.' : '';
    return html`<conv-editor-field
      data-attribute=${info.name}
      .info=${info}
      .value=${valueOf(spec, layer, info)}
      .fixed=${this.locked ? 'It stays as it is here.' : fixed}
      .candidate=${(value: unknown) =>
        edit.setAttribute(spec, name, info.name, toWrite(spec, layer, info, value))}
      .attempt=${this.attempt}
      .why=${((spec, own) => this.why(spec, own && `${name} ${info.name} ${own}`)) satisfies Why}
    ></conv-editor-field>`;
  }

  private async rename(input: HTMLInputElement) {
    const to = input.value.trim();
    if (to === this.name) this.wrongName = '';
    else this.wrongName = (await this.attempt(edit.rename(this.spec, this.name, to))) ?? '';
  }

  private nameField() {
    return html`<div>
      <label class="label" for="name">name</label>
      <input
        id="name"
        type="text"
        autocomplete="off"
        spellcheck="false"
        .value=${this.name}
        ?readonly=${this.locked}
        aria-invalid=${this.wrongName ? 'true' : 'false'}
        aria-describedby="name-note"
        @change=${(event: Event) => void this.rename(event.target as HTMLInputElement)}
      />
      <p id="name-note" class="note ${this.wrongName ? 'wrong' : 'quiet'}" aria-live="polite">
        ${this.wrongName || 'What the layer is called, here and in its saved weights.'}
      </p>
    </div>`;
  }

  // --- what it reads ---

  private inputSelect(inputs: string[], slot: number, sources: string[]) {
    const { spec, name } = this;
    const now = inputs[slot] ?? picture;
    const candidate = (to: string) => edit.setInputs(spec, name, inputs.with(slot, to));
    const reasons = new Map(
      sources.map(
        (each) =>
          [
            each,
            each === now ? null : this.why(candidate(each), `${name} ${slot} ${each}`),
          ] as const,
      ),
    );
    const label = inputs.length > 1 ? `input ${slot + 1} of ${inputs.length}` : 'input';
    return html`<select
      aria-label=${label}
      aria-describedby="inputs-note"
      .value=${now}
      ?disabled=${this.locked}
      @change=${(event: Event) => {
        const select = event.target as HTMLSelectElement;
        void this.setInputs(candidate(select.value), () => (select.value = now));
      }}
    >
      ${sources.map(
        (each) =>
          html`<option
            value=${each}
            ?disabled=${typeof reasons.get(each) === 'string'}
            title=${reasons.get(each) ?? ''}
            .selected=${each === now}
          >
            ${this.valueText(each)}
          </option>`,
      )}
    </select>`;
  }

  private valueText(name: string) {
    const { summary } = this.network;
    const shape = summary.layers.find((layer) => layer.name === name)?.output ?? summary.input;
    return `${name === picture ? 'the picture' : name} (${shape.join('×')})`;
  }

  private async setInputs(spec: NetworkSpec, refused = () => {}) {
    this.wrongInputs = (await this.attempt(spec)) ?? '';
    if (this.wrongInputs) refused();
  }

  private inputs(type: LayerTypeInfo) {
    const { spec, name } = this;
    const layer = edit.wired(spec)[this.index];
    if (!layer) return '';
    const { inputs } = layer;
    const sources = edit.sourcesOf(spec, name);
    const several = type.max_inputs > 1;
    const more = sources
      .toReversed()
      .map((each) => edit.setInputs(spec, name, [...inputs, each]))
      .find((each) => this.why(each) === null);
    return html`<fieldset class="inputs" ?disabled=${this.locked}>
      <legend class="label">${several ? 'inputs' : 'input'}</legend>
      ${inputs.map((input, slot) => {
        const less = edit.setInputs(spec, name, inputs.toSpliced(slot, 1));
        const reason = this.why(less, `${name} less ${slot}`);
        return html`<div class="input">
          ${this.inputSelect(inputs, slot, sources)}
          ${
            several
              ? html`<button
                  aria-label="Remove the input ${input}"
                  aria-disabled=${reason ? 'true' : 'false'}
                  title=${reason ?? 'Remove this input'}
                  @click=${() => {
                    const refused = this.why(less);
                    if (refused) this.wrongInputs = refused;
                    else void this.setInputs(less);
                  }}
                >
                  −
                </button>`
              : ''
          }
        </div>`;
      })}
      ${
        several && inputs.length < type.max_inputs
          ? html`<button ?disabled=${!more} @click=${() => more && void this.setInputs(more)}>
              Add an input
            </button>`
          : ''
      }
      <p id="inputs-note" class="note ${this.wrongInputs ? 'wrong' : 'quiet'}" aria-live="polite">
        ${this.wrongInputs || this.inputsHelp(layer.inputs, sources)}
      </p>
    </fieldset>`;
  }

  private inputsHelp(inputs: string[], sources: string[]) {
    const usual = 'The layer whose output it reads; any earlier one that fits.';
    const refused = sources
      .map((each) => this.why(edit.setInputs(this.spec, this.name, inputs.with(-1, each))))
      .find((each, i) => typeof each === 'string' && sources[i] !== inputs.at(-1));
    return refused ? `${usual} Grey ones do not fit, for instance: ${refused}.` : usual;
  }

  // --- what can be done with it ---

  private actions(): Action[] {
    const { spec, name, network } = this;
    const shape = network.summary.layers[this.index]?.output ?? [];
    const plain = edit.remove(spec, name);
    const pruned = edit.removeWithBranch(spec, name);
    const branch = typeof this.why(plain) === 'string' && this.why(pruned) === null;
    const image = shape.length === 3;
    return [
      ...([
        { id: 'up', label: 'Move up', help: 'One place earlier.', to: edit.step(spec, name, -1) },
        { id: 'down', label: 'Move down', help: 'One place later.', to: edit.step(spec, name, 1) },
        {
          id: 'duplicate',
          label: 'Duplicate',
          help: 'The same layer once more, behind this one.',
          to: edit.duplicate(spec, name),
        },
        {
          id: 'skip',
          label: 'Skip around it',
          help: 'Adds what the layer reads to what it makes: a shortcut.',
          to: edit.skipAround(spec, name),
        },
        {
          id: 'residual',
          label: 'Residual branch',
          help: 'From here, two layers, and their result added to what went in.',
          to: edit.branch(spec, name, 'residual', shape),
        },
      ] satisfies Action[]),
      ...(image
        ? [
            {
              id: 'inception',
              label: 'Inception branch',
              help: 'From here, kernels of 1×1, 3×3 and 5×5 side by side, and their maps stacked.',
              to: edit.branch(spec, name, 'inception', shape),
            },
          ]
        : []),
      {
        id: 'remove',
        label: branch ? 'Remove with its branch' : 'Remove',
        help: branch
          ? 'Takes it out, and the layers that then nobody reads.'
          : 'Takes it out; who reads it reads its input instead.',
        to: branch ? pruned : plain,
      },
    ];
  }

  private action({ id, label, help, to }: Action) {
    const none = id === 'up' ? 'It is the first layer.' : 'It is the last layer.';
    const reason = to ? this.why(to, `${this.name} ${id}`) : none;
    const refused = () => (to ? this.why(to) : none);
    const say = () => (this.said = reason ? `Not possible: ${reason}` : help);
    return html`<button
      id=${id}
      aria-disabled=${reason ? 'true' : 'false'}
      aria-describedby="said"
      title=${reason ?? help}
      @focus=${say}
      @pointerenter=${say}
      @click=${async () => {
        if (refused() || !to) say();
        else this.said = (await this.attempt(to)) ?? '';
      }}
    >
      ${label}
    </button>`;
  }

  private adding() {
    const add = (place: edit.Place) =>
      this.dispatchEvent(new CustomEvent('add', { detail: place }));
    return html`
      <button id="add-before" @click=${() => add({ before: this.name })}>Add before …</button>
      <button id="add-after" @click=${() => add({ after: this.name })}>Add after …</button>
    `;
  }

  override render() {
    const type = this.types.find(({ name }) => name === this.spec.layers[this.index]?.type);
    if (!type) return html``;
    return html`
      <p class="small quiet">
        ${type.help}
        ${
          this.isLast
            ? html`The last layer must give one number for every class of the dataset; a linear one
              is made to.`
            : ''
        }
        ${this.locked ? 'It stays as it is here.' : ''}
      </p>
      <div class="fields">
        ${this.nameField()} ${this.inputs(type)} ${type.attributes.map((info) => this.field(info))}
      </div>
      ${
        this.locked
          ? ''
          : html`<div class="actions" role="group" aria-label="What to do with ${this.name}">
                ${this.adding()} ${this.actions().map((each) => this.action(each))}
              </div>
              <p id="said" class="small quiet said" aria-live="polite">${this.said}</p>`
      }
    `;
  }
}
