import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Sheet, paintStrokes, partOf, surface } from '../../web/src/elements/draw-strokes';

const at = (x: number, y: number, part = 1) => ({ x, y, part });

describe('a sheet', () => {
  test('grows by strokes and says when it has changed', () => {
    const sheet = new Sheet();
    sheet.to(at(1, 1)); // the pen is up
    expect([sheet.empty, sheet.version]).toEqual([true, 0]);
    sheet.begin(20, at(1, 1));
    sheet.to(at(1, 1)); // nothing new
    expect(sheet.version).toBe(1);
    sheet.to(at(400, -50)); // outside is allowed
    sheet.end();
    sheet.to(at(5, 5));
    expect(sheet.version).toBe(2);
    expect(sheet.strokes).toEqual([{ width: 20, points: [at(1, 1), at(400, -50)] }]);
  });

  test('takes strokes back one by one, also one at work, and all at once', () => {
    const sheet = new Sheet();
    sheet.begin(20, at(1, 1));
    sheet.end();
    sheet.begin(8, at(2, 2));
    sheet.undo();
    sheet.to(at(3, 3)); // its stroke is gone
    expect(sheet.strokes).toEqual([{ width: 20, points: [at(1, 1)] }]);
    const { version } = sheet;
    sheet.clear();
    expect([sheet.empty, sheet.version]).toEqual([true, version + 1]);
    sheet.clear();
    sheet.undo();
    expect(sheet.version).toBe(version + 1);
  });
});

test('only a pen has a pressure to tell', () => {
  expect(partOf('mouse', 0.5)).toBe(1);
  expect(partOf('touch', 0)).toBe(1);
  expect(partOf('pen', 0)).toBe(1); // one that tells none
  expect(partOf('pen', 0.5)).toBe(1);
  expect(partOf('pen', 1)).toBe(1.5);
});

/** Writes down what is drawn. */
function recorder() {
  const calls: string[] = [];
  const context = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (target, name) =>
        target[String(name)] ??
        ((...given: unknown[]) => calls.push(`${String(name)}(${given.join(' ')})`)),
      set: (target, name, value) => {
        if (name === 'lineWidth') calls.push(`lineWidth ${value}`);
        target[String(name)] = value;
        return true;
      },
    },
  );
  return { calls, context: context as unknown as CanvasRenderingContext2D };
}

test('a dot is drawn, and a curve goes through the middles', () => {
  const { calls, context } = recorder();
  const strokes = [
    { width: 20, points: [at(5, 5)] },
    { width: 10, points: [at(0, 0), at(10, 0), at(10, 10)] },
  ];
  paintStrokes(context, strokes, 2 * surface);
  expect(calls).toContain('setTransform(2 0 0 2 0 0)');
  expect(calls.slice(calls.indexOf('lineWidth 20'))).toEqual([
    ...['lineWidth 20', 'beginPath()', 'moveTo(5 5)', 'lineTo(5 5)', 'stroke()'],
    ...['lineWidth 10', 'beginPath()', 'moveTo(0 0)', 'quadraticCurveTo(10 0 10 5)'],
    ...['lineTo(10 10)', 'stroke()'],
  ]);
});

test('pressure changes the width along a stroke', () => {
  const { calls, context } = recorder();
  paintStrokes(context, [{ width: 10, points: [at(0, 0), at(9, 0, 2), at(20, 0, 3)] }], surface);
  expect(calls.filter((call) => call.startsWith('lineWidth'))).toEqual([
    'lineWidth 10',
    'lineWidth 30',
  ]);
});

test('the stroke set is made for a surface of this size', () => {
  const file = new URL('../data/strokes/strokes.json', import.meta.url);
  const set = JSON.parse(readFileSync(file, 'utf8')) as { surface: number; drawings: unknown[] };
  expect(set.surface).toBe(surface);
  expect(set.drawings.length).toBeGreaterThanOrEqual(240);
});
