// The one signed colour scale: blue below zero, neutral at zero, orange above. And grey for pictures.
import { theme, type Theme } from '../app/theme';

type Rgb = readonly [number, number, number];

// From zero outwards: neutral, half-way, full.
const stops: Record<Theme, { below: readonly Rgb[]; above: readonly Rgb[] }> = {
  light: {
    below: [
      [241, 240, 236],
      [120, 165, 214],
      [22, 72, 142],
    ],
    above: [
      [241, 240, 236],
      [240, 158, 84],
      [176, 72, 6],
    ],
  },
  dark: {
    below: [
      [44, 46, 51],
      [48, 102, 168],
      [140, 198, 255],
    ],
    above: [
      [44, 46, 51],
      [178, 94, 28],
      [255, 190, 110],
    ],
  },
};

const half = 256;

function mix(list: readonly Rgb[], t: number): Rgb {
  const place = Math.min(t, 1) * (list.length - 1);
  const i = Math.min(Math.floor(place), list.length - 2);
  const [a, b] = [list[i] as Rgb, list[i + 1] as Rgb];
  const f = place - i;
  return [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f, a[2] + (b[2] - a[2]) * f];
}

const packed = ([r, g, b]: Rgb) =>
  (255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);

function makeTable(name: Theme) {
  const table = new Uint32Array(2 * half + 1);
  for (let i = 0; i <= 2 * half; i++) {
    const t = (i - half) / half;
    table[i] = packed(mix(t < 0 ? stops[name].below : stops[name].above, Math.abs(t)));
  }
  return table;
}

const tables: Partial<Record<Theme, Uint32Array>> = {};

/** Colours of −1 … 1 in 513 entries, as pixels of an ImageData. */
export function signedTable(): Uint32Array {
  const name = theme();
  return (tables[name] ??= makeTable(name));
}

export const greyTable = Uint32Array.from({ length: 2 * half + 1 }, (_, i) => {
  const level = Math.max(0, Math.round(((i - half) / half) * 255));
  return packed([level, level, level]);
});

/** Writes values / range as colours, a rectangle of width × height, into pixels of a wider picture. */
export function paint(
  values: Float32Array,
  { width, height, range }: { width: number; height: number; range: number },
  table: Uint32Array,
  pixels: Uint32Array,
  at: number,
  stride: number,
) {
  const scale = range > 0 ? half / range : 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, p = at + y * stride; x < width; x++, i++, p++) {
      const place = Math.round((values[i] ?? 0) * scale) + half;
      pixels[p] = table[place < 0 ? 0 : place > 2 * half ? 2 * half : place] ?? 0;
    }
  }
}

const cssOf = (colour: Rgb) => `rgb(${colour.map(Math.round).join(' ')})`;

/** Black or white, whichever is easier to read on a colour. */
function inkOn(colour: Rgb) {
  const [r = 0, g = 0, b = 0] = colour.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

type Css = { background: string; ink: string };
const cssTable = new Map<number, Css>();

function makeCss(t: number): Css {
  const colour = (name: Theme) => mix(t < 0 ? stops[name].below : stops[name].above, Math.abs(t));
  const [light, dark] = [colour('light'), colour('dark')];
  return {
    background: `light-dark(${cssOf(light)}, ${cssOf(dark)})`,
    ink: `light-dark(${inkOn(light)}, ${inkOn(dark)})`,
  };
}

/** A value of −1 … 1 on the scale as CSS for either theme, and the ink for text upon it. */
export function signedCss(t: number): Css {
  const place = Number.isFinite(t) ? Math.round(Math.max(-1, Math.min(1, t)) * half) : 0;
  const known = cssTable.get(place) ?? makeCss(place / half);
  cssTable.set(place, known);
  return known;
}
