// Where the time of a training step goes: every step of the plan with its time, and how near it comes
// to what the machine can do. Measured only when it is asked for.
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Profiles } from '../app/profiles';
import type { DeviceState, PlanProfile, StepTime } from '../engine/api';
import { phasesOf, sumOf, type PhaseTimes } from './profile-rows';
import { setStyle } from './set-style';
import { shared } from './shared';
import { integer, percent } from './words';

/** Microseconds; of short steps with a decimal. */
const micros = (seconds: number) =>
  seconds < 2e-5 ? (seconds * 1e6).toFixed(1) : integer(seconds * 1e6);

@customElement('conv-profile')
export class ProfileView extends LitElement {
  static override styles = [
    shared,
    css`
      p {
        margin: 8px 0;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 16px;
        margin: 8px 0;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        min-height: 40px;
      }
      tbody tr.phase th {
        padding-top: 12px;
        font-size: 0.9375rem;
      }
      tbody th {
        font-weight: 400;
        white-space: normal;
        min-width: 11em;
      }
      tbody tr.phase th,
      tbody tr.phase td {
        font-weight: 600;
      }
      .mark {
        margin-left: 8px;
        padding: 0 6px;
        border: 1px solid var(--control);
        border-radius: 4px;
        font-size: 0.8125rem;
        color: var(--quiet);
      }
      .bar {
        min-width: 96px;
      }
      .bar > span {
        display: block;
        padding: 0 4px;
        text-align: right;
      }
    `,
  ];

  @property({ attribute: false }) profiles: Profiles | null = null;
  @property({ type: Boolean }) measuring = false;
  @property({ attribute: false }) trouble = '';
  /** Where training runs: what is measured here runs on the CPU. */
  @property({ attribute: false }) device: DeviceState | null = null;
  /** Which of the two plans is shown. */
  @state() private fused = true;

  private measure() {
    this.dispatchEvent(new CustomEvent('measure'));
  }

  /** A share as a number, on a bar of that length. */
  private bar(share: number, colour: string, show: boolean) {
    if (!show) return html`<td class="bar"></td>`;
    const width = `${Math.min(100, Math.round(share * 100))}%`;
    const tint = `color-mix(in srgb, ${colour} 30%, transparent)`;
    const style = setStyle({
      background: `linear-gradient(90deg, ${tint} ${width}, transparent ${width})`,
    });
    return html`<td class="bar"><span ${style}>${percent(share)}</span></td>`;
  }

  private step(step: StepTime, sum: number, ceiling: number) {
    const products = step.gflops > 0;
    return html`<tr>
      <th scope="row">
        ${step.kernel}${step.fused ? html`<span class="mark">fused</span>` : nothing}
      </th>
      <td class="right">${micros(step.seconds)}</td>
      ${this.bar(step.seconds / sum, 'var(--accent)', true)}
      <td class="right">${products ? step.gflops.toFixed(1) : nothing}</td>
      ${this.bar(step.gflops / ceiling, 'var(--warm)', products)}
      <td>${step.writes}</td>
    </tr>`;
  }

  private phase({ name, steps, seconds }: PhaseTimes, sum: number, ceiling: number) {
    return html`<tbody>
      <tr class="phase">
        <th scope="rowgroup">${name}</th>
        <td class="right">${micros(seconds)}</td>
        ${this.bar(seconds / sum, 'var(--accent)', true)}
        <td colspan="3"></td>
      </tr>
      ${steps.map((step) => this.step(step, sum, ceiling))}
    </tbody>`;
  }

  private table(profile: PlanProfile) {
    const sum = sumOf(profile);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of plan steps">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" class="right">µs</th>
            <th scope="col" class="right">Share</th>
            <th scope="col" class="right">GFLOP/s</th>
            <th scope="col" class="right">Of the ceiling</th>
            <th scope="col">Writes</th>
          </tr>
        </thead>
        ${phasesOf(profile).map((phase) => this.phase(phase, sum, profile.ceiling))}
      </table>
    </div>`;
  }

  /** What a step takes, and what it takes the other way. */
  private total({ fused, apart }: Profiles) {
    const [profile, other] = this.fused ? [fused, apart] : [apart, fused];
    const sum = sumOf(profile);
    const speed = integer(profile.batch / sum);
    return html`<p class="numbers" role="status">
      A batch of ${profile.batch} takes ${micros(sum)} µs in ${profile.steps.length} steps: ${speed}
      pictures a second. ${this.fused ? 'Without' : 'With'} fused steps it takes
      ${micros(sumOf(other))} µs in ${other.steps.length} steps; the results are the same to the
      last bit.
    </p>`;
  }

  private found(profiles: Profiles) {
    const profile = this.fused ? profiles.fused : profiles.apart;
    return html`${this.total(profiles)} ${this.table(profile)}
      <p class="small quiet numbers">
        The ceiling, ${profile.ceiling.toFixed(1)} GFLOP/s, is what multiply-adds on registers alone
        reach here. A fused step does what two layers say while the numbers are near; what would
        have passed between them is never written.
      </p>`;
  }

  override render() {
    const { profiles, measuring, trouble } = this;
    return html`<details>
      <summary>Time of a training step</summary>
      <div class="tools">
        <button ?disabled=${measuring} @click=${() => this.measure()}>
          ${measuring ? 'Measuring …' : profiles ? 'Measure again' : 'Measure'}
        </button>
        ${
          profiles
            ? html`<label>
                <input
                  type="checkbox"
                  .checked=${this.fused}
                  @change=${(event: Event) =>
                    (this.fused = (event.target as HTMLInputElement).checked)}
                />
                Fused steps
              </label>`
            : nothing
        }
      </div>
      ${trouble ? html`<p role="alert">${trouble}</p>` : nothing}
      ${
        this.device?.on === 'gpu'
          ? html`<p id="beside">
              The GPU trains this network now. These are the times of its steps on the CPU, on one
              thread: on the GPU they differ.
            </p>`
          : nothing
      }
      ${
        profiles
          ? this.found(profiles)
          : html`<p class="small quiet">
              Measures the plan that trains this network, step by step, beside the run and without
              changing it.
            </p>`
      }
    </details>`;
  }
}
