// A product of two square matrices on a GPU, as a linear layer of the engine asks for it, and beside
// it the adapter's peak: multiply-adds between registers.
import { median } from './measure.mjs';
import { picturesOf, withShapes } from './nets.mjs';
import { gpuPeer } from './peers/convolab.mjs';

const workgroup = 256;
const chains = 8;
const each = (text) => Array.from({ length: chains }, (_, i) => text.replaceAll('#', i)).join('\n');

/** Chains of multiply-adds that do not wait for each other, four numbers wide. */
export const peakShader = `
override repeats: u32;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(${workgroup})
fn multiply_add(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4f(0.999, 0.998, 0.997, 0.996) + vec4f(f32(id.x)) * 1e-9;
  let y = vec4f(0.001);
  ${each('var a# = y + vec4f(f32(#));')}
  for (var i = 0u; i < repeats; i++) {
    ${each('a# = fma(a#, x, y);')}
  }
  var sum = vec4f(0.0);
  ${each('sum += a#;')}
  out[id.x] = sum.x + sum.y + sum.z + sum.w;
}
`;

/** A recording, what it does in all, and how a slice of it is timed. */
function jobOf(device, recording, operations) {
  const marker = device.create(1);
  const idle = () => new Promise((done) => device.read([marker], done));
  return {
    /** GFLOP/s: so many runs that the way there and back does not count. */
    async slice(milliseconds) {
      let runs = 0;
      let passed;
      await idle();
      const began = performance.now();
      for (let more = 1; ; more = Math.ceil((runs * milliseconds) / passed / 2)) {
        for (let i = 0; i < more; i++) device.run(recording);
        await idle();
        runs += more;
        passed = performance.now() - began;
        if (passed >= milliseconds) return (runs * operations) / passed / 1e6;
      }
    },
  };
}

function peakOf(device) {
  const [repeats, groups] = device.software ? [256, 16] : [4096, 4096];
  const recording = device.record([
    {
      ...{ shader: 'peak', entryPoint: 'multiply_add', constants: { repeats } },
      ...{ bindings: [device.create(workgroup * groups)], groups: [groups, 1, 1] },
    },
  ]);
  return jobOf(device, recording, 2 * 4 * chains * repeats * workgroup * groups);
}

/** The forward step of a linear layer size → size on a batch of `size`, by itself. */
async function productOf(engine, device, size) {
  const linear = (out_features) => ({ type: 'linear', out_features });
  const net = withShapes({
    ...{ net: 'matmul', input: [1, 1, size], optimizer: { type: 'sgd', lr: 0.01 } },
    layers: [{ type: 'flatten' }, linear(size), linear(10)],
  });
  const dispatches = [];
  const record = device.record.bind(device);
  device.record = (json) => {
    dispatches.push(...JSON.parse(json));
    return record(json);
  };
  const training = await gpuPeer({ page: engine, device }).train(net, size, picturesOf(net, size));
  device.record = record;
  await training.run(); // so that pictures and weights are there
  await training.drain();
  const at = dispatches.findIndex(({ constants: { which, rows, columns, depth } }) =>
    [rows, columns, depth].every((length) => which === 0 && length === size),
  );
  if (at < 0) throw new Error(`no product of ${size} by ${size} in the plan`);
  // A sum in parts is added up by the dispatch that follows.
  const parts = dispatches[at].constants.part_count > 1 ? 2 : 1;
  return jobOf(device, device.record(dispatches.slice(at, at + parts)), 2 * size ** 3);
}

/** GFLOP/s of both, taking turns: {product, peak, share}, medians. */
export async function measureMatmul(engine, device, size, { rounds, ms }) {
  const jobs = [await productOf(engine, device, size), peakOf(device)];
  const failed = await device.settled();
  if (failed) throw new Error(failed);
  const rates = [];
  for (let round = -1; round < rounds; round++) {
    const pair = [];
    for (const job of jobs) pair.push(await job.slice(ms));
    if (round >= 0) rates.push(pair);
  }
  const of = (figure) => median(rates.map(figure));
  return {
    product: of(([product]) => product),
    peak: of(([, peak]) => peak),
    share: of(([product, peak]) => product / peak),
  };
}
