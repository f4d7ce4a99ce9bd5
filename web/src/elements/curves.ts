// Loss and accuracy over the steps: every batch as a faint line, every epoch as a point, training
// drawn through and validation dashed.
import { LitElement, css, html, unsafeCSS } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import plotStyle from 'uplot/dist/uPlot.min.css?inline';
import type { History } from '../app/history';
import { onTheme } from '../app/theme';
import { shared } from './shared';
import { lossText, percent } from './words';

const every = 200; // ms between two drawings
const height = 160;

/** One x for every batch and every epoch, and the columns that belong to it. */
export function align({ steps, losses, accuracies, epochs }: History) {
  const at = new Map(epochs.map((epoch) => [epoch.step, epoch]));
  const x = [...new Set([...steps, ...at.keys()])].sort((a, b) => a - b);
  const place = new Map(steps.map((step, i) => [step, i]));
  const column = (of: (step: number) => number | undefined) => x.map((step) => of(step) ?? null);
  const batch = (values: number[]) => column((step) => values[place.get(step) ?? -1]);
  return {
    loss: [x, batch(losses), column((s) => at.get(s)?.loss), column((s) => at.get(s)?.val_loss)],
    accuracy: [
      x,
      batch(accuracies),
      column((s) => at.get(s)?.accuracy),
      column((s) => at.get(s)?.val_accuracy),
    ],
  } as Record<'loss' | 'accuracy', uPlot.AlignedData>;
}

@customElement('conv-curves')
export class Curves extends LitElement {
  static override styles = [
    unsafeCSS(plotStyle),
    shared,
    css`
      h3 {
        font-size: 1rem;
        line-height: 1.5rem;
        margin: 4px 0 0;
      }
      h3 span {
        font-weight: 400;
      }
      .key {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
      }
      .key span::before {
        content: '';
        display: inline-block;
        width: 24px;
        margin-right: 6px;
        vertical-align: middle;
        border-top: 2px solid var(--accent);
      }
      .key .batch::before {
        opacity: 0.4;
        border-top-width: 1px;
      }
      .key .validation::before {
        border-top: 2px dashed var(--warm);
      }
      .plot {
        height: ${height}px;
      }
      details {
        margin-top: 8px;
      }
      summary {
        font: inherit;
      }
    `,
  ];

  @property({ attribute: false }) history: History | null = null;
  @property({ attribute: false }) version = 0;
  @query('#loss-plot') private lossBox!: HTMLElement;
  @query('#accuracy-plot') private accuracyBox!: HTMLElement;
  private plots: Partial<Record<'loss' | 'accuracy', uPlot>> = {};
  /** Whether the table of numbers is open: nobody sees its many rows otherwise. */
  @state() private table = false;
  private timer = 0;
  private stopTheme = () => {};
  private readonly size = new ResizeObserver(() => {
    const width = this.lossBox?.clientWidth ?? 0;
    if (width > 0) for (const plot of Object.values(this.plots)) plot.setSize({ width, height });
  });
  /** Plots are some work: they are made when they are about to come into view. */
  private readonly sight = new IntersectionObserver(
    ([entry]) => {
      if (!entry?.isIntersecting) return;
      this.sight.disconnect();
      this.build();
    },
    { rootMargin: '400px' },
  );

  override connectedCallback() {
    super.connectedCallback();
    this.stopTheme = onTheme(() => {
      if (this.plots.loss) this.build();
    });
    this.size.observe(this);
    if (!this.plots.loss) this.sight.observe(this);
  }
  override disconnectedCallback() {
    super.disconnectedCallback();
    this.stopTheme();
    this.size.disconnect();
    this.sight.disconnect();
  }

  override updated() {
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      if (!this.history || !this.plots.loss) return;
      const data = align(this.history);
      this.plots.loss?.setData(data.loss);
      this.plots.accuracy?.setData(data.accuracy);
    }, every);
  }

  private build() {
    for (const plot of Object.values(this.plots)) plot.destroy();
    this.plots = {
      loss: this.plot(this.lossBox, (_u, _low, high) => [0, Math.max(high ?? 0, 0.1)]),
      accuracy: this.plot(
        this.accuracyBox,
        () => [0, 1],
        (value) => `${Math.round(value * 100)}%`,
      ),
    };
    this.requestUpdate();
  }

  private plot(
    box: HTMLElement,
    range: uPlot.Range.Function,
    text = (value: number) => String(value),
  ) {
    const style = getComputedStyle(this);
    const token = (name: string) => style.getPropertyValue(name).trim();
    const probe = document.createElement('span');
    box.append(probe);
    const colour = (name: string) => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const [ink, line, accent, warm] = ['--quiet', '--line', '--accent', '--warm'].map(colour);
    probe.remove();
    const axis: uPlot.Axis = {
      ...{ stroke: ink, font: `13px ${token('--sans') || 'sans-serif'}` },
      grid: { stroke: line, width: 1 },
      ticks: { stroke: line, width: 1, size: 4 },
    };
    const few = () => (this.history?.epochs.length ?? 0) <= 40; // more would hide the line
    const points = { show: few, size: 6 };
    const pale = (accent ?? '').replace(/^rgb\((.*)\)$/, 'rgba($1, 0.4)');
    const options: uPlot.Options = {
      ...{ width: Math.max(box.clientWidth, 200), height },
      ...{ legend: { show: false }, cursor: { show: false } },
      scales: { x: { time: false, range: (_u, low, high) => [low ?? 0, high ?? 1] }, y: { range } },
      axes: [
        { ...axis, size: 32 },
        { ...axis, size: 48, values: (_u, splits) => splits.map(text) },
      ],
      series: [
        {},
        { stroke: pale, width: 1, points: { show: false } },
        { stroke: accent ?? '', width: 2, spanGaps: true, points },
        { stroke: warm ?? '', width: 2, spanGaps: true, dash: [6, 4], points },
      ],
    };
    return new uPlot(options, [[], [], [], []], box);
  }

  override render() {
    const epochs = this.history?.epochs ?? [];
    const last = epochs.at(-1);
    const now = last
      ? `After epoch ${last.epoch}: training loss ${lossText(last.loss)}, validation loss ${lossText(last.val_loss)}, training accuracy ${percent(last.accuracy)}, validation accuracy ${percent(last.val_accuracy)}.`
      : 'No epoch has ended yet.';
    return html`
      <div class="head">
        <h2>Learning curves</h2>
        <div class="key small quiet">
          <span class="batch">batch</span><span class="training">training</span
          ><span class="validation">validation</span>
        </div>
      </div>
      <h3>Loss <span class="small quiet">by step</span></h3>
      <div class="plot" id="loss-plot" role="img" aria-label="Loss over the steps. ${now}"></div>
      <h3>Accuracy <span class="small quiet">by step</span></h3>
      <div
        class="plot"
        id="accuracy-plot"
        role="img"
        aria-label="Accuracy over the steps. ${now}"
      ></div>
      <details
        @toggle=${(event: Event) => (this.table = (event.target as HTMLDetailsElement).open)}
      >
        <summary>The numbers of every epoch</summary>
        <div class="scroll" tabindex="0" role="region" aria-label="Numbers of every epoch">
          <table>
            <thead>
              <tr>
                <th scope="col" class="right">Epoch</th>
                <th scope="col" class="right">Loss</th>
                <th scope="col" class="right">Accuracy</th>
                <th scope="col" class="right">Val. loss</th>
                <th scope="col" class="right">Val. accuracy</th>
              </tr>
            </thead>
            <tbody>
              ${(this.table ? epochs : []).map(
                (epoch) =>
                  html`<tr>
                    <th scope="row" class="right">${epoch.epoch}</th>
                    <td class="right">${epoch.loss.toFixed(4)}</td>
                    <td class="right">${percent(epoch.accuracy)}</td>
                    <td class="right">${epoch.val_loss.toFixed(4)}</td>
                    <td class="right">${percent(epoch.val_accuracy)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </details>
    `;
  }
}
