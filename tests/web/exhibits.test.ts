// The facts that exhibits show, computed by the engine through the same jobs as in the page.
import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { failure, type CheckedNetwork, type Preset } from '../../web/src/engine/api';
import { read, type EngineModule } from '../../web/src/engine/module';
import { Bench } from '../../web/src/exhibits/bench';
import {
  fromPadded,
  jobOf,
  layer,
  matrixOf,
  outputsOf,
  toPadded,
  unread,
  windowOf,
  type Calculate,
  type Convolution,
} from '../../web/src/exhibits/convolution';
import {
  complete,
  edgesFit,
  edgesLimits,
  edgesMap,
  edgesQuantity,
} from '../../web/src/exhibits/edges-rules';
import {
  fallbacks,
  parseQuantity,
  readSettings,
  type Loose,
  type Quantity,
} from '../../web/src/exhibits/settings';
import { convolutionOf, slidingWindowQuantity } from '../../web/src/exhibits/sliding-window-rules';
import {
  fits,
  limitsOf,
  strideConvolution,
  strideQuantity,
} from '../../web/src/exhibits/stride-rules';
import {
  tables,
  type EdgesSettings,
  type SlidingWindowSettings,
  type StrideSettings,
} from '../../web/src/exhibits/tables';
import { calculator, wasmModule } from './wasm-module';

let engine: EngineModule;
let ask: Calculate;

beforeAll(async () => {
  engine = await wasmModule();
  ask = calculator(engine);
});

const settings = <S>(exhibit: string, changes: Partial<NoInfer<S>> = {}) =>
  ({ ...fallbacks(tables[exhibit] as Loose), ...changes }) as S;

async function computed(convolution: Convolution, all = false) {
  const { value, error } = await ask(jobOf(convolution, { all }));
  expect(error).toBeUndefined();
  return { padded: layer(value!, 'padded'), output: layer(value!, all ? 'all' : 'output') };
}

describe('sliding-window', () => {
  const shown = async (changes: Partial<SlidingWindowSettings>) =>
    matrixOf((await computed(convolutionOf(settings('sliding-window', changes)))).output);

  test('valid, same and full edges', async () => {
    expect(await shown({})).toEqual([
      [1, 4, 11],
      [4, 11, 5],
      [7, 7, 1],
    ]);
    expect(await shown({ padding: 'same' })).toEqual([
      [2, 0, 0, 5, 7],
      [0, 1, 4, 11, 2],
      [1, 4, 11, 5, 2],
      [6, 7, 7, 1, 1],
      [7, 3, 0, 0, 2],
    ]);
    const full = await shown({ padding: 'full' });
    expect(full).toHaveLength(7);
    expect(full[0]).toEqual([0, 1, 1, 0, 1, 3, 2]);
  });

  test('same edges with stride 2', async () => {
    expect(await shown({ padding: 'same', stride: 2 })).toEqual([
      [2, 0, 7],
      [1, 11, 2],
      [7, 0, 2],
    ]);
  });

  test('places of the window agree with the terms that the engine tells', async () => {
    const convolution = convolutionOf(settings('sliding-window', { padding: 'full', stride: 2 }));
    const { padded, output } = await computed(convolution);
    for (let at = 0; at < output.values.length; at++) {
      const { value } = await ask(jobOf(convolution, { unit: at }));
      const stage = value!.unit!.stages[value!.unit!.selected]!;
      expect(stage.value).toBe(output.values[at]);
      const window = windowOf(convolution, padded, output, at);
      expect(stage.sources.element).toEqual(window);
      expect(stage.x).toEqual(window.map((cell) => padded.values[cell]));
      expect(stage.weights).toEqual(convolution.kernel.values);
    }
  });

  test('an input feeds exactly the outputs whose window holds it', async () => {
    const convolution = convolutionOf(settings('sliding-window', { padding: 'same', stride: 2 }));
    const { padded, output } = await computed(convolution);
    for (let cell = 0; cell < padded.values.length; cell++)
      for (const { output: at, tap } of outputsOf(convolution, padded, output, cell))
        expect(windowOf(convolution, padded, output, at)[tap]).toBe(cell);
    const feeds = outputsOf(convolution, padded, output, toPadded(convolution, 12));
    expect(feeds.map(({ output: at, tap }) => [at, tap])).toEqual([[4, 4]]);
    expect(fromPadded(convolution, toPadded(convolution, 12))).toBe(12);
    expect(fromPadded(convolution, 0)).toBe(-1);
  });
});

describe('stride', () => {
  const row = async (changes: Partial<StrideSettings>) =>
    (await computed(strideConvolution(settings('stride', changes)))).output.values;
  const close = (values: number[], expected: number[]) => {
    expect(values).toHaveLength(expected.length);
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  };

  test('1,2,3,1,2,3,1,2,3 under a mean of three', async () => {
    const convolution = strideConvolution(settings('stride'));
    expect(convolution.input.values).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    close(await row({ start: 2, end: 2, stride: 1 }), [1 / 3, 1, 2, 2, 2, 2, 2, 2, 2, 5 / 3, 1]);
    close(await row({ start: 0, end: 0, stride: 1 }), [2, 2, 2, 2, 2, 2, 2]);
    close(await row({ start: 1, end: 1, stride: 2 }), [1, 2, 2, 2, 5 / 3]);
  });

  test('stride S is every S-th of stride 1, bit for bit, in one dimension and two', async () => {
    for (const dimensions of ['1', '2'] as const)
      for (const stride of [2, 3, 4]) {
        const convolution = strideConvolution(settings('stride', { dimensions, stride }));
        const { output } = await computed(convolution);
        const { output: all } = await computed(convolution, true);
        const rows = dimensions === '2' ? stride : 1;
        const kept = all.values.filter(
          (_, i) => Math.floor(i / all.columns) % rows === 0 && (i % all.columns) % stride === 0,
        );
        expect(output.values).toEqual(kept);
      }
  });

  test('the formula is what the engine makes, for every setting that can be chosen', async () => {
    let tried = 0;
    for (const size of [3, 7, 9])
      for (const kernel of [1, 2, 3, 5])
        for (const stride of [1, 2, 5])
          for (const dilation of [1, 2])
            for (const [start, end] of [
              [0, 0],
              [1, 0],
              [2, 3],
            ] as const) {
              const all = { size, kernel, stride, dilation, start, end };
              const chosen = settings<StrideSettings>('stride', all);
              const { value, error } = await ask(jobOf(strideConvolution(chosen)));
              expect(Boolean(value)).toBe(fits(chosen));
              if (error) continue;
              const way = size + start + end - dilation * (kernel - 1) - 1;
              expect(layer(value, 'output').columns).toBe(Math.floor(way / stride) + 1);
              tried++;
            }
    expect(tried).toBeGreaterThan(100);
  });

  test('kinds of border that are offered work, those that are refused would not', async () => {
    for (const border of ['zeros', 'reflect', 'replicate', 'circular'] as const)
      for (const pad of [2, 3, 4]) {
        const chosen = settings<StrideSettings>('stride', { size: 3, start: pad, end: pad });
        const refused = border in limitsOf(chosen).borders;
        const { error } = await ask(jobOf(strideConvolution({ ...chosen, border })));
        expect(Boolean(error)).toBe(refused);
      }
  });

  test('inputs that no window reads', async () => {
    const left = async (changes: Partial<StrideSettings>) => {
      const convolution = strideConvolution(settings('stride', changes));
      const { padded, output } = await computed(convolution);
      return unread(convolution, padded, output);
    };
    expect(await left({ padding: 'valid', stride: 4 })).toEqual([3, 7, 8]);
    expect(await left({ padding: 'valid', stride: 1 })).toEqual([]);
    expect(await left({ padding: 'valid', stride: 5, kernel: 2 })).toEqual([2, 3, 4, 7, 8]);
  });
});

describe('edges', () => {
  const map = (changes: Partial<EdgesSettings>) =>
    edgesMap(settings<EdgesSettings>('edges', changes), ask);

  test('real inputs seen: 4 in a corner, 6 at an edge, 9 inside; fewer whole ones with depth', async () => {
    const one = await map({});
    expect(one.values.slice(0, 3)).toEqual([4, 6, 6]);
    expect(one.values[40]).toBe(9);
    for (const [layers, whole] of [
      [1, 49],
      [2, 25],
      [3, 9],
      [4, 1],
      [5, 0],
      [6, 0],
    ] as const) {
      const chosen = settings<EdgesSettings>('edges', { layers });
      expect(complete(chosen, await edgesMap(chosen, ask))).toBe(whole);
    }
  });

  // Holds the shortcut, one wide window, against layer after layer.
  test('one wide window sees what the layers see', async () => {
    const [size, layers] = [7, 3];
    const { values } = await map({ size, layers });
    const conv = { type: 'conv2d', out_channels: 1, kernel_size: 3, padding: 1, bias: false };
    const names = ['a', 'b', 'c'];
    const spec = {
      name: 'paths',
      input: [1, size, size],
      layers: names.map((name) => ({ ...conv, name })),
    };
    const parameters = Object.fromEntries(
      names.map((name) => [`${name}.weight`, Array<number>(9).fill(1)]),
    );
    const seen = Array<number>(size * size).fill(0);
    for (let i = 0; i < size * size; i++) {
      const input = seen.map((_, j) => (i === j ? 1 : 0));
      const { value } = await ask({ spec, input, parameters });
      layer(value!, 'c').values.forEach((paths, at) => (seen[at]! += paths > 0 ? 1 : 0));
    }
    expect(values).toEqual(seen);
  });

  test('a picture of ones stays one but for zeros at its edge', async () => {
    for (const border of ['reflect', 'replicate', 'circular'] as const)
      for (const value of (await map({ show: 'flat', border, layers: 2 })).values)
        expect(value).toBeCloseTo(1, 6);
    const zeros = await map({ show: 'flat', layers: 1 });
    expect(zeros.values[0]).toBeCloseTo(4 / 9, 6);
  });

  test('settings that can be chosen work, and the others are refused', async () => {
    for (const padding of ['valid', 'same', 'full'] as const)
      for (const layers of [1, 3, 6])
        for (const kernel of [2, 3, 4]) {
          const chosen = settings<EdgesSettings>('edges', { padding, layers, kernel });
          const works = await edgesMap(chosen, ask).then(
            () => true,
            () => false,
          );
          expect(works).toBe(edgesFit(chosen));
        }
    expect(edgesLimits(settings('edges', { padding: 'valid' })).layers).toEqual([1, 4]);
  });
});

test('dense-against-conv: parameters and shapes', () => {
  const presets = JSON.parse(engine.zoo()) as Preset[];
  const summary = (name: string) => {
    const { spec } = presets.find((preset) => preset.name === name)!;
    return read<CheckedNetwork>(engine.checkSpec(JSON.stringify(spec))).value!.summary;
  };
  expect(summary('model-1').parameters).toBe(178110);
  const { parameters, layers } = summary('model-2');
  expect(parameters).toBe(5386);
  expect(layers.map((each) => each.parameters).filter(Boolean)).toEqual([208, 1168, 4010]);
  const shapes = layers.map(({ output }) => output.join('×'));
  expect(shapes).toEqual(
    expect.arrayContaining(['8×24×24', '8×12×12', '16×10×10', '16×5×5', '400', '10']),
  );
});

// Answers as the texts expect them: whoever changes a question or the engine meets them here.
const answers: Record<string, number> = {
  'sliding-window centre': 14,
  'sliding-window full': 7,
  'stride count': 5,
  'stride unread': 3,
  'edges complete': 9,
};

test('every question of every exhibit has the answer that its text explains', async () => {
  const quantities: Record<string, (q: Quantity, s: never, a: Calculate) => Promise<number>> = {
    'sliding-window': slidingWindowQuantity,
    stride: strideQuantity,
    edges: edgesQuantity,
  };
  const found: Record<string, number> = {};
  for (const file of readdirSync('web/lessons/exhibits')) {
    const exhibit = file.replace('.md', '');
    const quantity = quantities[exhibit];
    if (!quantity) continue; // has to be trained: tests/e2e/lessons.spec.ts
    const table = tables[exhibit] as Loose;
    const text = readFileSync(`web/lessons/exhibits/${file}`, 'utf8');
    for (const [, name, block = ''] of text.matchAll(/```question (\S+)\n([^`]*)```/g)) {
      const line = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      const given = readSettings(table, new URLSearchParams(line('given')));
      const asked = parseQuantity(table, line('answer')).value!;
      found[`${exhibit} ${name}`] = await quantity(asked, given as never, ask);
    }
  }
  expect(found).toEqual(answers);
});

describe('the bench', () => {
  test('keeps the last result that worked, with the reason why the next did not', async () => {
    let changes = 0;
    const bench = new Bench(ask, () => changes++);
    const good = convolutionOf(settings('sliding-window'));
    await bench.show(good);
    expect(bench.result?.output.values[2]).toBe(11);
    await bench.show({ ...good, input: { rows: 2, columns: 2, values: [1, 2, 3, 4] } });
    expect(bench.error).toContain('does not fit');
    expect(bench.result?.output.values[2]).toBe(11);
    await bench.show(good);
    expect(bench.error).toBe('');
    expect(changes).toBe(3);
  });

  test('an answer that comes late does not replace a newer one', async () => {
    const waiting: (() => void)[] = [];
    const slow: Calculate = async (job) => {
      await new Promise<void>((done) => waiting.push(done));
      return ask(job);
    };
    const bench = new Bench(slow, () => {});
    const [first, second] = (['valid', 'full'] as const).map((padding) =>
      bench.show(convolutionOf(settings('sliding-window', { padding }))),
    );
    waiting[1]!();
    await second;
    expect(bench.result?.output.rows).toBe(7);
    waiting[0]!();
    await first;
    expect(bench.result?.output.rows).toBe(7);
  });

  test('an engine that broke down is said', async () => {
    const bench = new Bench(
      () => Promise.resolve(failure('crashed', 'engine', 'gone')),
      () => {},
    );
    await bench.show(convolutionOf(settings('sliding-window')));
    expect(bench.error).toBe('engine: gone');
  });
});
