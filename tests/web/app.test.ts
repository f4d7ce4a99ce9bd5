// What the page keeps beside the engine: the frame of a lesson, units as texts, moments to go back to.
import { describe, expect, test } from 'vitest';
import { frameEntries, frameFrom, layersIn, settingsParts } from '../../web/src/app/frame';
import { History } from '../../web/src/app/history';
import { defaults, specOf, runKey } from '../../web/src/app/settings';
import { Undo, type Moment } from '../../web/src/app/undo';
import { unitFromText, unitText } from '../../web/src/app/unit-text';
import type { NetworkInfo } from '../../web/src/engine/api';

const layer = (name: string, output: number[]) => ({
  ...{ name, output, type: 'x', inputs: [], parameters: 0, multiply_adds: 0, memory: 0 },
  receptive_field: { height: 1, width: 1 },
});
const network = {
  summary: { layers: [layer('c1', [6, 28, 20]), layer('a:b', [10])] },
} as unknown as NetworkInfo;

describe('a unit as a text', () => {
  test('is its layer and place, and comes back', () => {
    const unit = { layer: 0, element: (4 * 28 + 27) * 20 + 3 };
    expect(unitText(network, unit)).toBe('c1:4.27.3');
    expect(unitFromText(network, 'c1:4.27.3')).toEqual(unit);
    expect(unitText(network, { layer: 1, element: 7 })).toBe('a:b:7');
    expect(unitFromText(network, 'a:b:7')).toEqual({ layer: 1, element: 7 });
  });

  test.each(['c1:6.0.0', 'c1:0.28.0', 'c1:0.0', 'c1:0.0.-1', 'c2:0.0.0', 'a:b:10', '', 'c1:'])(
    'is none of this network: %j',
    (text) => expect(unitFromText(network, text)).toBeNull(),
  );
});

describe('the frame of a lesson', () => {
  test('comes back from its entries', () => {
    const frame = {
      heading: 'Edges & corners',
      say: 'Train, then look.\nWhat do you see?',
      hide: ['curves', 'layer:relu1'],
      lock: ['rate'],
    };
    const text = new URLSearchParams(frameEntries(frame)).toString();
    expect(frameFrom(`#${text}`)).toEqual(frame);
    expect(layersIn(frame.hide)).toEqual(['relu1']);
    expect(layersIn(frame.hide)).toBe(layersIn(frame.hide)); // views see that nothing has changed
    expect(frameEntries(frameFrom(''))).toEqual([]);
  });

  test('locks settings only: what is not a setting is shown or hidden', () => {
    expect(settingsParts).not.toEqual([]);
    for (const name of settingsParts) expect(Object.keys(defaults())).toContain(name);
  });
});

describe('undo', () => {
  const moment = (what: string, bytes = 10): Moment => ({
    ...{ what, settings: defaults(), history: new History() },
    checkpoint: new Uint8Array(bytes),
  });

  test('goes back and forth, and a new deed ends the future', () => {
    const undo = new Undo();
    expect(undo.takeBack(moment('now'))).toBeUndefined();
    undo.push(moment('Reset'));
    undo.push(moment('Network'));
    expect([undo.back, undo.forth]).toEqual(['Network', null]);
    expect(undo.takeBack(moment(''))?.what).toBe('Network');
    expect([undo.back, undo.forth]).toEqual(['Reset', 'Network']);
    expect(undo.bringAgain(moment(''))?.what).toBe('Network');
    undo.takeBack(moment(''));
    undo.push(moment('Weight'));
    expect([undo.back, undo.forth]).toEqual(['Weight', null]);
  });

  test('forgets the oldest when memory would run out, never the latest', () => {
    const undo = new Undo();
    undo.push(moment('first', 60e6));
    undo.push(moment('second', 60e6));
    undo.push(moment('third', 200e6));
    expect(undo.takeBack(moment(''))?.what).toBe('third');
    expect(undo.back).toBeNull();
  });
});

test('the curves come back as they were kept, and go on', () => {
  const history = new History();
  for (let step = 1; step <= 9000; step++)
    history.add([{ step, loss: 1 / step, accuracy: 0.5 }], []);
  const again = History.from(history.save());
  const batch = { step: 9001, loss: 0.1, accuracy: 1 };
  for (const each of [history, again]) for (let i = 0; i < 8; i++) each.add([batch], []);
  expect(again.losses).toEqual(history.losses);
  expect(again.steps).toEqual(history.steps);
});

test("a network of one's own is what the address says", () => {
  const settings = { ...defaults(), network: 'own', layers: 'conv,o4,k3;relu;flatten;fc,f10' };
  expect(specOf(settings, [])?.spec.layers[0]).toMatchObject({
    ...{ type: 'conv2d', out_channels: 4, kernel_size: 3 },
  });
  expect(specOf({ ...settings, layers: '' }, [])).toBeUndefined();
  expect(runKey(settings)).not.toBe(runKey({ ...settings, seed: 2 }));
  expect(runKey(settings)).toBe(runKey({ ...settings, rate: 2, picture: 3 }));
});
