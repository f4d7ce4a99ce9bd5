// The pictures behind a cell of the confusion matrix, or the surest mistakes of all. A click sends
// one through the network.
import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Mistakes as Found } from '../engine/api';
import { drawPicture } from './picture-canvas';
import { shared } from './shared';
import { integer, percent } from './words';

type Picture = Found['pictures'][number];

@customElement('conv-mistakes')
export class Mistakes extends LitElement {
  static override styles = [
    shared,
    css`
      .head {
        margin: 16px 0 0;
        align-items: center;
      }
      h3 {
        font: inherit;
        font-weight: 600;
        margin: 0;
      }
      .head button {
        min-height: 32px;
      }
      /* Of one height, so that nothing below it moves when training finds others. */
      .pictures {
        height: 256px;
        overflow-y: auto;
        margin-top: 8px;
        padding: 4px;
        border: 1px solid var(--line);
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(76px, 1fr));
        gap: 4px;
      }
      li button {
        display: grid;
        justify-items: center;
        gap: 4px;
        width: 100%;
        padding: 4px;
        border-color: transparent;
        font-size: 0.8125rem;
        line-height: 1rem;
        font-variant-numeric: tabular-nums;
        white-space: normal;
      }
      li button[aria-current='true'] {
        border-color: var(--accent);
      }
      canvas {
        width: 56px;
        height: 56px;
        object-fit: contain;
        background: #000;
      }
      .pictures p {
        margin: 8px;
      }
      @media (max-width: 719px) {
        .pictures {
          height: 320px;
        }
      }
    `,
  ];

  @property({ attribute: false }) mistakes: Found | null = null;
  @property({ attribute: false }) classes: string[] = [];
  /** Of the pictures: channels, height, width. */
  @property({ attribute: false }) shape: number[] = [];
  /** The validation picture that is in the network. */
  @property({ attribute: false }) shown: number | null = null;
  /** Which of them is in the tab order. */
  @state() private current = 0;

  override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('mistakes')) return;
    const last = changed.get('mistakes');
    const other = last?.truth !== this.mistakes?.truth || last?.answer !== this.mistakes?.answer;
    const end = Math.max(0, (this.mistakes?.pictures.length ?? 0) - 1);
    this.current = other ? 0 : Math.min(this.current, end);
  }

  override updated(changed: PropertyValues<this>) {
    if (!changed.has('mistakes') && !changed.has('shape')) return;
    this.renderRoot.querySelectorAll('canvas').forEach((canvas, i) => {
      const picture = this.mistakes?.pictures[i];
      if (picture) drawPicture(canvas, picture.pixels, this.shape);
    });
  }

  private name(index: number) {
    return this.classes[index] ?? String(index);
  }

  private send(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private choose(i: number, { index }: Picture) {
    this.current = i;
    this.send('picture', { index });
  }

  private keydown(event: KeyboardEvent) {
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('li button')];
    const at = buttons.findIndex((each) => each.matches(':focus'));
    const top = buttons[at]?.getBoundingClientRect().top;
    const across = buttons.filter((each) => each.getBoundingClientRect().top === top).length;
    const steps: Record<string, number> = {
      ...{ ArrowLeft: at - 1, ArrowRight: at + 1 },
      ...{ ArrowUp: at - across, ArrowDown: at + across },
      ...{ Home: 0, End: buttons.length - 1 },
    };
    const to = steps[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    if (!buttons[to]) return;
    this.current = to;
    buttons[to].focus();
  }

  private heading({ truth, answer, total }: Found) {
    const count = `${integer(total)} ${total === 1 ? 'picture' : 'pictures'}`;
    if (truth < 0) return `Wrong: ${count}, the surest first`;
    if (truth === answer) return `${this.name(truth)}, and right: ${count}, the least sure first`;
    return `True ${this.name(truth)}, answered ${this.name(answer)}: ${count}, the surest first`;
  }

  private picture(picture: Picture, i: number) {
    const { index, label, answer, confidence } = picture;
    const [truth, said] = [this.name(label), this.name(answer)];
    const sure = percent(confidence);
    return html`<li>
      <button
        tabindex=${i === this.current ? 0 : -1}
        aria-label="Picture ${integer(index + 1)}: true ${truth}, answered ${said}, ${sure} sure"
        aria-current=${index === this.shown ? 'true' : 'false'}
        @click=${() => this.choose(i, picture)}
        @focus=${() => (this.current = i)}
      >
        <canvas></canvas>
        <span>${this.mistakes && this.mistakes.truth < 0 ? `${truth} → ${said}` : ''} ${sure}</span>
      </button>
    </li>`;
  }

  override render() {
    const { mistakes } = this;
    const pictures = mistakes?.pictures ?? [];
    const more = (mistakes?.total ?? 0) - pictures.length;
    return html`
      <div class="head">
        <div role="status">
          <h3>${mistakes ? this.heading(mistakes) : 'Looking for them …'}</h3>
        </div>
        <button @click=${() => this.send('close', null)}>Close</button>
      </div>
      <div class="pictures">
        ${
          pictures.length > 0
            ? html`<p class="small quiet">
                The number is how sure the network is of its answer. Choose a picture to see it in
                the network.${more > 0 ? html` ${integer(more)} more are not shown.` : ''}
              </p>`
            : html`<p class="small quiet">${mistakes ? 'None, as the network is now.' : ''}</p>`
        }
        <ul @keydown=${(event: KeyboardEvent) => this.keydown(event)}>
          ${pictures.map((picture, i) => this.picture(picture, i))}
        </ul>
      </div>
    `;
  }
}
