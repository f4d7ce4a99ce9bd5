// What becomes of the terms of a unit: the sum, the bias, and the layers after it, each in its words.
import { html, nothing, type TemplateResult } from 'lit';
import type { NetworkInfo, UnitExplanation, UnitStage } from '../engine/api';
import { enclosed, functionNames, fullText, shortText, sumText } from './unit-words';

/** A number as far as it can be read at a glance, and in full for who points at it. */
export const number = (value: number) =>
  html`<span title=${fullText(value)}>${shortText(value)}</span>`;

export const argument = (value: number) =>
  html`<span title=${fullText(value)}>${enclosed(shortText(value))}</span>`;

/** "0.12 − 0.3 + …": a sum as far as it is to be written out. */
export function sumOf(list: readonly number[], most: number, point: (term: number | null) => void) {
  return list.slice(0, most).map((value, i) => {
    const text = shortText(value);
    const negative = text.startsWith('−');
    const sign = negative ? (i === 0 ? '−' : ' − ') : i === 0 ? '' : ' + ';
    return html`${sign}<span
        class="term"
        title=${fullText(value)}
        @pointerenter=${() => point(i)}
        @pointerleave=${() => point(null)}
        >${negative ? text.slice(1) : text}</span
      >`;
  });
}

function norm({ x, parameters, value, weights, constant, bias }: UnitStage) {
  const { running_mean: mean, running_var: variance, eps, weight, bias: shift } = parameters ?? {};
  const [input = 0] = x;
  if (mean === undefined || variance === undefined || eps === undefined)
    return html`${argument(input)} × ${argument(weights?.[0] ?? 1)} + ${argument(constant)}
    ${bias ? html`+ ${argument(bias.value)}` : nothing} = ${number(value)}`;
  return html`(${number(input)} − ${argument(mean)}) ÷ √(${number(variance)} + ${number(eps)})
  ${weight === undefined ? nothing : html`× ${argument(weight)}`}
  ${shift === undefined ? nothing : html`+ ${argument(shift)}`} = ${number(value)}`;
}

const remarks: Record<string, (x: number, value: number) => string> = {
  relu: (x) => (x > 0 ? 'above zero, it stays' : 'at or below zero, it becomes 0'),
  leaky_relu: (x) => (x > 0 ? 'above zero, it stays' : 'below zero, only a little of it stays'),
  tanh: () => 'between −1 and 1, whatever comes in',
  sigmoid: () => 'between 0 and 1, whatever comes in',
  batch_norm2d: () => 'less the mean, by the spread, times a weight, plus a shift',
  dropout: () => 'only training drops numbers; here it passes',
  flatten: () => 'the same number, in a list',
  concat: () => 'the same number, beside those of the other inputs',
  add: () => 'what stands in the same place in each input',
};

export const remark = ({ type, x, value }: UnitStage) => remarks[type]?.(x[0] ?? 0, value) ?? '';

/** A stage that changes one number by itself. */
export function pointwise(stage: UnitStage): TemplateResult {
  const { type, x, value } = stage;
  const [input = 0] = x;
  if (type === 'batch_norm2d') return norm(stage);
  const name = functionNames[type];
  if (name) return html`${name}(${number(input)}) = ${number(value)}`;
  return html`${number(value)}`;
}

/** A stage on a line: what comes in, and what it becomes. */
export const line = (stage: UnitStage, asked: boolean, from: string | TemplateResult = '') =>
  html`<li class=${asked ? 'asked' : ''}>
    <b>${stage.name}</b> <span class="made">${pointwise(stage)}</span>
    <span class="quiet small">${remark(stage)}${from ? html`: from ${from}` : ''}</span>
    <span class="hidden">${sumText(stage)}</span>
  </li>`;

/** The stages after the first. */
export const later = ({ stages, selected }: UnitExplanation) =>
  stages.slice(1).map((stage, i) => line(stage, i + 1 === selected));

/** Whose values these are. */
export function sourceName(value: number, network: NetworkInfo | null) {
  if (value < 0) return 'the border';
  return value === 0 ? 'the picture' : (network?.summary.layers[value - 1]?.name ?? '');
}
