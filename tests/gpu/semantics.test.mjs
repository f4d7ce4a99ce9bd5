// What tolerances cannot say: NaN, infinity and ties, in shaders whose compilers may assume that
// there are none.
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { openNodeGpu } from '../../scripts/lib/webgpu.mjs';

const device = await openNodeGpu();
after(() => device.close());

/** Runs one dispatch on these inputs; resolves to its outputs, as the bits of 32-bit words. */
async function run({ shader, entryPoint, constants, inputs, outputs }) {
  const handles = [...inputs, ...outputs].map((operand) => {
    const buffer = device.create(operand.length ?? operand);
    if (operand.length) device.write(buffer, Float32Array.from(operand));
    return buffer;
  });
  const recording = device.record([
    {
      ...{ shader, entryPoint, constants: { accumulate: 0, absent: 0, ...constants } },
      ...{ bindings: handles, groups: [1, 1, 1] },
    },
  ]);
  assert.equal(await device.settled(), undefined);
  device.run(recording);
  const written = handles.slice(inputs.length);
  const words = await new Promise((done, failed) =>
    device.read(written, (error, data) => (error ? failed(new Error(error)) : done(data))),
  );
  device.forget(recording);
  handles.forEach((handle) => device.destroy(handle));
  let at = 0;
  return outputs.map((elements) => words.slice(at, (at += elements)));
}

const integers = (words) => [...new Int32Array(words.buffer, words.byteOffset, words.length)];

/** The maxima of windows of `kernel_w` in one row, and where they are. */
async function pool(row, kernel_w) {
  const out_w = row.length / kernel_w;
  const [y, switches] = await run({
    shader: 'pool2d',
    entryPoint: 'max_forward',
    constants: {
      ...{ batch: 1, channels: 1, in_h: 1, in_w: row.length, out_h: 1, out_w },
      ...{ kernel_h: 1, kernel_w, stride_h: 1, stride_w: kernel_w, dilation_h: 1, dilation_w: 1 },
    },
    inputs: [row],
    outputs: [out_w, out_w],
  });
  return { y: [...y], switches: integers(switches) };
}

it('the first of equal maxima wins', async () => {
  const { y, switches } = await pool([2, 2, 2, 1, 3, 3, 0, -0, 0], 3);
  assert.deepEqual(y, [2, 3, 0]);
  assert.deepEqual(switches, [0, 4, 6]);
});

it('NaN wins over everything, before and after a larger number', async () => {
  const { y, switches } = await pool([NaN, 7, 9, 7, NaN, 9, Infinity, 1, NaN], 3);
  assert.deepEqual(y, [NaN, NaN, NaN]);
  assert.deepEqual(switches, [0, 4, 8]);
});

it('-infinity is a number like others', async () => {
  const { y, switches } = await pool([-Infinity, -Infinity, -Infinity, -5, -1e38, -Infinity], 2);
  assert.deepEqual(y, [-Infinity, -5, Math.fround(-1e38)]);
  assert.deepEqual(switches, [0, 3, 4]);
});

it('a border may be -infinity', async () => {
  const [bits] = new Uint32Array(new Float32Array([-Infinity]).buffer);
  const [y] = await run({
    shader: 'pad2d',
    entryPoint: 'forward',
    constants: {
      ...{ batch: 1, channels: 1, in_h: 1, in_w: 2, out_h: 1, out_w: 4 },
      ...{ top: 0, left: 1, mode: 0, value_bits: bits },
    },
    inputs: [[1, NaN]],
    outputs: [4],
  });
  assert.deepEqual([...y], [-Infinity, 1, NaN, -Infinity]);
});

it('activations keep NaN, and saturate where exp overflows', async () => {
  const x = [NaN, 200, -200, 0];
  const expected = {
    1: [NaN, 200, 0, 0], // relu
    2: [NaN, 200, -50, 0], // leaky_relu
    3: [NaN, 1, -1, 0], // tanh
    4: [NaN, 1, 0, 0.5], // sigmoid
  };
  for (const [kind, wanted] of Object.entries(expected)) {
    const [y] = await run({
      shader: 'activation',
      entryPoint: 'forward',
      constants: { elements: x.length, kind: Number(kind), negative_slope: 0.25 },
      inputs: [x],
      outputs: [x.length],
    });
    assert.deepEqual(
      [...y].map((value) => value + 0),
      wanted,
    );
  }
});

it('reports a shader that does not compile, and one that there is not', async () => {
  const broken = await openNodeGpu();
  broken.record([{ shader: 'nothing', entryPoint: 'x', constants: {}, bindings: [], groups: [1] }]);
  assert.match(await broken.settled(), /no shader "nothing"/);
  broken.close();
  const lacking = await openNodeGpu();
  const buffer = lacking.create(1);
  lacking.record([
    {
      ...{ shader: 'activation', entryPoint: 'forward', constants: {} },
      ...{ bindings: [buffer, buffer], groups: [1, 1, 1] },
    },
  ]);
  assert.match(await lacking.settled(), /activation\.wgsl, forward: /);
  lacking.close();
});

it('a recording that is forgotten before it has compiled harms nothing', async () => {
  const brief = await openNodeGpu();
  const dispatch = (buffer) => ({
    ...{ shader: 'activation', entryPoint: 'forward', bindings: [buffer, brief.create(3)] },
    constants: { accumulate: 0, absent: 0, elements: 3, kind: 1, negative_slope: 0 },
    groups: [1, 1, 1],
  });
  const buffer = brief.create(3);
  brief.forget(brief.record([dispatch(buffer)]));
  brief.destroy(buffer);
  assert.equal(await brief.settled(), undefined);
  assert.equal(brief.recordings, 0);
  assert.equal(brief.pipelines, 1); // what was compiled is there for the next
  const other = brief.create(3);
  brief.write(other, Float32Array.of(-1, 2, -3));
  const next = dispatch(other);
  const recording = brief.record([next]);
  assert.equal(await brief.settled(), undefined);
  assert.equal(brief.pipelines, 1);
  brief.run(recording);
  const said = await new Promise((done) => brief.read([next.bindings[1]], (_, data) => done(data)));
  assert.deepEqual([...said], [0, 2, 0]);
  brief.close();
});
