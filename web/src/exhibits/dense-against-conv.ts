// The classic experiment: a dense and a convolutional network, trained side by side from one seed.
import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import * as icons from '../elements/icons';
import { shared } from '../elements/shared';
import { integer, lossText, percent, shapeText } from '../elements/words';
import { choice, controlStyles, slider } from './controls';
import { Race, models, type Model } from './race';
import { drawPlot } from './race-plot';
import type { LooseSettings, Quantity } from './settings';
import { denseAgainstConv as table, type DenseSettings } from './tables';

const both: Model[] = ['dense', 'conv'];

@customElement('conv-dense-against-conv')
export class DenseAgainstConv extends LitElement {
  static override styles = [
    shared,
    controlStyles,
    css`
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-bottom: 8px;
      }
      .primary {
        min-width: 136px;
      }
      .status {
        min-height: 40px;
      }
      @media (max-width: 719px) {
        .status {
          min-height: 80px;
        }
      }
      .plots {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr));
        gap: 16px 32px;
        margin: 16px 0;
      }
      h3 {
        font-size: 1rem;
        line-height: 1.5rem;
        margin: 0;
      }
      h3 span {
        font-weight: 400;
      }
      svg[role='img'] {
        display: block;
        max-width: 100%;
      }
      .tick line {
        stroke: var(--line);
      }
      svg text {
        fill: var(--quiet);
        font-size: 13px;
        font-variant-numeric: tabular-nums;
      }
      polyline {
        fill: none;
        stroke-width: 2.5;
        stroke-linejoin: round;
      }
      .dense polyline {
        stroke: var(--accent);
        stroke-dasharray: 7 4;
      }
      .dense circle {
        fill: var(--accent);
      }
      .conv polyline {
        stroke: var(--warm);
      }
      .conv circle {
        fill: var(--warm);
      }
      .key {
        display: inline-block;
        width: 28px;
        margin-right: 8px;
        vertical-align: middle;
        border-top: 3px solid var(--warm);
      }
      .key.dense {
        border-top: 3px dashed var(--accent);
      }
      td,
      th {
        white-space: normal;
        vertical-align: top;
      }
      .figures {
        width: 100%;
        table-layout: fixed;
      }
      .figures th:first-child {
        width: 30%;
      }
      .shapes {
        line-height: 1.5rem;
      }
      .shapes span {
        white-space: nowrap;
      }
      details {
        margin-top: 8px;
      }
      summary {
        font: inherit;
      }
    `,
  ];

  @property({ attribute: false }) settings = {} as DenseSettings & LooseSettings;
  @property({ attribute: false }) start = {} as DenseSettings & LooseSettings;
  @state() private version = 0;
  @state() private status = '';
  @state() private width = 320;
  private shown = '';
  private readonly size = new ResizeObserver(() => {
    const room = this.renderRoot.querySelector('.plots > div')?.clientWidth ?? 0;
    if (room > 0) this.width = Math.min(room, 560);
  });
  private waiting: (() => void)[] = [];
  private readonly race = new Race(
    () => this.changed(),
    (model, { val_accuracy: accuracy, epoch }) => {
      this.tell({ kind: 'accuracy', accuracy, model: models[model].preset, epoch });
      const step = Math.min(...both.map((each) => this.race.runners[each].epochs.length));
      this.tell({ kind: 'step', step, of: this.settings.epochs });
    },
  );

  readonly waitingFor =
    'Your guess is kept. Now press “Train both”: when both have finished, the answer is here.';

  override connectedCallback() {
    super.connectedCallback();
    void this.race.describe();
    this.size.observe(this);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.race.end();
    this.size.disconnect();
  }

  private tell(detail: object) {
    this.dispatchEvent(new CustomEvent('told', { detail }));
  }

  private changed() {
    this.version++;
    if (!this.race.finished) return;
    this.status = this.verdict();
    this.waiting.forEach((go) => go());
    this.waiting = [];
  }

  /** Other pictures, another seed: another run. */
  override willUpdate() {
    const key = JSON.stringify(this.settings);
    if (this.shown && key !== this.shown) {
      this.race.reset(this.settings);
      this.status = '';
    }
    this.shown = key;
  }

  /** Known when both have come to the end of a run such as the question asks about, with any seed. */
  async quantity({ name }: Quantity, asked: LooseSettings): Promise<number | string> {
    const { data, epochs } = asked as unknown as DenseSettings;
    if (data !== this.settings.data || epochs !== this.settings.epochs) {
      this.change({ data, epochs });
      await this.updateComplete;
    }
    while (!this.race.finished) await new Promise<void>((done) => this.waiting.push(done));
    const [dense, conv] = both.map((model) => this.last(model)?.val_accuracy ?? 0) as [
      number,
      number,
    ];
    const points = (share: number) => Math.round(share * 1000) / 10;
    if (name === 'winner') return conv > dense ? 'conv' : dense > conv ? 'dense' : 'neither';
    if (name === 'margin') return points(Math.abs(conv - dense));
    return points(name === 'dense' ? dense : conv);
  }

  private last(model: Model) {
    return this.race.runners[model].epochs.at(-1);
  }

  private change(some: Partial<DenseSettings>) {
    this.dispatchEvent(new CustomEvent('change-settings', { detail: some }));
  }

  private toggle() {
    if (this.race.running) this.race.pause();
    else if (this.race.finished) {
      this.race.reset(this.settings);
      void this.race.train(this.settings);
    } else void this.race.train(this.settings);
    this.status = this.race.running ? 'Training.' : '';
  }

  private verdict() {
    const said = both.map(
      (model) => `${models[model].title}: ${percent(this.last(model)?.val_accuracy ?? 0)}`,
    );
    return `Finished. ${said.join(', ')} of the validation pictures right.`;
  }

  private whereabouts() {
    const { race, settings } = this;
    const { pictures } = race;
    const classic = 'the classic experiment takes 5,000 and 5,000 handwritten digits';
    const what = settings.data === 'digits' ? 'handwritten digits' : 'pictures of clothing';
    if (!pictures)
      return `Adam 0.005, batches of 1,000, ${settings.epochs} epochs, seed ${settings.seed}.`;
    return `${integer(pictures.train)} training and ${integer(pictures.validation)} validation ${what}; ${classic}. Adam 0.005, batches of 1,000, seed ${settings.seed}.`;
  }

  private plots() {
    const { runners } = this.race;
    const { epochs } = this.settings;
    const accuracy = both.map((name) => ({
      ...{ name, dots: epochs <= 40 },
      points: runners[name].epochs.map((e) => [e.epoch, e.val_accuracy] as [number, number]),
    }));
    const loss = both.map((name) => {
      const { losses, stepsPerEpoch } = runners[name];
      const every = Math.max(1, stepsPerEpoch);
      return {
        ...{ name, dots: false },
        points: losses.map((b) => [b.step / every, b.loss] as [number, number]),
      };
    });
    return html`<div class="plots">
      <div>
        <h3>Accuracy <span class="quiet">on validation pictures, over epochs</span></h3>
        ${drawPlot({
          width: this.width,
          label: 'Validation accuracy of both networks over epochs',
          ...{ curves: accuracy, xEnd: epochs, y: [0.5, 1], yTicks: [0.5, 0.6, 0.7, 0.8, 0.9, 1] },
          yText: (value) => `${Math.round(value * 100)}%`,
        })}
      </div>
      <div>
        <h3>Loss <span class="quiet">of every training batch, over epochs</span></h3>
        ${drawPlot({
          width: this.width,
          label: 'Training loss of both networks over epochs',
          ...{ curves: loss, xEnd: epochs, y: [0, 2.5], yTicks: [0, 0.5, 1, 1.5, 2, 2.5] },
          yText: String,
        })}
      </div>
    </div>`;
  }

  /** The shapes that change on the way, as the engine gives them: channels last, as books write. */
  private shapes(model: Model) {
    const { network } = this.race.runners[model];
    if (!network) return html`<span class="quiet">…</span>`;
    const { input, layers } = network.summary;
    const text = ([channels = 0, ...size]: number[]) =>
      shapeText(size.length > 0 ? [...size, channels] : [channels]);
    const list = [input, ...layers.map(({ output }) => output)].map(text);
    const steps = list.filter((shape, i) => shape !== list[i - 1]);
    return steps.map((shape, i) => html`${i > 0 ? ' → ' : ''}<span>${shape}</span>`);
  }

  private figures() {
    const row = (title: string, of: (model: Model) => unknown, kind = '') =>
      html`<tr>
        <th scope="row">${title}</th>
        ${both.map((model) => html`<td class=${kind} id="${model}-${title.split(' ').at(-1)?.toLowerCase()}">${of(model)}</td>`)}
      </tr>`;
    const { runners } = this.race;
    return html`<table class="figures">
      <thead>
        <tr>
          <td></td>
          ${both.map(
            (model) =>
              html`<th scope="col"><span class="key ${model}"></span>${models[model].title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${row('Parameters', (model) => {
          const { network } = runners[model];
          return network ? integer(network.summary.parameters) : '…';
        })}
        ${row('Shapes', (model) => this.shapes(model), 'shapes')}
        ${row('Epoch', (model) => `${runners[model].epochs.length} of ${this.settings.epochs}`)}
        ${row('Validation accuracy', (model) => {
          const last = this.last(model);
          return last ? percent(last.val_accuracy) : '–';
        })}
        ${row('Validation loss', (model) => {
          const last = this.last(model);
          return last ? lossText(last.val_loss) : '–';
        })}
      </tbody>
    </table>`;
  }

  private numbers() {
    const { runners } = this.race;
    const rows = Math.max(...both.map((model) => runners[model].epochs.length));
    return html`<details>
      <summary>The numbers of every epoch</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="The numbers of every epoch">
        <table>
          <thead>
            <tr>
              <th scope="col">Epoch</th>
              ${both.map(
                (model) =>
                  html`<th scope="col">${models[model].title}: accuracy</th>
                    <th scope="col">loss</th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${Array.from(
              { length: rows },
              (_, i) =>
                html`<tr>
                  <th scope="row">${i + 1}</th>
                  ${both.map((model) => {
                    const epoch = runners[model].epochs[i];
                    return html`<td>${epoch ? percent(epoch.val_accuracy) : '–'}</td>
                      <td>${epoch ? lossText(epoch.val_loss) : '–'}</td>`;
                  })}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  override render() {
    const { settings, race } = this;
    if (!settings.data) return html``;
    const { fields } = table;
    const go = race.running
      ? 'Pause'
      : race.finished
        ? 'Train again'
        : race.begun
          ? 'Go on'
          : 'Train both';
    return html`
      <div class="controls">
        ${choice('data', fields.data.label, settings.data, fields.data.options, (data) =>
          this.change({ data }),
        )}
        ${slider(
          'epochs',
          fields.epochs.label,
          settings.epochs,
          [1, fields.epochs.maximum],
          (epochs) => this.change({ epochs }),
        )}
      </div>
      <div class="buttons" role="group" aria-label="Training">
        <button
          class="primary"
          @click=${(event: MouseEvent) => {
            // The second half of a double click does not take back the first.
            if (event.detail < 2) this.toggle();
          }}
        >
          ${race.running ? icons.pause : icons.play} ${go}
        </button>
        <button ?disabled=${!race.begun} @click=${() => race.reset(settings)}>
          ${icons.back} Reset
        </button>
        <button @click=${() => this.change({ seed: (settings.seed + 1) % 1000000 })}>
          New seed
        </button>
      </div>
      ${race.error ? html`<p class="wrong" role="alert">${race.error.replace(/\.?$/, '.')} Press “Train both” to try again.</p>` : ''}
      <p class="small quiet status">${this.whereabouts()}</p>
      <p class="hidden" role="status">${this.status}</p>
      ${this.plots()} ${this.figures()} ${this.numbers()}
    `;
  }
}
