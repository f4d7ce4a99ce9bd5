// Train, Step, Epoch, Reset, and where training stands.
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Progress } from '../app/state';
import type { DeviceState, EngineBuild, EpochMetrics } from '../engine/api';
import * as icons from './icons';
import { shared } from './shared';
import { buildReason, buildText, deviceReason, integer, lossText, percent } from './words';

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
      .icon {
        padding: 0;
        width: 40px;
      }
      .undo {
        gap: 0;
      }
      .undo button:first-child {
        border-radius: 6px 0 0 6px;
      }
      .undo button:last-child {
        border-radius: 0 6px 6px 0;
        margin-left: -1px;
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
        min-width: 128px;
      }
      @media (max-width: 719px) {
        :host {
          gap: 8px;
        }
        .buttons {
          width: 100%;
        }
        .buttons button {
          flex: 1 1 auto;
          padding: 0 8px;
          min-height: 48px;
        }
        .buttons.undo {
          order: 1;
          width: auto;
        }
        .undo .icon {
          width: 40px;
          min-height: 40px;
        }
        .buttons button:not(.primary, .icon) svg {
          display: none;
        }
        .buttons .primary {
          min-width: 92px;
        }
        dl {
          flex: 1 1 0;
          flex-wrap: nowrap;
          gap: 0 8px;
          justify-content: space-between;
        }
        dl > div {
          min-width: 0;
        }
        dl .speed {
          min-width: 48px;
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
  /** What an undo and a redo would take back or bring again; null when there is nothing. */
  @property({ attribute: false }) back: string | null = null;
  @property({ attribute: false }) forth: string | null = null;
  /** Which engine trains. */
  @property({ attribute: false }) build: EngineBuild | null = null;
  @property({ attribute: false }) device: DeviceState | null = null;
  /** Groups that are not shown: train, undo. */
  @property({ attribute: false }) hide: string[] = [];

  constructor() {
    super();
    for (const name of ['focusin', 'pointerover'])
      this.addEventListener(name, (event) => this.explain(event));
  }

  /** What a button does, for the line that says so, when it has the focus or the mouse. */
  private explain(event: Event) {
    const [target] = event.composedPath();
    const title = target instanceof Element ? target.closest('button')?.title : '';
    if (title) this.dispatchEvent(new CustomEvent('explain', { detail: `${title}.` }));
  }

  private send(command: string) {
    this.dispatchEvent(new CustomEvent('command', { detail: command }));
  }

  private history(command: 'undo' | 'redo', what: string | null) {
    const label = command === 'undo' ? 'Undo' : 'Redo';
    const text = what === null ? `${label}: nothing yet` : `${label}: ${what.toLowerCase()}`;
    const off = what === null || this.run === 'loading' || this.run === 'crashed';
    return html`<button
      class="icon"
      ?disabled=${off}
      aria-label=${text}
      title=${text}
      @click=${() => this.send(command)}
    >
      ${command === 'undo' ? icons.undo : icons.redo}
    </button>`;
  }

  private undoing() {
    return this.hide.includes('undo')
      ? ''
      : html`<div class="buttons undo" role="group" aria-label="Undo and redo">
          ${this.history('undo', this.back)} ${this.history('redo', this.forth)}
        </div>`;
  }

  private training(busy: boolean, off: boolean) {
    return html`
      <div class="buttons" role="group" aria-label="Training">
        <button
          class="primary"
          ?disabled=${off}
          title=${busy ? 'Stop after this batch; Train goes on from there' : 'Train on all pictures, epoch after epoch'}
          @click=${() => this.send('toggle')}
        >
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
    `;
  }

  override render() {
    const busy = this.run === 'running' || this.run === 'waiting';
    const off = ['loading', 'crashed', 'stopped'].includes(this.run);
    const { step = 0, epoch = 1, loss = null, imagesPerSecond = null } = this.progress ?? {};
    const { build, device } = this;
    const onGpu = device?.on === 'gpu';
    const speed = imagesPerSecond === null ? '–' : integer(imagesPerSecond);
    const meanwhile = device?.compiling ? 'compiling' : device?.measuring ? 'measuring' : '';
    const trainer = onGpu ? 'GPU' : build ? buildText(build) : '';
    const reason = onGpu ? deviceReason(device) : build ? buildReason(build) : '';
    return html`
      ${this.hide.includes('train') ? '' : this.training(busy, off)} ${this.undoing()}
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
          <dt>
            Images/s<span id="build" class="optional" title=${reason}
              >${trainer ? `, ${trainer}` : ''}</span
            >
          </dt>
          <dd id="speed">${(busy && meanwhile) || speed}</dd>
        </div>
      </dl>
    `;
  }
}
