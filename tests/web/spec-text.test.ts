// A network as a text for the address: everything comes back, and garbage does no harm.
import { beforeAll, describe, expect, test } from 'vitest';
import { defaults, fromHash, toHash } from '../../web/src/app/settings';
import { stemOf, withNames } from '../../web/src/app/spec-names';
import { specFromText, specToText } from '../../web/src/app/spec-text';
import type { AttributeInfo, LayerSpec, LayerTypeInfo } from '../../web/src/engine/api';
import { loadEngine, seeded, type TestEngine } from './spec-engine';

let engine: TestEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

interface Body {
  layers: LayerSpec[];
  init?: string;
}

/** Through the text, and the text through the address. */
function around(body: Body) {
  const text = specToText(body);
  const settings = { ...defaults(), network: 'own', layers: text };
  expect(fromHash(toHash(settings))).toEqual(settings);
  expect(specFromText(text)).toEqual({ ...body, layers: withNames(body.layers) });
  return text;
}

describe('names', () => {
  test('are those that the engine would give', () => {
    for (const { spec } of engine.presets) {
      const layers = spec.layers.map((layer) => ({ ...layer }));
      for (const layer of layers.filter((_, i) => i % 3 > 0)) delete layer.name;
      const { value } = engine.check({ ...spec, layers });
      if (!value) continue; // a name that another layer reads was taken away
      expect(value.spec.layers.map(({ name }) => name)).toEqual(
        withNames(layers).map(({ name }) => name),
      );
    }
    for (const { name, short_name } of engine.types) expect(stemOf(name)).toBe(short_name);
  });

  test('that are given are left alone, and no other layer gets them', () => {
    const layers = [{ type: 'relu' }, { type: 'relu', name: 'relu1' }, { type: 'relu' }];
    expect(withNames(layers).map(({ name }) => name)).toEqual(['relu2', 'relu1', 'relu3']);
  });
});

describe('the text', () => {
  test('of every preset is short, and the engine reads the same network from it', () => {
    for (const { spec } of engine.presets) {
      const { layers, init } = spec;
      const text = around({ layers, ...(init === undefined ? {} : { init }) });
      expect(text).not.toMatch(/^!/);
      expect(engine.check({ ...spec, ...specFromText(text) }).value).toEqual(
        engine.check(spec).value,
      );
    }
    const length = (name: string) => specToText(engine.preset(name)).length;
    expect(length('lenet-5')).toBeLessThanOrEqual(120);
    expect(length('small-resnet')).toBeLessThanOrEqual(480);
  });

  test('reads as one would write it', () => {
    expect(specToText(engine.preset('lenet-5'))).toBe(
      'c1=conv,o6,k5,p2;relu;s2=pool,k2;c3=conv,o16,k5;relu;s4=pool,k2;flatten;c5=fc,f120;relu;' +
        'f6=fc,f84;relu;output=fc,f10',
    );
    expect(specToText(engine.preset('model-2'))).toBe(
      'conv,o8,k5;relu;pool,k2;conv,o16,k3;relu;pool,k2;flatten;fc,f10',
    );
  });

  test('leaves out only the names that come by themselves', () => {
    expect(
      around({
        layers: [
          { type: 'relu', name: 'relu2' },
          { type: 'relu', name: 'relu1' },
          { type: 'relu', name: 'relu3' },
        ],
      }),
    ).toBe('relu2=relu;relu;relu');
  });

  test.each([
    ['signs of the grammar', ['a=b', 'a,b', 'a;b', 'a@b', 'a/b', '!', ':', '~', '~3d.', 'init,x']],
    ['signs of the address', ['%', '%20', '#', '&', '+', '?', ' ', ' a ', '"', '<b>', '\\']],
    ['other scripts', ['größe', '层', '🙂', 'e\u0301', '\u202e', '\ud800', '\udc00x']],
    ['ends of lines', ['a\nb', '\r', '\u2028', '\u2029', '\0', '\u0085']],
    ['what objects have', ['__proto__', 'constructor', 'toString', 'hasOwnProperty']],
    ['values', ['yes', 'no', '5', '3x5', '-1e5', '', 'null']],
  ])('keeps names and words with %s', (_, odd) => {
    for (const name of odd) {
      const text = around({
        layers: [
          { type: 'relu', name },
          { type: 'tanh', name: 'other', inputs: [name, 'input', name], word: name, init: name },
        ],
      });
      expect(text).not.toMatch(/^!/);
      around({ layers: [{ type: name, name: 'a' }] });
      around({ layers: [{ type: 'relu', name: 'a', [`x${name}`]: 1 }] });
      if (name !== 'pytorch') around({ layers: [{ type: 'relu' }], init: name });
    }
  });

  test('keeps every kind of value', () => {
    for (const value of [0, -1, 0.1, 1e-5, 1e21, true, false, [3, 5], [0, 1, 0, 1], 'same', 'yes'])
      expect(around({ layers: [{ type: 'conv2d', padding: value, other: value }] })).not.toMatch(
        /^!/,
      );
    for (const value of [null, [], [3], ['a'], [[1]], { a: 1 }, [1, null], '\u2028'])
      around({ layers: [{ type: 'conv2d', padding: value, other: [value] }] });
  });

  test('brings back whatever network the engine can be told of', () => {
    const random = seeded(7);
    const wordsOf = (info: AttributeInfo): unknown => {
      if (info.kind === 'flag') return random.chance(0.5);
      if (info.kind === 'choice') return random.pick(info.choices);
      if (info.kind === 'number') return random.below(1000) / 997;
      const size = () => random.below(info.maximum);
      if (info.kind === 'integer' || random.chance(0.4)) return size();
      if (info.kind === 'pair' || random.chance(0.4)) return [size(), size()];
      return random.pick([[size(), size(), size(), size()], 'same', 'valid']);
    };
    const characters = [...'ab1_-. =,;@/!:~%é层🙂\n"'];
    for (let round = 0; round < 300; round++) {
      const layers: LayerSpec[] = [];
      for (let i = random.below(12); i >= 0; i--) {
        const type = random.pick<LayerTypeInfo>(engine.types);
        const before = withNames(layers).map(({ name }) => name);
        const layer: LayerSpec = { type: type.name };
        for (const info of type.attributes)
          if (random.chance(0.5)) layer[info.name] = wordsOf(info);
        if (random.chance(0.3))
          layer.name = Array.from({ length: 1 + random.below(8) }, () =>
            random.pick(characters),
          ).join('');
        if (random.chance(0.3)) layer.name = `${stemOf(type.name)}${1 + random.below(4)}`;
        if (random.chance(0.4))
          layer.inputs = Array.from({ length: 1 + random.below(3) }, () =>
            random.pick(['input', ...before]),
          );
        layers.push(layer);
      }
      const init = random.chance(0.3) ? { init: 'he_normal' } : {};
      expect(around({ layers: withNames(layers), ...init })).not.toMatch(/^!/);
    }
  });
});

describe('garbage', () => {
  test('is read without a complaint, and what it says can be written again', () => {
    const random = seeded(11);
    const pieces = [
      ...'=,;@/!:~x.-%[]{}"0123',
      ...['conv', 'o', 'k', 'init,', 'relu', '~3d.', '~110000.', '~ffffffff.', 'inputs:', 'type:'],
      ...[
        '!{"layers":',
        '[',
        ']',
        '{"type":',
        'null',
        '}',
        '__proto__',
        'constructor',
        '\n',
        '\ud800',
      ],
    ];
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: random.below(14) }, () => random.pick(pieces)).join('');
      const read = specFromText(text);
      if (!read) continue;
      for (const { type, name, inputs } of read.layers) {
        expect(typeof type).toBe('string');
        expect(typeof name).toBe('string');
        for (const input of inputs ?? []) expect(typeof input).toBe('string');
      }
      expect(specFromText(specToText(read))).toEqual(read);
    }
  });

  test.each(['', '!', '!null', '!5', '!{}', '!{"layers":[]}', '!{"layers":[null]}'])(
    '%j says nothing',
    (text) => expect(specFromText(text)).toBeUndefined(),
  );
  test.each(['!{"layers":[{"type":5}]}', '!{"layers":[{"type":"relu","inputs":"a"}]}'])(
    '%j is no network',
    (text) => expect(specFromText(text)).toBeUndefined(),
  );

  test('the engine refuses it in words', () => {
    for (const text of [';', 'relu', 'hello world', 'conv,k5', 'constructor', 'conv,o8,k99']) {
      const read = specFromText(text);
      expect(read).toBeDefined();
      const { error } = engine.check({ name: '', input: [1, 28, 28], ...read! });
      if (text !== 'relu') expect(error?.message).toMatch(/./);
    }
  });
});
