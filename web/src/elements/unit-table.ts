// The terms of a unit as grids of numbers: one channel at a time, row by row as its window lies.
import type { NetworkInfo, UnitStage } from '../engine/api';
import type { Tiling } from './maps';

export interface Table {
  channels: number;
  height: number;
  width: number;
  /** The term in every cell, channel after channel; −1 where there is none. */
  terms: Int32Array;
}

const whole = (channels: number, height: number, width: number): Table => ({
  ...{ channels, height, width },
  terms: Int32Array.from({ length: channels * height * width }, (_, i) => i),
});

/** What shape the values have that a stage reads, when it reads one thing. */
function shapeRead({ sources }: UnitStage, network: NetworkInfo | null) {
  const value = sources.value.find((each) => each >= 0);
  if (value === undefined || sources.value.some((each) => each >= 0 && each !== value)) return null;
  const { summary } = network ?? {};
  return (value === 0 ? summary?.input : summary?.layers[value - 1]?.output) ?? null;
}

/** A max pool's window without the border: terms stand where they lie in what is read. */
function sparse(stage: UnitStage, shape: number[]): Table | null {
  const { window, sources } = stage;
  const [, rows = 1, columns = 1] = shape;
  if (!window) return null;
  const { height, width } = window;
  const table = whole(1, height, width);
  table.terms.fill(-1);
  sources.element.forEach((element, term) => {
    const y = ((Math.floor(element / columns) % rows) - window.y) / window.dilation[0];
    const x = ((element % columns) - window.x) / window.dilation[1];
    if (y >= 0 && x >= 0 && y < height && x < width) table.terms[y * width + x] = term;
  });
  return table;
}

export function tableOf(stage: UnitStage, network: NetworkInfo | null): Table {
  const count = stage.x.length;
  const shape = shapeRead(stage, network);
  if (stage.window) {
    const { height, width, channels } = stage.window;
    if (channels[1] * height * width === count) return whole(channels[1], height, width);
    const found = shape && sparse(stage, shape);
    if (found) return found;
  }
  const [channels = 1, height = 1, width = 1] = shape ?? [];
  if (height * width > 1 && channels * height * width === count)
    return whole(channels, height, width);
  if (height * width > 1 && height * width === count) return whole(1, height, width);
  // A list: in lines of even length, as far as that goes.
  const rows = count <= 12 ? 1 : Math.round(Math.sqrt(count / 2));
  const table = whole(1, rows, Math.ceil(count / rows));
  for (let i = count; i < table.terms.length; i++) table.terms[i] = -1;
  return table;
}

/** One channel of what every term has, NaN where there is no term. */
export function channelOf(table: Table, channel: number, list: readonly number[]): Float32Array {
  const size = table.height * table.width;
  const terms = table.terms.subarray(channel * size, (channel + 1) * size);
  return Float32Array.from(terms, (term) => (term < 0 ? NaN : (list[term] ?? NaN)));
}

const none: ReadonlySet<number> = new Set();

/** The cells of a channel that no term stands in: a max pool's border, the end of a list. */
export function cellsWithout(
  { terms, height, width }: Table,
  channel: number,
): ReadonlySet<number> {
  const size = height * width;
  const own = [...terms.subarray(channel * size, (channel + 1) * size)];
  return own.includes(-1) ? new Set(own.flatMap((term, cell) => (term < 0 ? [cell] : []))) : none;
}

export const cellOf = ({ terms }: Table, term: number | null) =>
  term === null ? -1 : terms.indexOf(term);

/** What each channel adds to the sum. */
export function channelSums(table: Table, products: readonly number[]): Float32Array {
  return Float32Array.from({ length: table.channels }, (_, channel) =>
    channelOf(table, channel, products).reduce((sum, p) => sum + (Number.isNaN(p) ? 0 : p), 0),
  );
}

const written = 22; // the height of a cell with a number in it
const mostRows = 7;
/** Of a grid of colours without numbers, in screen pixels. */
const tallest = 136;

/** A grid of cells in so much width: with numbers where they can be read, else as colours. */
export function gridTiling(height: number, width: number, room: number): Tiling {
  const wide = Math.min(58, Math.floor(room / width));
  const shape = { width, height, count: 1, columns: 1, rows: 1, gap: 0, order: 'down' as const };
  if (wide >= 28 && height <= mostRows) return { ...shape, scale: wide, tall: written };
  const high = Math.floor(tallest / height);
  return { ...shape, scale: Math.max(2, Math.min(wide, high, 24)) };
}

/** The channels' sums, some beside each other. */
export function ledgerTiling(channels: number, room: number): Tiling {
  const numbers = channels <= 32;
  const scale = channels <= 6 ? 58 : numbers ? 44 : 14;
  const columns = Math.max(1, Math.min(channels, Math.floor(room / scale)));
  const rows = Math.ceil(channels / columns);
  return {
    ...{ width: 1, height: 1, count: channels, gap: 0, order: 'across' as const },
    ...{ columns, rows, scale, tall: numbers ? written : scale },
  };
}
