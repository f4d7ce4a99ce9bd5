import { describe, expect, test, vi } from 'vitest';
import { History } from '../../web/src/app/history';
import { figure, integer, layerText, percent, signedRange } from '../../web/src/elements/words';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {} }));
vi.stubGlobal('document', { documentElement: { dataset: {} } });
const { columnTiling, cssHeight, cssWidth, kernelTiling, rowTiling } =
  await import('../../web/src/elements/maps');
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
