// A layer in one line, and what is different about it in the draft.
import { css, html } from 'lit';
import { attributesInOrder } from '../app/spec-names';
import type { LayerSpec, LayerSummary } from '../engine/api';
import { integer, layerText, shapeText } from './words';

export const rowStyle = css`
  .cells {
    display: grid;
    grid-template-columns:
      minmax(5em, 1fr) minmax(9em, 2fr) minmax(7em, 1.6fr) minmax(6em, 1fr)
      minmax(7em, 1.3fr) minmax(5em, 1fr);
    gap: 0 16px;
    align-items: baseline;
    width: 100%;
    font-variant-numeric: tabular-nums;
  }
  .cells > * {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .cells .right {
    text-align: right;
  }
  .titles {
    padding: 0 8px 4px 48px;
    font-size: 0.875rem;
    color: var(--quiet);
  }
  .name {
    font-weight: 600;
  }
  .unit {
    display: none;
  }
  .was {
    color: var(--quiet);
    white-space: nowrap;
  }
  .now {
    color: var(--accent);
    white-space: nowrap;
  }
  @container (max-width: 860px) {
    .cells {
      grid-template-columns: minmax(4em, 1fr) minmax(8em, 1.6fr) minmax(6em, 1fr) minmax(5em, 1fr);
    }
    .cells .adds,
    .cells .sees {
      display: none;
    }
  }
  @container (max-width: 600px) {
    .titles {
      display: none;
    }
    .cells {
      grid-template:
        'name what what'
        'output output parameters' / auto minmax(0, 1fr) auto;
      gap: 0 12px;
      line-height: 1.25rem;
    }
    .cells .name {
      grid-area: name;
    }
    .cells .what {
      grid-area: what;
    }
    .cells .output {
      grid-area: output;
    }
    .cells .parameters {
      grid-area: parameters;
    }
    .cells .what,
    .cells .output,
    .cells .parameters {
      font-size: 0.875rem;
      color: var(--quiet);
    }
    .unit {
      display: inline;
    }
  }
`;

const shown = (value: unknown) =>
  Array.isArray(value) ? shapeText(value as number[]) : String(value);

/** "conv 5×5 → 6, padding 2, from a + b" */
export function settingsText(layer: LayerSpec, inputs: string[], before: string) {
  const { out_channels, out_features } = layer;
  const width = out_channels ?? out_features;
  const silent = new Set(['type', 'name', 'inputs', 'out_channels', 'out_features', 'init']);
  if (/^(conv2d|max_pool2d|avg_pool2d)$/.test(layer.type)) silent.add('kernel_size');
  if (layer.type === 'conv2d') silent.add('stride');
  const others = attributesInOrder(layer)
    .filter(([key]) => !silent.has(key))
    .map(([key, value]) =>
      typeof value === 'boolean'
        ? `${value ? '' : 'no '}${key.replaceAll('_', ' ')}`
        : `${key.replaceAll('_', ' ')} ${shown(value)}`,
    );
  const from = inputs.join() === before ? [] : [`from ${inputs.join(' + ')}`];
  const head = `${layerText(layer)}${width === undefined ? '' : ` → ${shown(width)}`}`;
  return [head, ...others, ...from].join(', ');
}

/** A figure, with the one before it where that was another. */
export const change = (before: string | undefined, now: string) =>
  before === undefined || before === now
    ? html`${now}`
    : html`<span class="was">${before}</span> → <span class="now">${now}</span>`;

const count = (value: number) => (value > 0 ? integer(value) : '–');

export function rowCells(
  layer: LayerSummary,
  spec: LayerSpec,
  before: string,
  against: LayerSummary | undefined,
  marked: boolean,
) {
  const sees = ({ receptive_field: { height, width } }: LayerSummary) => `${height}×${width}`;
  const isNew = marked && !against;
  return html`<span class="cells">
    <span class="name">${layer.name}${isNew ? html` <span class="now">new</span>` : ''}</span>
    <span class="what">${settingsText(spec, layer.inputs, before)}</span>
    <span class="output"
      >${change(against && shapeText(against.output), shapeText(layer.output))}</span
    >
    <span class="right parameters"
      >${change(against && count(against.parameters), count(layer.parameters))}${
        layer.parameters > 0 ? html`<span class="unit"> parameters</span>` : ''
      }</span
    >
    <span class="right adds"
      >${change(against && count(against.multiply_adds), count(layer.multiply_adds))}</span
    >
    <span class="right sees">${change(against && sees(against), sees(layer))}</span>
  </span>`;
}

export const titles = () =>
  html`<div class="titles" aria-hidden="true">
    <span class="cells">
      <span>Name</span><span>Layer</span><span>Output</span><span class="right">Parameters</span>
      <span class="right adds">Multiply-adds</span><span class="right sees">Sees</span>
    </span>
  </div>`;
