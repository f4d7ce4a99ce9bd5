// One convolution of a small picture by one kernel: the job for the engine, and which cells of input,
// kernel and output belong together. The engine computes every number; here are only places.
import type { Answer, Calculation, CalculationJob } from '../engine/api';
import type { Border, Edge } from './tables';

export interface Grid {
  rows: number;
  columns: number;
  values: number[];
}

export interface Padding {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export interface Convolution {
  input: Grid;
  kernel: Grid;
  padding: Padding;
  border: Border;
  stride: [number, number];
  dilation: [number, number];
}

export const gridOf = (matrix: number[][]): Grid => ({
  rows: matrix.length,
  columns: matrix[0]?.length ?? 0,
  values: matrix.flat(),
});

export const matrixOf = ({ rows, columns, values }: Grid): number[][] =>
  Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns));

/** How much border an edge rule puts before and after, for a kernel that spans `span`. */
export function padsFor(edge: Edge, span: number): [number, number] {
  const total = edge === 'same' ? span - 1 : edge === 'full' ? 2 * (span - 1) : 0;
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** What the kernel spans with the holes that dilation makes. */
export const span = (size: number, dilation: number) => dilation * (size - 1) + 1;

/**
 * Layers: "padded", the input with its border; "output", what the kernel makes of it; and with
 * `all`, "all": the same with stride 1.
 */
export function jobOf(c: Convolution, more: { all?: boolean; unit?: number } = {}): CalculationJob {
  const { top, bottom, left, right } = c.padding;
  const conv = (name: string, stride: [number, number]) => ({
    ...{ type: 'conv2d', name, inputs: ['padded'], out_channels: 1, bias: false },
    ...{ kernel_size: [c.kernel.rows, c.kernel.columns], stride, dilation: c.dilation },
  });
  const border = {
    ...{ type: 'conv2d', name: 'padded', out_channels: 1, bias: false, kernel_size: 1 },
    ...{ padding: [top, bottom, left, right], padding_mode: c.border },
  };
  return {
    spec: {
      name: 'exhibit',
      input: [1, c.input.rows, c.input.columns],
      layers: [border, conv(more.all ? 'all' : 'output', more.all ? [1, 1] : c.stride)],
    },
    input: c.input.values,
    parameters: {
      'padded.weight': [1],
      [more.all ? 'all.weight' : 'output.weight']: c.kernel.values,
    },
    ...(more.unit === undefined ? {} : { unit: { layer: 1, element: more.unit } }),
  };
}

/** A layer of an answer as a grid. */
export function layer({ activations }: Calculation, name: string): Grid {
  const found = activations.find((each) => each.name === name);
  const [, rows = 0, columns = 0] = found?.shape ?? [];
  return { rows, columns, values: found?.data ?? [] };
}

export type Calculate = (job: CalculationJob) => Promise<Answer<Calculation>>;

/** Cells of the padded input under the window of an output, in the order of the kernel's cells. */
export function windowOf(c: Convolution, padded: Grid, output: Grid, at: number): number[] {
  const top = Math.floor(at / output.columns) * c.stride[0];
  const left = (at % output.columns) * c.stride[1];
  const cells: number[] = [];
  for (let a = 0; a < c.kernel.rows; a++)
    for (let b = 0; b < c.kernel.columns; b++)
      cells.push((top + a * c.dilation[0]) * padded.columns + left + b * c.dilation[1]);
  return cells;
}

/** Outputs that a cell of the padded input feeds, each with the kernel's cell it goes through. */
export function outputsOf(c: Convolution, padded: Grid, output: Grid, cell: number) {
  const fed: { output: number; tap: number }[] = [];
  for (let at = 0; at < output.values.length; at++) {
    const tap = windowOf(c, padded, output, at).indexOf(cell);
    if (tap >= 0) fed.push({ output: at, tap });
  }
  return fed;
}

/** Where a cell of the input lies in the padded input; and the other way, −1 in the border. */
export const toPadded = ({ input, padding }: Convolution, cell: number) =>
  (Math.floor(cell / input.columns) + padding.top) *
    (input.columns + padding.left + padding.right) +
  (cell % input.columns) +
  padding.left;

export function fromPadded({ input, padding }: Convolution, cell: number): number {
  const columns = input.columns + padding.left + padding.right;
  const row = Math.floor(cell / columns) - padding.top;
  const column = (cell % columns) - padding.left;
  const inside = row >= 0 && row < input.rows && column >= 0 && column < input.columns;
  return inside ? row * input.columns + column : -1;
}

/** Cells of the input itself that no window reads. */
export function unread(c: Convolution, padded: Grid, output: Grid): number[] {
  const read = new Set<number>();
  for (let at = 0; at < output.values.length; at++)
    for (const cell of windowOf(c, padded, output, at)) read.add(cell);
  return c.input.values.map((_, i) => i).filter((i) => !read.has(toPadded(c, i)));
}
