// Edges and depth: a heat map of how much of each output comes from real inputs, through 1 to 6 layers.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../elements/grid';
import type { PointDetail } from '../elements/grid';
import * as icons from '../elements/icons';
import '../elements/legend';
import { shared } from '../elements/shared';
import { integer, numberText } from '../elements/words';
import { choice, controlStyles, slider } from './controls';
import type { Grid } from './convolution';
import { complete, edgesLimits, edgesMap, edgesQuantity, reach } from './edges-rules';
import { calculate } from './engine';
import type { LooseSettings, Quantity } from './settings';
import { edgesTable as table, type Edge, type EdgesSettings } from './tables';

/** As many digits as a cell has room for; the line above the map has more. */
const hundredths = (value: number) =>
  Number.isInteger(value) ? String(value) : value.toFixed(2).replace('-', '−');

@customElement('conv-edges')
export class EdgesExhibit extends LitElement {
  static override styles = [
    shared,
    controlStyles,
    css`
      .facts {
        min-height: 72px;
        max-width: 44rem;
        margin: 8px 0;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 8px 16px;
        margin-top: 8px;
      }
      .map {
        min-height: 300px;
      }
    `,
  ];

  @property({ attribute: false }) settings = {} as EdgesSettings & LooseSettings;
  @property({ attribute: false }) start = {} as EdgesSettings & LooseSettings;
  @state() private map: Grid | null = null;
  @state() private error = '';
  @state() private cell: number | null = null;
  @state() private pinned: number | null = null;
  private hit: number[] = [];
  private shown = '';

  override connectedCallback() {
    super.connectedCallback();
    this.addEventListener('keydown', this.escape);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.escape);
  }
  private readonly escape = (event: KeyboardEvent) => {
    if (event.key === 'Escape') this.pinned = null;
  };

  override willUpdate(changed: PropertyValues) {
    // The same array while nothing has changed, so that a hover does not draw the map again.
    if (changed.has('pinned')) this.hit = this.pinned === null ? [] : [this.pinned];
    const key = JSON.stringify(this.settings);
    if (!this.settings.size || key === this.shown) return;
    this.shown = key;
    edgesMap(this.settings, calculate).then(
      (map) => {
        if (key !== this.shown) return;
        this.map = map;
        this.error = '';
        if ((this.pinned ?? 0) >= map.values.length) this.pinned = null;
      },
      (error: Error) => {
        if (key === this.shown) this.error = error.message;
      },
    );
  }

  quantity(asked: Quantity, settings: LooseSettings) {
    return edgesQuantity(asked, settings as unknown as EdgesSettings, calculate);
  }

  private change(some: Partial<EdgesSettings>) {
    this.dispatchEvent(new CustomEvent('change-settings', { detail: some }));
  }

  private controls() {
    const { settings: now } = this;
    const { fields } = table;
    const limits = edgesLimits(now);
    const number = (name: 'size' | 'kernel' | 'layers') =>
      slider(name, fields[name].label, now[name], limits[name], (value) => {
        this.change({ [name]: value });
        if (name === 'layers')
          this.dispatchEvent(
            new CustomEvent('told', {
              detail: { kind: 'step', step: value, of: limits.layers[1] },
            }),
          );
      });
    return html`<div class="controls">
        ${number('layers')} ${number('kernel')} ${number('size')}
        ${choice<Edge>(
          'padding',
          fields.padding.label,
          now.padding,
          fields.padding.options,
          (v) => this.change({ padding: v }),
          limits.paddings,
        )}
        ${choice('show', fields.show.label, now.show, fields.show.options, (v) =>
          this.change({ show: v }),
        )}
        ${
          now.show === 'flat'
            ? choice(
                'border',
                fields.border.label,
                now.border,
                fields.border.options,
                (v) => this.change({ border: v }),
                limits.borders,
              )
            : ''
        }
      </div>
      <p class="why">
        ${
          limits.layers[1] < fields.layers.maximum
            ? `After ${limits.layers[1]} ${limits.layers[1] === 1 ? 'layer' : 'layers'} with this kernel and this padding nothing is left to slide over, so there are no more to choose.`
            : ''
        }
      </p>`;
  }

  private facts(map: Grid) {
    const { settings } = this;
    const wide = reach(settings);
    const cell = this.cell ?? this.pinned;
    const at = cell !== null && cell < map.values.length ? cell : null;
    const place =
      at === null
        ? ''
        : `row ${Math.floor(at / map.columns) + 1}, column ${(at % map.columns) + 1}`;
    const value = at === null ? '' : numberText(map.values[at] ?? 0);
    if (settings.show === 'flat')
      return html`<p class="facts numbers">
        A picture in which every number is 1, averaged
        ${settings.layers === 1 ? 'once' : `${settings.layers} times`}: whatever is not 1 now comes
        from the border.
        ${at === null ? '' : html`<br />Output in ${place}: <strong>${value}</strong>.`}
      </p>`;
    const whole = complete(settings, map);
    return html`<p class="facts numbers">
      Through ${settings.layers} ${settings.layers === 1 ? 'layer' : 'layers'} an output looks at
      ${wide}×${wide} = ${integer(wide * wide)} places.
      <strong id="complete">${whole} of ${map.values.length}</strong> outputs see real inputs only.
      ${at === null ? '' : html`<br />Output in ${place}: <strong>${value}</strong> real inputs.`}
    </p>`;
  }

  override render() {
    const { settings, map } = this;
    if (!settings.size) return html``;
    const range = settings.show === 'count' ? reach(settings) ** 2 : 1;
    return html`
      ${this.controls()} ${this.error ? html`<p class="wrong" role="alert">${this.error}</p>` : ''}
      ${
        map
          ? html`${this.facts(map)}
              <div class="map">
                <conv-grid
                  id="map"
                  label="${table.fields.show.options[settings.show]}, ${map.rows}×${map.columns}"
                  .rows=${map.rows}
                  .columns=${map.columns}
                  .values=${map.values}
                  .range=${range}
                  .text=${settings.show === 'flat' ? hundredths : numberText}
                  .hit=${this.hit}
                  .cell=${map.columns <= 13 ? 40 : 22}
                  @point=${(event: CustomEvent<PointDetail>) => (this.cell = event.detail.cell)}
                  @pin=${(event: CustomEvent<{ cell: number }>) => (this.pinned = event.detail.cell)}
                ></conv-grid>
              </div>`
          : this.error
            ? ''
            : html`<p class="quiet">The engine is being loaded …</p>`
      }
      <div class="foot">
        <button @click=${() => this.change({ ...this.start })}>${icons.back} Reset</button>
        <conv-legend .range=${range} positive></conv-legend>
      </div>
    `;
  }
}
