// What the network says of the picture: one bar for each class.
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { setStyle } from './set-style';
import type { Shown, WeightEdit } from '../app/state';
import { shared } from './shared';
import { figure, percent } from './words';

const most = 12; // bars

@customElement('conv-prediction')
export class Prediction extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        list-style: none;
        margin: 8px 0 0;
        max-width: 480px;
        padding: 0;
        display: grid;
        grid-template-columns: auto minmax(48px, 1fr) auto;
        gap: 4px 8px;
        align-items: center;
      }
      li {
        display: contents;
      }
      .name {
        max-width: 112px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .bar {
        height: 16px;
        background: var(--hover);
      }
      .bar {
        position: relative;
      }
      .bar > div {
        height: 100%;
        background: var(--control);
      }
      .bar > .before {
        position: absolute;
        top: -2px;
        width: 2px;
        height: 20px;
        background: var(--warm);
      }
      .best .bar > div {
        background: var(--accent);
      }
      .best .name,
      .best .value {
        font-weight: 600;
      }
      .value {
        min-width: 52px;
        text-align: right;
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }
      .true .name::after {
        content: ' ◂';
        color: var(--warm);
      }
      p {
        margin-top: 8px;
        min-height: 40px;
      }
      .miss {
        color: var(--warm);
      }
    `,
  ];

  @property({ attribute: false }) probabilities: number[] | null = null;
  @property({ attribute: false }) classes: string[] = [];
  @property({ attribute: false }) shown: Shown | null = null;
  /** A weight that was changed by hand: what was said before stays marked. */
  @property({ attribute: false }) edit: WeightEdit | null = null;
  /** Over the validation split, now. */
  @property({ attribute: false }) accuracy: number | null = null;

  private verdict(best: number) {
    const { classes, shown } = this;
    const says = classes[best] ?? '';
    if (!shown || shown.label < 0) return html`It says <b>${says}</b>.`;
    if (shown.label === best) return html`It says <b>${says}</b>, and that is right.`;
    return html`It says <b>${says}</b>, but the true class (<span class="miss">◂</span>) is
      <b>${classes[shown.label]}</b>.`;
  }

  /** A mark where the bar ended before a weight was changed. */
  private markBefore(i: number) {
    const value = this.edit?.probabilities[i];
    return value === undefined
      ? ''
      : html`<div
          class="before"
          ${setStyle({ left: `calc(${(value * 100).toFixed(1)}% - 1px)` })}
        ></div>`;
  }

  /** What changing a weight has done. */
  private effect({ parameter, before, value, accuracy }: WeightEdit) {
    const now = this.accuracy;
    const known = accuracy !== null && now !== null;
    return html`<p class="small numbers" id="effect">
      ${parameter}: ${figure(before)} → ${figure(value)}. The marks show what it said before.
      ${known ? html`Validation: ${percent(accuracy)} → ${percent(now)}.` : ''}
    </p>`;
  }

  override render() {
    const { probabilities, classes, shown } = this;
    const fits = probabilities?.length === classes.length ? probabilities : null;
    const known = fits?.every(Number.isFinite) ? fits : null;
    const best = known ? known.indexOf(Math.max(...known)) : -1;
    let order = classes.map((_, i) => i);
    if (known && order.length > most)
      order = order.sort((a, b) => (known[b] ?? 0) - (known[a] ?? 0)).slice(0, most);
    return html`
      <h2>Prediction</h2>
      <ol>
        ${order.slice(0, most).map((i) => {
          const value = known?.[i] ?? 0;
          const kind = `${i === best ? 'best ' : ''}${i === shown?.label ? 'true' : ''}`;
          return html`<li class=${kind}>
            <span class="name" title=${classes[i] ?? ''}>
              ${classes[i]}${i === shown?.label ? html`<span class="hidden">, the true class</span>` : ''}
            </span>
            <span class="bar" aria-hidden="true">
              <div ${setStyle({ width: `${(value * 100).toFixed(1)}%` })}></div>
              ${this.markBefore(i)}
            </span>
            <span class="value">${known ? percent(value) : '–'}</span>
          </li>`;
        })}
      </ol>
      <p class="small">
        ${known ? this.verdict(best) : fits ? 'It says nothing: its output is not finite.' : ''}
      </p>
      ${this.edit && known ? this.effect(this.edit) : ''}
    `;
  }
}
