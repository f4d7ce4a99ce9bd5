// Changes of networks: what is rewired, and that the engine takes what comes out.
import { beforeAll, describe, expect, test } from 'vitest';
import * as edit from '../../web/src/app/spec-edit';
import {
  attributeText,
  fallbackOf,
  parseAttribute,
  stepped,
  toWrite,
  valueOf,
} from '../../web/src/app/spec-fields';
import { specFromText } from '../../web/src/app/spec-text';
import { pytorchCode } from '../../web/src/app/spec-pytorch';
import type { AttributeInfo, NetworkSpec } from '../../web/src/engine/api';
import { loadEngine, seeded, type TestEngine } from './spec-engine';
import { shortcuts } from './spec-texts';

let engine: TestEngine;
let lenet: NetworkSpec;
let resnet: NetworkSpec;
beforeAll(async () => {
  engine = await loadEngine();
  const named = (name: string) => engine.check(engine.preset(name)).value!.spec;
  lenet = named('lenet-5');
  const body = { name: 'shortcuts', input: [1, 28, 28], ...specFromText(shortcuts)! };
  resnet = engine.check(body).value!.spec;
});

const order = ({ layers }: NetworkSpec) => layers.map(({ name }) => name);
const inputs = (spec: NetworkSpec, name: string) =>
  edit.wired(spec).find((each) => each.name === name)?.inputs;
const works = (spec: NetworkSpec) => {
  const { value, error } = engine.check(spec);
  expect(error).toBeUndefined();
  return value!;
};
const reason = (spec: NetworkSpec) => engine.check(spec).error?.message;

describe('a new layer', () => {
  test('takes over the wire between its neighbours', () => {
    const spec = edit.insert(lenet, { after: 'c1' }, { type: 'batch_norm2d' });
    expect(order(spec).slice(0, 3)).toEqual(['c1', 'norm1', 'relu1']);
    expect(spec.layers[1]).toEqual({ type: 'batch_norm2d', name: 'norm1' });
    works(spec);
  });

  test('can stand first, and last', () => {
    const first = edit.insert(lenet, { after: 'input' }, { type: 'dropout' });
    expect(order(works(first).spec)[0]).toBe('dropout1');
    expect(order(edit.insert(lenet, { before: 'c1' }, { type: 'dropout' }))).toEqual(order(first));
    const last = edit.insert(lenet, { after: 'output' }, { type: 'softmax' });
    expect(order(works(last).spec).at(-1)).toBe('softmax1');
  });

  test('leaves shortcuts alone', () => {
    const spec = edit.insert(resnet, { after: 'stem_relu' }, { type: 'dropout' });
    expect(inputs(spec, 'a1')).toEqual(['dropout1']);
    expect(inputs(spec, 'a_sum')).toEqual(['a2_norm', 'stem_relu']);
    works(spec);
  });

  test('at the end of a path goes on with it', () => {
    const spec = edit.insert(resnet, { after: 'b2_norm' }, { type: 'dropout' });
    expect(inputs(spec, 'b_sum')).toEqual(['dropout1', 'b_skip_norm']);
    expect(inputs(spec, 'b_skip')).toEqual(['a_relu']);
    works(spec);
  });

  test('at the beginning of a path belongs to it', () => {
    const spec = edit.insert(resnet, { before: 'b_skip' }, { type: 'dropout' });
    expect(inputs(spec, 'b_skip')).toEqual(['dropout1']);
    expect(inputs(spec, 'dropout1')).toEqual(['a_relu']);
    expect(inputs(spec, 'b1')).toEqual(['a_relu']);
    expect(edit.sourceAt(resnet, { before: 'b_skip' })).toBe('a_relu');
    works(spec);
  });

  test('of every type has settings that the engine takes', () => {
    for (const { name, min_inputs } of engine.types) {
      const flat = name === 'linear';
      const layer = edit.newLayer(name, flat ? [400] : [6, 28, 28]);
      const more = { ...layer, ...(min_inputs > 1 ? { inputs: ['', 'c1'] } : {}) };
      const spec = edit.insert(lenet, { after: flat ? 'flatten1' : 'relu1' }, more);
      const { error } = engine.check(spec);
      // Its settings are right; that the layers after it do not fit is another matter.
      if (error) expect(error.where).not.toBe(spec.layers[2]?.name);
    }
  });

  test('that is a copy stands behind its model, under a free name', () => {
    const spec = edit.duplicate(resnet, 'a2');
    expect(order(spec).slice(6, 9)).toEqual(['a2', 'conv1', 'a2_norm']);
    expect(inputs(spec, 'a2_norm')).toEqual(['conv1']);
    expect(spec.layers[7]).toEqual({ ...resnet.layers[6], name: 'conv1' });
    works(spec);
    works(edit.duplicate(resnet, 'a_sum'));
  });
});

describe('a layer that goes', () => {
  test('leaves its readers its input', () => {
    const spec = edit.remove(resnet, 'stem_relu');
    expect(inputs(spec, 'a1')).toEqual(['stem_norm']);
    expect(inputs(spec, 'a_sum')).toEqual(['a2_norm', 'stem_norm']);
    works(spec);
  });

  test('takes a branch along only when told', () => {
    expect(reason(edit.remove(resnet, 'b_sum'))).toContain('no later layer reads its output');
    const spec = edit.removeWithBranch(resnet, 'b_sum');
    expect(order(resnet).filter((name) => !order(spec).includes(name))).toEqual([
      'b_skip',
      'b_skip_norm',
      'b_sum',
    ]);
    expect(inputs(spec, 'b_relu')).toEqual(['b2_norm']);
    works(spec);
  });

  test('takes along a sum of which one input is left', () => {
    const chain = edit.insert(lenet, { after: 'c1' }, { type: 'tanh' });
    const around = edit.skipAround(chain, 'tanh1');
    expect(inputs(around, 'add1')).toEqual(['tanh1', 'c1']);
    works(around);
    expect(edit.remove(around, 'tanh1')).toEqual(lenet);
  });

  test('can be the first; when it cannot, the engine says why', () => {
    expect(reason(edit.remove(lenet, 'c1'))).toBeUndefined();
    expect(reason(edit.remove(lenet, 'flatten1'))).toContain('flatten');
  });
});

describe('a layer that moves', () => {
  test('changes places with its neighbour, and back', () => {
    const down = edit.step(lenet, 'relu1', 1)!;
    expect(order(down).slice(0, 4)).toEqual(['c1', 's2', 'relu1', 'c3']);
    works(down);
    expect(edit.step(down, 'relu1', -1)).toEqual(lenet);
    expect(edit.step(lenet, 'c1', -1)).toBeUndefined();
    expect(edit.step(lenet, 'output', 1)).toBeUndefined();
  });

  test('passes a sum, and a sum passes a layer', () => {
    const up = edit.step(resnet, 'a_relu', -1)!;
    expect(inputs(up, 'a_sum')).toEqual(['a_relu', 'stem_relu']);
    expect(inputs(up, 'b_skip')).toEqual(['a_sum']);
    works(up);
    const down = edit.step(resnet, 'a_sum', 1)!;
    expect(inputs(down, 'a_sum')).toEqual(['a_relu', 'stem_relu']);
    expect([inputs(down, 'b1'), inputs(down, 'b_skip')]).toEqual([['a_sum'], ['a_relu']]);
    works(down);
  });

  test('goes anywhere by its name', () => {
    const spec = edit.move(lenet, 's2', { after: 'relu2' });
    expect(order(spec).slice(0, 5)).toEqual(['c1', 'relu1', 'c3', 'relu2', 's2']);
    expect(edit.move(lenet, 's2', { before: 's2' })).toEqual(lenet);
  });
});

describe('branches', () => {
  test.each(['stem_relu', 'a_sum', 'b2_norm', 'pool'])('a residual one after %s', (after) => {
    const shape = engine.check(resnet).value!.summary.layers.find(({ name }) => name === after)!;
    const spec = edit.branch(resnet, after, 'residual', shape.output);
    expect(spec.layers).toHaveLength(resnet.layers.length + 5);
    const sum = spec.layers.find(({ name }) => name === 'add1');
    expect(sum?.inputs).toContain(after);
    works(spec);
  });

  test('an inception shape', () => {
    const spec = edit.branch(lenet, 's2', 'inception', [6, 14, 14]);
    expect(order(spec).slice(2, 9)).toEqual([
      's2',
      'conv1',
      'conv2',
      'conv3',
      'concat1',
      'relu5',
      'c3',
    ]);
    expect(inputs(spec, 'concat1')).toEqual(['conv1', 'conv2', 'conv3']);
    for (const name of ['conv1', 'conv2', 'conv3']) expect(inputs(spec, name)).toEqual(['s2']);
    const { summary } = works(spec);
    expect(summary.layers.find(({ name }) => name === 'concat1')?.output).toEqual([18, 14, 14]);
  });
});

test('a name changes where it is read, too', () => {
  const spec = edit.rename(resnet, 'stem_relu', 'größe/1');
  expect(inputs(spec, 'a_sum')).toEqual(['a2_norm', 'größe/1']);
  works(spec);
  expect(reason(edit.rename(resnet, 'a1', 'a2'))).toContain('two layers have this name');
  expect(reason(edit.rename(resnet, 'a1', 'input'))).toContain("picture's own");
  expect(reason(edit.rename(resnet, 'a1', ''))).toContain('at least one character');
});

test('inputs can be any earlier value', () => {
  expect(edit.sourcesOf(resnet, 'stem_relu')).toEqual(['input', 'stem', 'stem_norm']);
  const spec = edit.setInputs(resnet, 'a_sum', ['a2_norm', 'stem_relu', 'a1_relu']);
  works(spec);
  const same = edit.setInputs(resnet, 'b_skip', ['b2_norm']);
  expect(same.layers.find(({ name }) => name === 'b_skip')).not.toHaveProperty('inputs');
});

test('random changes one after another keep names and wires whole', () => {
  const random = seeded(3);
  for (let round = 0; round < 25; round++) {
    let spec = structuredClone(random.pick([lenet, resnet]));
    let accepted = 0;
    for (let i = 0; i < 25; i++) {
      const names = order(spec) as string[];
      const [name, other] = [random.pick(names), random.pick(['input', ...names])];
      const type = random.pick(engine.types);
      const shape = random.pick([[8, 14, 14], [64]]);
      const next = random.pick<() => NetworkSpec | undefined>([
        () => edit.insert(spec, { after: other }, edit.newLayer(type.name, shape)),
        () => edit.insert(spec, { before: name }, edit.newLayer(type.name, shape)),
        () => edit.removeWithBranch(spec, name),
        () => edit.remove(spec, name),
        () => edit.step(spec, name, random.pick([-1, 1] as const)),
        () => edit.move(spec, name, { after: other }),
        () => edit.duplicate(spec, name),
        () => edit.rename(spec, name, `r${i}`),
        () => edit.skipAround(spec, name),
        () => edit.branch(spec, other, random.pick(['residual', 'inception'] as const), shape),
      ])();
      if (!next) continue;
      const now = order(next);
      expect(new Set(now).size).toBe(now.length);
      const known = new Set(['input', ...now]);
      for (const each of edit.wired(next))
        for (const input of each.inputs) expect(known).toContain(input);
      const { value } = engine.check(next);
      if (!value) continue;
      accepted++;
      // The engine writes the attributes in another order, and nothing else differently.
      expect(value.spec).toEqual(next);
      spec = value.spec;
      expect(pytorchCode(value).split('\n').length).toBeGreaterThan(spec.layers.length);
    }
    expect(accepted).toBeGreaterThan(0);
  }
});

describe('fields', () => {
  const info = (type: string, name: string): AttributeInfo =>
    engine.types.find((each) => each.name === type)!.attributes.find((a) => a.name === name)!;

  test.each([
    ['pair', '3', 3],
    ['pair', '3×5', [3, 5]],
    ['pair', ' 3 x 5 ', [3, 5]],
    ['pair', '[3, 5]', [3, 5]],
    ['pair', '3 3', 3],
    ['padding', 'same', 'same'],
    ['padding', '0, 1, 0, 1', [0, 1, 0, 1]],
    ['padding', '1 1 1', [1, 1, 1]],
    ['integer', '3 5', '3 5'],
    ['number', '1e-3', 0.001],
    ['number', 'Infinity', 'Infinity'],
    ['integer', 'many', 'many'],
    ['integer', '', undefined],
  ] as const)('%s: %j', (kind, text, value) => {
    expect(parseAttribute(kind, text)).toEqual(value);
    if (typeof value === 'number' || Array.isArray(value))
      expect(parseAttribute(kind, attributeText(value))).toEqual(value);
  });

  test('show what holds by default, and write nothing for it', () => {
    const pool = lenet.layers.find(({ name }) => name === 's2')!;
    const stride = info('max_pool2d', 'stride');
    expect(valueOf(lenet, pool, stride)).toBe(2);
    expect(fallbackOf(lenet, pool, stride)).toBe(2);
    expect(toWrite(lenet, pool, stride, 2)).toBeUndefined();
    expect(toWrite(lenet, pool, stride, 1)).toBe(1);
    expect(fallbackOf(resnet, resnet.layers[0]!, info('conv2d', 'init'))).toBe('he_normal');
    // What the engine does without a stride is what the field says.
    const { value } = engine.check(edit.setAttribute(lenet, 's2', 'stride', 2));
    expect(value!.summary).toEqual(engine.check(lenet).value!.summary);
  });

  test('step within their range', () => {
    const kernel = info('conv2d', 'kernel_size');
    expect(stepped(kernel, 5, 1)).toBe(6);
    expect(stepped(kernel, [1, 3], -1)).toBeUndefined();
    expect(stepped(kernel, [1, 3], 1)).toEqual([2, 4]);
    expect(stepped(info('conv2d', 'padding'), 'same', 1)).toBeUndefined();
    expect(stepped(kernel, 1024, 1)).toBeUndefined();
  });

  test('a value that cannot work is refused in words, and one that can is written', () => {
    expect(reason(edit.setAttribute(lenet, 'c1', 'kernel_size', 99))).toContain(
      'kernel 99×99 does not fit the padded input 32×32',
    );
    expect(reason(edit.setAttribute(lenet, 'c1', 'out_channels', undefined))).toContain('missing');
    expect(works(edit.setAttribute(lenet, 'c1', 'kernel_size', 3)).spec.layers[0]).toMatchObject({
      kernel_size: 3,
    });
  });
});

describe('PyTorch code', () => {
  test('of LeNet-5', () => {
    expect(pytorchCode(works(lenet))).toBe(`import torch
from torch import nn


class Lenet5(nn.Module):
    # Input: batch × 1 × 28 × 28
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.s2 = nn.MaxPool2d(kernel_size=2)
        self.c3 = nn.Conv2d(6, 16, kernel_size=5)
        self.s4 = nn.MaxPool2d(kernel_size=2)
        self.c5 = nn.Linear(400, 120)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x):
        x = self.c1(x)
        x = torch.relu(x)
        x = self.s2(x)
        x = self.c3(x)
        x = torch.relu(x)
        x = self.s4(x)
        x = torch.flatten(x, 1)
        x = self.c5(x)
        x = torch.relu(x)
        x = self.f6(x)
        x = torch.relu(x)
        x = self.output(x)
        return x
`);
  });

  test('keeps what is still read later', () => {
    const code = pytorchCode(works(resnet));
    expect(code).toContain('        stem_relu = torch.relu(x)\n        x = self.a1(stem_relu)\n');
    expect(code).toContain('        x = x + stem_relu\n');
    expect(code).toContain("nn.init.kaiming_normal_(self.stem.weight, nonlinearity='relu')");
    expect(code).not.toContain('self.stem.bias');
  });

  test('makes names of any name', () => {
    let spec = edit.rename(lenet, 'c1', 'class');
    spec = edit.rename(spec, 'c3', '3 größe');
    spec = edit.rename(spec, 'relu1', 'x');
    spec = edit.rename(edit.rename(spec, 'c5', 'a-b'), 'f6', 'a b');
    const code = pytorchCode(works(spec));
    for (const name of ['layer_class', 'layer_3_gro__e', 'a_b', 'a_b_2'])
      expect(code).toContain(`self.${name} = `);
  });
});
