// Every layer with its shape and cost.
import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { NetworkInfo } from '../engine/api';
import { shared } from './shared';
import { integer, layerText, shapeText } from './words';

@customElement('conv-layers')
export class LayersTable extends LitElement {
  static override styles = shared;
  @property({ attribute: false }) network: NetworkInfo | null = null;

  override render() {
    const { network } = this;
    if (!network) return html``;
    const { summary, spec } = network;
    return html`
      <div class="head">
        <h2>Layers</h2>
        <span class="small quiet numbers">
          ${integer(summary.parameters)} parameters, ${integer(summary.multiply_adds)} multiply-adds
          a picture
        </span>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of layers">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Output</th>
              <th scope="col" class="right">Parameters</th>
              <th scope="col" class="right">Multiply-adds</th>
              <th scope="col">Sees of the input</th>
            </tr>
          </thead>
          <tbody>
            ${summary.layers.map((layer, i) => {
              const { height, width } = layer.receptive_field;
              return html`<tr>
                <th scope="row">${layer.name}</th>
                <td>${layerText(spec.layers[i] ?? { type: layer.type })}</td>
                <td>${shapeText(layer.output)}</td>
                <td class="right">${layer.parameters > 0 ? integer(layer.parameters) : '–'}</td>
                <td class="right">
                  ${layer.multiply_adds > 0 ? integer(layer.multiply_adds) : '–'}
                </td>
                <td>${height}×${width}</td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
    `;
  }
}
