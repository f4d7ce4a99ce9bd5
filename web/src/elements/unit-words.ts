// How units, their places and their numbers are written.
import type { LayerSummary, UnitStage } from '../engine/api';
import { figure } from './words';

const minus = (text: string) => text.replace(/-/g, '−');

/** As many digits as a float32 has to say. */
export function fullText(value: number) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '−∞' : '∞';
  return minus(String(Number(value.toPrecision(7))));
}

/** Three significant digits, also for what is not a number. */
export const shortText = (value: number) =>
  minus(Number.isFinite(value) ? figure(value) : fullText(value));

/** A number for a cell so many pixels wide: three significant digits, or the decimals that fit. */
export function cellText(value: number, width: number) {
  const size = Math.abs(value);
  const text = shortText(value);
  const longest = width >= 64 ? 7 : width >= 50 ? 6 : 0;
  if (!Number.isFinite(value) || size >= 1000 || text.length <= longest) return text;
  const decimals = (width >= 64 ? 4 : width >= 42 ? 3 : 2) - (size >= 100 ? 2 : size >= 10 ? 1 : 0);
  const fixed = minus(value.toFixed(Math.max(0, decimals))).replace(/^−?0\.?0*$/, '0');
  return width >= 50 ? fixed : fixed.replace(/^(−?)0\./, '$1.');
}

/** What somebody typed, as a number; either minus sign will do. */
export function numberOf(text: string): number | null {
  const value = text.trim() === '' ? NaN : Number(text.trim().replace(/^−/, '-'));
  return Number.isFinite(value) && Number.isFinite(Math.fround(value)) ? value : null;
}

export const brief = (text: string) => (text.length > 24 ? `${text.slice(0, 24)}…` : text);

/** In brackets when it has a sign, to stand behind another sign. */
export const enclosed = (text: string) => (text.startsWith('−') ? `(${text})` : text);

/** "map 3, row 4, column 7", counted from 1; "unit 17". */
export function placeText(output: number[], element: number) {
  const [, height = 1, width = 1] = output;
  if (output.length < 3) return `unit ${element + 1}`;
  const map = `map ${Math.floor(element / (height * width)) + 1}`;
  if (height * width === 1) return map;
  return `${map}, row ${(Math.floor(element / width) % height) + 1}, column ${(element % width) + 1}`;
}

export const unitName = ({ name, output }: LayerSummary, element: number) =>
  `${name} ${placeText(output, element)}`;

/** How a layer that changes each element by itself is written: relu(−0.31) = 0. */
export const functionNames: Record<string, string> = {
  relu: 'relu',
  leaky_relu: 'leaky relu',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
};

/** The sum of a unit in words, for who hears it. */
export function sumText(stage: UnitStage) {
  const { rule, products, bias, value, winner, x, type, constant, sum } = stage;
  const said = (number: number) => shortText(number);
  if (rule === 'maximum')
    return `The largest of ${x.length} numbers, ${said(value)}, is number ${(winner ?? 0) + 1}.`;
  if (type === 'softmax')
    return `e to the power of its number less the largest, ${said(constant)}, divided by the sum of all, ${said(sum)}: ${said(value)}.`;
  if (rule === 'function')
    return `${functionNames[type] ?? type} of ${said(x[0] ?? 0)} is ${said(value)}.`;
  const terms = stage.weights ? 'products' : 'numbers';
  const base = `The sum of ${products.length} ${terms} is ${said(sum)}`;
  return bias
    ? `${base}; with the bias ${said(bias.value)} it is ${said(sum + bias.value)}.`
    : `${base}.`;
}
