// Train, Step, Epoch, Reset, and where training stands.
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Progress } from '../app/state';
import type { EpochMetrics } from '../engine/api';
import * as icons from './icons';
import { shared } from './shared';
import { integer, lossText, percent } from './words';

@customElement('conv-toolbar')
export class Toolbar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 32px;
        padding: 8px 0;
      }
      .buttons {
        display: flex;
        gap: 8px;
      }
      .primary {
        min-width: 112px;
      }
      dl {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 32px;
        margin: 0;
      }
      dl > div {
        min-width: 80px;
      }
      dt {
        font-size: 0.8125rem;
        line-height: 1rem;
        color: var(--quiet);
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .speed {
        min-width: 104px;
      }
      @media (max-width: 719px) {
        :host {
          gap: 8px;
        }
        .buttons {
          width: 100%;
          gap: 8px;
        }
        .buttons button {
          flex: 1 1 auto;
          padding: 0 8px;
          min-height: 48px;
        }
        .buttons button:not(.primary) svg {
          display: none;
        }
        .primary {
          min-width: 104px;
        }
        dl {
          width: 100%;
          gap: 0 16px;
          justify-content: space-between;
        }
        dl > div {
          min-width: 0;
        }
        .speed {
          min-width: 64px;
        }
        .optional {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) run = 'loading';
  @property({ attribute: false }) progress: Progress | null = null;
  @property({ attribute: false }) epochs = 0;
  @property({ attribute: false }) done: EpochMetrics | null = null;

  private send(command: string) {
    this.dispatchEvent(new CustomEvent('command', { detail: command }));
  }

  override render() {
    const busy = this.run === 'running' || this.run === 'waiting';
    const off = ['loading', 'crashed', 'stopped'].includes(this.run);
    const { step = 0, epoch = 1, loss = null, imagesPerSecond = null } = this.progress ?? {};
    return html`
      <div class="buttons" role="group" aria-label="Training">
        <button class="primary" ?disabled=${off} @click=${() => this.send('toggle')}>
          ${busy ? icons.pause : icons.play} ${busy ? 'Pause' : 'Train'}
        </button>
        <button
          ?disabled=${off}
          title="Train on one batch of pictures"
          @click=${() => this.send('step')}
        >
          ${icons.stepOn} Step
        </button>
        <button
          ?disabled=${off}
          title="Train to the end of this epoch"
          @click=${() => this.send('epoch')}
        >
          ${icons.epochOn} Epoch
        </button>
        <button
          ?disabled=${this.run === 'loading' || this.run === 'crashed'}
          title="The same initial weights again"
          @click=${() => this.send('reset')}
        >
          ${icons.back} Reset
        </button>
      </div>
      <dl>
        <div>
          <dt>Epoch</dt>
          <dd id="epoch">${Math.min(epoch, this.epochs)} of ${integer(this.epochs)}</dd>
        </div>
        <div class="optional">
          <dt>Step</dt>
          <dd id="step">${integer(step)}</dd>
        </div>
        <div>
          <dt>Loss</dt>
          <dd id="loss">${loss === null ? '–' : lossText(loss)}</dd>
        </div>
        <div>
          <dt>Validation</dt>
          <dd id="validation">${this.done ? percent(this.done.val_accuracy) : '–'}</dd>
        </div>
        <div class="speed">
          <dt>Images/s</dt>
          <dd id="speed">${imagesPerSecond === null ? '–' : integer(imagesPerSecond)}</dd>
        </div>
      </dl>
    `;
  }
}
