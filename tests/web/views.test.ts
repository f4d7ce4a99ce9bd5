import { describe, expect, test, vi } from 'vitest';
import { History } from '../../web/src/app/history';
import type { NetworkInfo, UnitStage } from '../../web/src/engine/api';
import { cellOf, channelOf, channelSums, tableOf } from '../../web/src/elements/unit-table';
import { cellText, fullText, numberOf, placeText } from '../../web/src/elements/unit-words';
import { figure, integer, layerText, percent, signedRange } from '../../web/src/elements/words';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
vi.stubGlobal('document', { documentElement: { dataset: {} } });
const {
  boxOf,
  columnGap,
  columnTiling,
  columnsIn,
  cssHeight,
  cssWidth,
  elementAt,
  kernelTiling,
  leastColumn,
  patchOf,
  rangesOf,
  rowTiling,
  stepFrom,
} = await import('../../web/src/elements/maps');
const { marksOn, onePicture } = await import('../../web/src/elements/marks');
const { paint, signedTable } = await import('../../web/src/elements/colours');

describe('tilings', () => {
  const shapes = [
    [6, 28, 28],
    [16, 10, 10],
    [64, 7, 7],
    [32, 1, 1],
    [10],
    [120],
    [784],
    [1, 1, 500],
  ];

  test.each(shapes.map((shape) => [shape]))('a column of %j holds every map', (shape) => {
    const tiling = columnTiling(shape);
    expect(tiling.columns * tiling.rows).toBeGreaterThanOrEqual(shape[0]!);
    expect(tiling.scale).toBeGreaterThanOrEqual(1);
    expect(cssHeight(tiling)).toBeLessThanOrEqual(360);
  });

  test.each(shapes.slice(0, -1).map((shape) => [shape]))('a row of %j fits a phone', (shape) => {
    const tiling = rowTiling(shape, 290);
    expect(tiling.columns * tiling.rows).toBeGreaterThanOrEqual(shape[0]!);
    expect(cssWidth(tiling)).toBeLessThanOrEqual(290);
  });

  test('kernels stand one column to an output, one row to an input', () => {
    expect(kernelTiling([16, 6, 5, 5], 600)).toMatchObject({ columns: 16, rows: 6, order: 'down' });
  });
});

test('the colour scale is symmetric about a neutral zero, and holds at its ends', () => {
  const table = signedTable();
  const pixels = new Uint32Array(5);
  const values = Float32Array.of(-9, -1, 0, 1, NaN);
  paint(values, { width: 5, height: 1, range: 1 }, table, pixels, 0, 5);
  expect(pixels[0]).toBe(table[0]);
  expect(pixels[1]).toBe(table[0]);
  expect(pixels[2]).toBe(table[256]);
  expect(pixels[3]).toBe(table[512]);
});

describe('words', () => {
  test('numbers', () => {
    expect(integer(1234567)).toBe('1,234,567');
    expect(integer(999)).toBe('999');
    expect(percent(0.9567)).toBe('95.7\u202f%');
    expect([0, 0.12345, -4.2, 12345, 1e-6].map(figure)).toEqual([
      '0',
      '0.123',
      '−4.20',
      '1.2e+4',
      '1.0e−6',
    ]);
    expect(signedRange(0)).toBe('0');
  });

  test('layers', () => {
    expect(layerText({ type: 'conv2d', kernel_size: [3, 5], stride: 2 })).toBe(
      'conv 3×5, stride 2',
    );
    expect(layerText({ type: 'max_pool2d', kernel_size: 2 })).toBe('max pool 2×2');
    expect(layerText({ type: 'global_avg_pool2d' })).toBe('global average');
    expect(layerText({ type: 'tanh' })).toBe('tanh');
  });
});

test('a very long course is thinned out and keeps its mean', () => {
  const history = new History();
  const batches = Array.from({ length: 20000 }, (_, i) => ({ step: i + 1, loss: i, accuracy: 1 }));
  for (let i = 0; i < batches.length; i += 100) history.add(batches.slice(i, i + 100), []);
  expect(history.steps.length).toBeLessThanOrEqual(4000);
  expect(history.steps.length).toBeGreaterThan(1500);
  const mean = history.losses.reduce((sum, loss) => sum + loss, 0) / history.losses.length;
  expect(mean).toBeGreaterThan(9900);
  expect(mean).toBeLessThan(10100);
});

describe('pointing into a field of maps', () => {
  const tilings = [
    columnTiling([16, 10, 10]),
    rowTiling([6, 28, 28], 290),
    columnTiling([120]),
    kernelTiling([16, 6, 5, 5], 600),
  ];

  test.each(tilings.map((tiling) => [tiling]))(
    'every element is found where it is drawn',
    (tiling) => {
      const size = tiling.width * tiling.height * tiling.count;
      for (let element = 0; element < size; element += 7) {
        const box = boxOf(tiling, patchOf(tiling, element));
        const found = elementAt(tiling, box.left + box.width / 2, box.top + box.height / 2);
        expect(found).toBe(element);
      }
    },
  );

  test('gaps and what lies beyond the last map are nothing', () => {
    const tiling = rowTiling([3, 4, 4], 2 * (4 + 1) * 8);
    expect(tiling).toMatchObject({ columns: 2, rows: 2, gap: 1 });
    expect(elementAt(tiling, 4.5 / 9, 0.1)).toBeNull();
    expect(elementAt(tiling, 0.9, 0.9)).toBeNull();
    expect(elementAt(tiling, -0.1, 0.1)).toBeNull();
  });

  test('arrow keys go on in the neighbouring map, and stop at the edge', () => {
    const tiling = rowTiling([3, 4, 4], 2 * (4 + 1) * 8);
    expect(stepFrom(tiling, 3, 'ArrowRight')).toBe(16); // first map's corner to the second map
    expect(stepFrom(tiling, 0, 'ArrowLeft')).toBe(0);
    expect(stepFrom(tiling, 12, 'ArrowDown')).toBe(32); // to the third, below the first
    expect(stepFrom(tiling, 28, 'ArrowDown')).toBe(28); // below the second there is none
    expect(stepFrom(tiling, 5, 'PageDown')).toBe(21);
    expect(stepFrom(tiling, 37, 'PageDown')).toBe(37);
    expect(stepFrom(tiling, 5, 'End')).toBe(47);
    expect(stepFrom(tiling, 5, 'x')).toBeNull();
  });

  test('each map, or each group of maps, has its own range', () => {
    const tiling = columnTiling([4, 1, 2]);
    const values = Float32Array.of(1, -2, 0, 0.5, 3, 0, 0, -4);
    expect([...rangesOf(values, tiling)]).toEqual([2, 0.5, 3, 4]);
    expect([...rangesOf(values, tiling, 2)]).toEqual([2, 2, 4, 4]);
  });
});

test('the columns of a network are made smaller until they fit, or go on below', () => {
  const total = (tilings: ReturnType<typeof columnsIn>) =>
    tilings.reduce((sum, each) => sum + Math.max(leastColumn, cssWidth(each)) + columnGap, 0);
  const shapes = [[8, 28, 28], [8, 28, 28], [8, 14, 14], [16, 14, 14], [64]];
  expect(total(columnsIn(shapes, 1200))).toBeGreaterThan(total(columnsIn(shapes, 480)));
  expect(total(columnsIn(shapes, 480))).toBeLessThanOrEqual(480 + columnGap);
  for (const tiling of columnsIn(shapes, 200)) expect(cssHeight(tiling)).toBeLessThanOrEqual(240);
});

const stage = (given: Partial<UnitStage>): UnitStage => ({
  ...{ layer: 0, name: 'c1', type: 'conv2d', element: 0, place: [0, 0, 0], value: 0, rule: 'sum' },
  ...{ constant: 0, sources: { value: [], element: [] }, x: [], weights: null, products: [] },
  ...{ weight_elements: null, weight_parameter: null, sum: 0, bias: null, winner: null },
  ...{ window: null, ...given },
});
const window = (given: object) => ({
  ...{ y: 0, x: 0, height: 2, width: 2, channels: [0, 1] as [number, number] },
  ...{ stride: [1, 1] as [number, number], dilation: [1, 1] as [number, number], ...given },
});

describe('the terms of a unit', () => {
  test('stand as the window lies, channel by channel', () => {
    const x = Array.from({ length: 8 }, (_, i) => i);
    const table = tableOf(stage({ x, window: window({ channels: [0, 2] }) }), null);
    expect(table).toMatchObject({ channels: 2, height: 2, width: 2 });
    expect([...channelOf(table, 1, x)]).toEqual([4, 5, 6, 7]);
    expect([...channelSums(table, x)]).toEqual([6, 22]);
    expect(cellOf(table, 5)).toBe(5);
  });

  test('a max pool over the border leaves those cells empty', () => {
    const network = { summary: { input: [1, 3, 3], layers: [] } } as unknown as NetworkInfo;
    const sources = { value: [0], element: [0] };
    const corner = stage({ x: [9], rule: 'maximum', sources, window: window({ y: -1, x: -1 }) });
    expect([...tableOf(corner, network).terms]).toEqual([-1, -1, -1, 0]);
  });

  test('a list has lines of even length, and none too few', () => {
    const table = tableOf(stage({ x: Array.from({ length: 84 }, () => 1) }), null);
    expect(table.height * table.width).toBeGreaterThanOrEqual(84);
    expect([...table.terms].filter((term) => term >= 0).length).toBe(84);
  });

  test('marks: the window where its maps are, clipped by nobody, and the term', () => {
    const sources = { value: [1, 1, 1, 1], element: [0, 1, 28, 29] };
    const explanation = {
      stages: [stage({ layer: 1, x: [1, 2, 3, 4], sources, window: window({ dilation: [2, 2] }) })],
      selected: 0,
    };
    const tiling = columnTiling([6, 28, 28]);
    expect(marksOn(0, explanation, 2, tiling)).toEqual([]);
    expect(marksOn(1, explanation, 2, tiling)).toMatchObject([
      { kind: 'window', map: 0, y: 0, x: 0, height: 3, width: 3 },
      { kind: 'term', map: 0, y: 1, x: 0 },
    ]);
  });

  test('a picture of three channels shows the marks of all as one', () => {
    const patch = { y: 1, x: 2, height: 5, width: 5 };
    const marks = [0, 1, 2].map((map) => ({ kind: 'window' as const, map, ...patch }));
    expect(onePicture(marks)).toEqual([{ kind: 'window', map: 0, ...patch }]);
  });
});

describe('numbers of a unit', () => {
  test('are as long as their cells allow', () => {
    expect([68, 58, 44, 30].map((width) => cellText(-0.07123, width))).toEqual([
      '−0.0712',
      '−0.071', // seven characters would touch those of the next cell
      '−.071',
      '−.07',
    ]);
    expect([58, 44, 30].map((width) => cellText(12.345, width))).toEqual(['12.3', '12.35', '12.3']);
    expect(cellText(-0.00012, 30)).toBe('0');
    expect(cellText(0, 58)).toBe('0');
  });

  test('what was typed is a number, or not', () => {
    expect(['0.25', ' −1e-3 ', '-2'].map(numberOf)).toEqual([0.25, -0.001, -2]);
    expect(['', 'much', '1e99', '1,5', 'Infinity'].map(numberOf)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test('places are counted from one', () => {
    expect(placeText([6, 28, 28], 28 * 28 + 29)).toBe('map 2, row 2, column 2');
    expect(placeText([120], 16)).toBe('unit 17');
    expect(fullText(-0.1)).toBe('−0.1');
  });
});
