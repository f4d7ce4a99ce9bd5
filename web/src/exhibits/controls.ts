// The few controls that exhibits share: a choice, and a slider whose ends are what can work.
import { css, html } from 'lit';

export const controlStyles = css`
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 8px 24px;
    margin: 8px 0 16px;
  }
  .controls label {
    display: block;
    flex: 1 1 136px;
    max-width: 208px;
  }
  .controls label.wide {
    flex-basis: 256px;
    max-width: 272px;
  }
  .controls label > span {
    display: block;
    font-size: 0.875rem;
    line-height: 1.25rem;
    color: var(--quiet);
  }
  .controls b {
    color: var(--ink);
    font-variant-numeric: tabular-nums;
  }
  input[type='range'] {
    display: block;
    width: 100%;
    height: 40px;
    margin: 0;
    accent-color: var(--accent);
  }
  .wrong {
    border-left: 4px solid var(--warm);
    padding-left: 12px;
    margin: 8px 0;
  }
  .why {
    font-size: 0.875rem;
    line-height: 1.25rem;
    color: var(--quiet);
    min-height: 20px;
  }
`;

export function choice<T extends string>(
  name: string,
  label: string,
  value: T,
  options: Record<T, string>,
  change: (value: T) => void,
  refused: Partial<Record<T, string>> = {},
) {
  const wide = Object.values<string>(options).some((title) => title.length > 16);
  return html`<label class=${wide ? 'wide' : ''}>
    <span>${label}</span>
    <select
      id=${name}
      @change=${(event: Event) => change((event.target as HTMLSelectElement).value as T)}
    >
      ${(Object.entries(options) as [T, string][]).map(([key, title]) => {
        const why = refused[key];
        return html`<option
          value=${key}
          .selected=${key === value}
          ?disabled=${why !== undefined && key !== value}
        >
          ${title}${why ? ` (${why})` : ''}
        </option>`;
      })}
    </select>
  </label>`;
}

export function slider(
  name: string,
  label: string,
  value: number,
  [low, high]: [number, number],
  change: (value: number) => void,
) {
  return html`<label>
    <span>${label} = <b>${value}</b></span>
    <input
      id=${name}
      type="range"
      min=${low}
      max=${high}
      step="1"
      .value=${String(value)}
      ?disabled=${low >= high}
      @input=${(event: Event) => change(Number((event.target as HTMLInputElement).value))}
    />
  </label>`;
}
