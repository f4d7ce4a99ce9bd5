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
  /** The same downwards, where it is another. */
  tall?: number;
  /** Whether the second map stands under the first, or beside it. */
  order: 'down' | 'across';
}

export const cssWidth = ({ columns, width, gap, scale }: Tiling) =>
  (columns * (width + gap) - gap) * scale;
export const cssHeight = ({ rows, height, gap, scale, tall = scale }: Tiling) =>
  (rows * (height + gap) - gap) * tall;

/** A rectangle of one map's values. */
export interface Patch {
  map: number;
  y: number;
  x: number;
  height: number;
  width: number;
}

/** Where map number `map` stands: its column and row in the field. */
export const placeOf = ({ order, columns, rows }: Tiling, map: number) =>
  order === 'across'
    ? { column: map % columns, row: Math.floor(map / columns) }
    : { column: Math.floor(map / rows), row: map % rows };

const mapAt = ({ order, columns, rows }: Tiling, column: number, row: number) =>
  order === 'across' ? row * columns + column : column * rows + row;

/** The patch as a part of the field's width and height. */
export function boxOf(tiling: Tiling, { map, y, x, height, width }: Patch) {
  const { column, row } = placeOf(tiling, map);
  const across = tiling.columns * (tiling.width + tiling.gap) - tiling.gap;
  const down = tiling.rows * (tiling.height + tiling.gap) - tiling.gap;
  return {
    left: (column * (tiling.width + tiling.gap) + x) / across,
    top: (row * (tiling.height + tiling.gap) + y) / down,
    width: width / across,
    height: height / down,
  };
}

export function patchOf({ width, height }: Tiling, element: number): Patch {
  const size = width * height;
  const [map, inside] = [Math.floor(element / size), element % size];
  return { map, y: Math.floor(inside / width), x: inside % width, height: 1, width: 1 };
}

/** The element at a part of the field's width and height; null in the gaps and beyond the last. */
export function elementAt(tiling: Tiling, left: number, top: number): number | null {
  const { width, height, columns, rows, gap, count } = tiling;
  const x = Math.floor(left * (columns * (width + gap) - gap));
  const y = Math.floor(top * (rows * (height + gap) - gap));
  const [column, row] = [Math.floor(x / (width + gap)), Math.floor(y / (height + gap))];
  const [u, v] = [x - column * (width + gap), y - row * (height + gap)];
  const inside = x >= 0 && y >= 0 && column < columns && row < rows && u < width && v < height;
  const map = mapAt(tiling, column, row);
  return inside && map < count ? (map * height + v) * width + u : null;
}

/** Where a key leads from an element: a cell further on the screen, or another map. */
export function stepFrom(tiling: Tiling, element: number, key: string): number | null {
  const { width, height, columns, rows, count } = tiling;
  const { map, y, x } = patchOf(tiling, element);
  const size = width * height;
  if (key === 'PageUp') return map > 0 ? element - size : element;
  if (key === 'PageDown') return map < count - 1 ? element + size : element;
  if (key === 'Home') return 0;
  if (key === 'End') return count * size - 1;
  const moves: Record<string, [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const move = moves[key];
  if (!move) return null;
  const { column, row } = placeOf(tiling, map);
  const [across, down] = [column * width + x + move[0], row * height + y + move[1]];
  if (across < 0 || down < 0 || across >= columns * width || down >= rows * height) return element;
  const target = mapAt(tiling, Math.floor(across / width), Math.floor(down / height));
  return target < count ? (target * height + (down % height)) * width + (across % width) : element;
}

export interface Look {
  /** The value at full colour: of all maps, or of each. */
  range: number | Float32Array;
  grey?: boolean;
}

/** The largest magnitude of each map, or of each group of maps that belong together. */
export function rangesOf(values: Float32Array, { width, height, count }: Tiling, group = 1) {
  const ranges = new Float32Array(count);
  const size = width * height * group;
  for (let first = 0; first < count; first += group) {
    let most = 0;
    for (let i = first * width * height, end = i + size; i < end; i++)
      most = Math.max(most, Math.abs(values[i] ?? 0));
    ranges.fill(most, first, first + group);
  }
  return ranges;
}

/** The pixels of each canvas, kept so that drawing often leaves nothing to clear away. */
const images = new WeakMap<HTMLCanvasElement, ImageData>();

function blankImage(canvas: HTMLCanvasElement, width: number, height: number) {
  const kept = images.get(canvas);
  if (kept?.width === width && kept.height === height) {
    kept.data.fill(0);
    return kept;
  }
  const made = new ImageData(width, height);
  images.set(canvas, made);
  return made;
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
  const image = blankImage(canvas, across, down);
  const pixels = new Uint32Array(image.data.buffer);
  const table = look.grey ? greyTable : signedTable();
  const size = width * height;
  for (let i = 0; i < count; i++) {
    const column = order === 'across' ? i % columns : Math.floor(i / rows);
    const row = order === 'across' ? Math.floor(i / columns) : i % rows;
    const at = row * (height + gap) * across + column * (width + gap);
    const map = values.subarray(i * size, (i + 1) * size);
    const range = typeof look.range === 'number' ? look.range : (look.range[i] ?? 0);
    paint(map, { width, height, range }, table, pixels, at, across);
  }
  context.putImageData(image, 0, 0);
}

/** How large a column of maps gets: its height in screen pixels, and smaller maps or the usual ones. */
export interface Room {
  most: number;
  small: boolean;
  /** How much larger than usual maps are drawn, where the screen is wide. */
  zoom: number;
}

const usual: Room = { most: 352, small: false, zoom: 1 };

/** Maps or units of one layer as a column beside others. */
export function columnTiling(shape: number[], room: Room = usual): Tiling {
  const { most, small, zoom } = room;
  const [count = 1, height = 1, width = 1] = shape;
  if (height * width === 1) return strip(count, most);
  const side = Math.max(width, height);
  const least = side >= 24 ? 56 : side >= 10 ? (small ? 30 : 42) : small ? 24 : 32;
  const wanted = least * zoom;
  const rounded = side >= 24 ? Math.round(wanted / side) : Math.floor(wanted / side);
  const scale = Math.max(1, rounded);
  const step = (height + 1) * scale;
  const columns = Math.max(1, Math.ceil((count * step) / (most + scale)));
  const rows = Math.ceil(count / columns);
  return { width, height, count, columns, rows, gap: 1, scale, order: 'down' };
}

function strip(count: number, most: number): Tiling {
  const sizes = [20, 8, 6, 5, 4, 3, 2];
  const scale = sizes.find((s) => Math.ceil((count * s) / most) * s <= 40) ?? 1;
  const columns = Math.ceil((count * scale) / most);
  const rows = Math.ceil(count / columns);
  return { width: 1, height: 1, count, columns, rows, gap: 0, scale, order: 'down' };
}

export const leastColumn = 64;
export const columnGap = 10;

/** What is tried, one after the other, to have all columns beside each other; or else below. */
const rooms: readonly Room[] = [
  { most: 704, small: false, zoom: 2 },
  { most: 528, small: false, zoom: 1.5 },
  usual,
  { ...usual, most: 464 },
  { most: 464, small: true, zoom: 1 },
];
const wrapped: Room = { most: 232, small: true, zoom: 1 };

/** The columns of all layers, in a width. */
export function columnsIn(shapes: number[][], available: number): Tiling[] {
  for (const room of rooms) {
    // Where the screen is wide it is also high: larger maps only there, or they would leave it.
    if (room.zoom > 1 && room.zoom * 850 > available) continue;
    const tilings = shapes.map((shape) => columnTiling(shape, room));
    const widths = tilings.map((tiling) => Math.max(leastColumn, cssWidth(tiling)) + columnGap);
    if (widths.reduce((sum, width) => sum + width, 0) <= available + columnGap) return tilings;
  }
  return shapes.map((shape) => columnTiling(shape, wrapped));
}

/** In which line each column stands, when they go on below each other. */
export function linesOf(tilings: Tiling[], available: number): number[] {
  let [line, used] = [0, -columnGap];
  return tilings.map((tiling) => {
    const width = Math.max(leastColumn, cssWidth(tiling)) + columnGap;
    used += width;
    if (used > available) [line, used] = [line + 1, width - columnGap];
    return line;
  });
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
  const scale = Math.max(2, Math.min(across, down, Math.floor(120 / Math.max(width, height)), 36));
  return {
    ...{ width, height, gap: 1, scale, order: 'down' as const },
    ...{ count: outputs * inputs, columns: outputs, rows: inputs },
  };
}
