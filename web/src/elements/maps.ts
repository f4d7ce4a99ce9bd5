// A field of equal maps on one canvas: feature maps, kernels, a picture, or a strip of units. One
// value is one pixel of the canvas; the browser enlarges it, unsmoothed.
import { greyTable, paint, signedTable } from './colours';

export interface Tiling {
  /** Of one map, in values. */
  width: number;
  height: number;
  count: number;
  columns: number;
  rows: number;
  /** Between maps, in values. */
  gap: number;
  /** Screen pixels to a value. */
  scale: number;
  /** Whether the second map stands under the first, or beside it. */
  order: 'down' | 'across';
}

export const cssWidth = ({ columns, width, gap, scale }: Tiling) =>
  (columns * (width + gap) - gap) * scale;
export const cssHeight = ({ rows, height, gap, scale }: Tiling) =>
  (rows * (height + gap) - gap) * scale;

export interface Look {
  range: number;
  grey?: boolean;
}

export function drawMaps(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  tiling: Tiling,
  look: Look,
) {
  const { width, height, count, columns, rows, gap, order } = tiling;
  const across = columns * (width + gap) - gap;
  const down = rows * (height + gap) - gap;
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = new ImageData(across, down);
  const pixels = new Uint32Array(image.data.buffer);
  const table = look.grey ? greyTable : signedTable();
  const size = width * height;
  for (let i = 0; i < count; i++) {
    const column = order === 'across' ? i % columns : Math.floor(i / rows);
    const row = order === 'across' ? Math.floor(i / columns) : i % rows;
    const at = row * (height + gap) * across + column * (width + gap);
    const map = values.subarray(i * size, (i + 1) * size);
    paint(map, { width, height, range: look.range }, table, pixels, at, across);
  }
  context.putImageData(image, 0, 0);
}

const most = 352; // the height of a column of maps, in screen pixels

/** Maps or units of one layer as a column beside others. */
export function columnTiling(shape: number[]): Tiling {
  const [count = 1, height = 1, width = 1] = shape;
  if (height * width === 1) return strip(count);
  const side = Math.max(width, height);
  const scale =
    side >= 24
      ? Math.max(1, Math.round(56 / side))
      : Math.floor(side >= 10 ? 42 / side : 32 / side);
  const step = (height + 1) * scale;
  const columns = Math.max(1, Math.ceil((count * step) / (most + scale)));
  const rows = Math.ceil(count / columns);
  return { width, height, count, columns, rows, gap: 1, scale: Math.max(1, scale), order: 'down' };
}

function strip(count: number): Tiling {
  const sizes = [20, 8, 6, 5, 4, 3, 2];
  const scale = sizes.find((s) => Math.ceil((count * s) / most) * s <= 40) ?? 1;
  const columns = Math.ceil((count * scale) / most);
  const rows = Math.ceil(count / columns);
  return { width: 1, height: 1, count, columns, rows, gap: 0, scale, order: 'down' };
}

/** The same across a narrow screen. */
export function rowTiling(shape: number[], available: number): Tiling {
  const [count = 1, height = 1, width = 1] = shape;
  const unit = height * width === 1;
  const column = columnTiling(shape);
  const scale = unit ? (count <= 16 ? 16 : count <= 200 ? 8 : 5) : column.scale;
  const gap = unit ? 0 : 1;
  const fitting = Math.max(1, Math.floor((available / scale + gap) / (width + gap)));
  const rows = Math.ceil(count / fitting);
  const columns = Math.ceil(count / rows); // as even as can be
  return { width, height, count, columns, rows, gap, scale, order: 'across' };
}

/** Kernels: a column for every output map, a row for every input channel. */
export function kernelTiling(shape: number[], available: number): Tiling {
  const [outputs = 1, inputs = 1, height = 1, width = 1] = shape;
  const across = Math.floor(available / (outputs * (width + 1)));
  const down = Math.floor(260 / (inputs * (height + 1)));
  const scale = Math.max(2, Math.min(across, down, Math.floor(40 / Math.max(width, height))));
  return {
    ...{ width, height, gap: 1, scale, order: 'down' as const },
    ...{ count: outputs * inputs, columns: outputs, rows: inputs },
  };
}
