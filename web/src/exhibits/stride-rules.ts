// Stride, padding and size: what the settings of the stride exhibit stand for, and which of them can
// work together.
import {
  jobOf,
  layer,
  padsFor,
  span,
  unread,
  type Calculate,
  type Convolution,
  type Grid,
} from './convolution';
import type { Quantity } from './settings';
import { stride as table, type Border, type StrideSettings } from './tables';

/** The border before and after, in numbers. */
export function padsOf({ padding, start, end, kernel, dilation }: StrideSettings) {
  return padding === 'own' ? [start, end] : padsFor(padding, span(kernel, dilation));
}

const flat = (rows: number, columns: number, of: (i: number) => number): Grid => ({
  ...{ rows, columns },
  values: Array.from({ length: rows * columns }, (_, i) => of(i)),
});

/** A row is 1, 2, 3 again and again; a picture varies more, so that no two means need be alike. */
const rowOf = (i: number) => (i % 3) + 1;
const pictureOf = (size: number) => (i: number) => {
  const [row, column] = [Math.floor(i / size), i % size];
  return (row * row + 2 * column + row * column) % 5;
};

/** The input under a kernel that averages. */
export function strideConvolution(settings: StrideSettings): Convolution {
  const { size, kernel: k, stride: s, dilation: d, border } = settings;
  const [start = 0, end = 0] = padsOf(settings);
  const two = settings.dimensions === '2';
  const pads = two ? { top: start, bottom: end } : { top: 0, bottom: 0 };
  return {
    input: two ? flat(size, size, pictureOf(size)) : flat(1, size, rowOf),
    kernel: flat(two ? k : 1, k, () => 1 / (two ? k * k : k)),
    padding: { ...pads, left: start, right: end },
    border,
    stride: [two ? s : 1, s],
    dilation: [two ? d : 1, d],
  };
}

/** The largest border that each kind can make of n inputs. */
export function mostPadding(border: Border, size: number): number {
  const copies = { zeros: Infinity, replicate: Infinity, reflect: size - 1, circular: size };
  return copies[border];
}

export interface Limits {
  kernel: [number, number];
  dilation: [number, number];
  start: [number, number];
  end: [number, number];
  size: [number, number];
  /** Why a kind of border or of padding cannot be chosen. */
  borders: Partial<Record<Border, string>>;
}

/** How far each setting can go while the others stay. */
export function limitsOf(settings: StrideSettings): Limits {
  const { fields } = table;
  const range = (name: 'kernel' | 'dilation' | 'start' | 'end' | 'size', works: typeof fits) => {
    const values: number[] = [];
    for (let v = fields[name].minimum; v <= fields[name].maximum; v++)
      if (works({ ...settings, [name]: v })) values.push(v);
    const now = settings[name];
    return [Math.min(now, ...values), Math.max(now, ...values)] as [number, number];
  };
  const borders: Limits['borders'] = {};
  const pad = Math.max(...padsOf(settings));
  for (const border of ['reflect', 'circular'] as const) {
    const most = mostPadding(border, settings.size);
    if (pad > most) borders[border] = `has ${most} to copy, not ${pad}`;
  }
  return {
    kernel: range('kernel', fits),
    dilation: range('dilation', fits),
    start: range('start', fits),
    end: range('end', fits),
    size: range('size', fits),
    borders,
  };
}

/** Whether the kernel fits the padded input, and the border finds enough to copy. */
export function fits(settings: StrideSettings): boolean {
  const [start = 0, end = 0] = padsOf(settings);
  const room = settings.size + start + end;
  const copies = mostPadding(settings.border, settings.size);
  return span(settings.kernel, settings.dilation) <= room && Math.max(start, end) <= copies;
}

export async function strideQuantity(
  { name, at: [at = 1] }: Quantity,
  settings: StrideSettings,
  ask: Calculate,
): Promise<number> {
  const convolution = strideConvolution(settings);
  const { value, error } = await ask(jobOf(convolution));
  if (error) throw new Error(error.message);
  const output = layer(value, 'output');
  if (name === 'size') return output.columns;
  if (name === 'unread') return unread(convolution, layer(value, 'padded'), output).length;
  const found = output.values[at - 1];
  if (found === undefined) throw new Error(`there is no output number ${at}`);
  return found;
}
