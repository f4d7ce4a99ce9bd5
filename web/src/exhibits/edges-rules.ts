// Depth and edges: how many real inputs an output sees through several layers, and what several
// layers of averaging make of a picture of ones.
import type { CalculationJob } from '../engine/api';
import { layer, padsFor, type Calculate, type Grid } from './convolution';
import type { Quantity } from './settings';
import { mostPadding } from './stride-rules';
import { edgesTable as table, type Border, type Edge, type EdgesSettings } from './tables';

const ones = (count: number) => Array<number>(count).fill(1);

/** What an output of the last layer looks at, in each direction. */
export const reach = ({ kernel, layers }: EdgesSettings) => layers * (kernel - 1) + 1;

/** Does the last layer still have an output, and does every border find enough to copy? */
export function edgesFit({ size, kernel, layers, padding, border, show }: EdgesSettings): boolean {
  const [start, end] = padsFor(padding, kernel);
  let room = size;
  for (let i = 0; i < layers; i++) {
    if (show === 'flat' && Math.max(start, end) > mostPadding(border, room)) return false;
    room += start + end - kernel + 1;
    if (room < 1) return false;
  }
  return true;
}

/**
 * An output sees the inputs that its window holds, the window of all layers together. So the count
 * of real ones is one convolution of ones with ones, of that window, over a border of zeros.
 */
function countJob(settings: EdgesSettings): CalculationJob {
  const { size, kernel, layers, padding } = settings;
  const [start, end] = padsFor(padding, kernel).map((pad) => pad * layers) as [number, number];
  const wide = reach(settings);
  const conv = {
    ...{ type: 'conv2d', name: 'seen', out_channels: 1, bias: false, kernel_size: wide },
    padding: [start, end, start, end],
  };
  return {
    spec: { name: 'edges', input: [1, size, size], layers: [conv] },
    input: ones(size * size),
    parameters: { 'seen.weight': ones(wide * wide) },
  };
}

function flatJob({ size, kernel, layers, padding, border }: EdgesSettings): CalculationJob {
  const [start, end] = padsFor(padding, kernel);
  const names = Array.from({ length: layers }, (_, i) =>
    i + 1 < layers ? `mean${i + 1}` : 'seen',
  );
  const mean = Array<number>(kernel * kernel).fill(1 / (kernel * kernel));
  return {
    spec: {
      name: 'edges',
      input: [1, size, size],
      layers: names.map((name) => ({
        ...{ type: 'conv2d', name, out_channels: 1, bias: false, kernel_size: kernel },
        ...{ padding: [start, end, start, end], padding_mode: border },
      })),
    },
    input: ones(size * size),
    parameters: Object.fromEntries(names.map((name) => [`${name}.weight`, mean])),
  };
}

export async function edgesMap(settings: EdgesSettings, ask: Calculate): Promise<Grid> {
  const { value, error } = await ask(
    settings.show === 'count' ? countJob(settings) : flatJob(settings),
  );
  if (error) throw new Error(error.message);
  return layer(value, 'seen');
}

/** Outputs that see nothing but real inputs. */
export const complete = (settings: EdgesSettings, { values }: Grid) =>
  values.filter((count) => count === reach(settings) ** 2).length;

export async function edgesQuantity(
  { name }: Quantity,
  settings: EdgesSettings,
  ask: Calculate,
): Promise<number> {
  const map = await edgesMap(settings, ask);
  if (name === 'size') return map.columns;
  if (name === 'complete') return complete(settings, map);
  const middle = Math.floor(map.rows / 2) * map.columns + Math.floor(map.columns / 2);
  return map.values[name === 'corner' ? 0 : middle] ?? 0;
}

export function edgesLimits(settings: EdgesSettings) {
  const range = (name: 'size' | 'kernel' | 'layers') => {
    const { minimum, maximum } = table.fields[name];
    const values: number[] = [settings[name]];
    for (let v = minimum; v <= maximum; v++)
      if (edgesFit({ ...settings, [name]: v })) values.push(v);
    return [Math.min(...values), Math.max(...values)] as [number, number];
  };
  const refused = <T extends string>(
    name: 'padding' | 'border',
    options: Record<T, string>,
    why: string,
  ) => {
    const bad = (Object.keys(options) as T[]).filter(
      (value) => !edgesFit({ ...settings, [name]: value }),
    );
    return Object.fromEntries(bad.map((value) => [value, why])) as Partial<Record<T, string>>;
  };
  return {
    size: range('size'),
    kernel: range('kernel'),
    layers: range('layers'),
    paddings: refused<Edge>('padding', table.fields.padding.options, 'nothing would be left'),
    borders: refused<Border>('border', table.fields.border.options, 'too little to copy'),
  };
}
