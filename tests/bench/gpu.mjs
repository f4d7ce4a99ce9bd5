// The section of the results about GPUs: training beside TensorFlow.js in Chromium, and, where the
// machine has a GPU of its own, what only that can show, by Dawn in node.
//
//   node tests/bench/gpu.mjs [--size 2048] [--net-v 256]   these alone, on whatever adapter there is
import { loadEngine } from '../../scripts/lib/engine.mjs';
import { fail, optionsOf } from '../../scripts/lib/run.mjs';
import { nodeGpu, shaderSources } from '../../scripts/lib/webgpu.mjs';
import { openGpu } from '../../web/src/engine/gpu-device.mjs';
import { measureMatmul, peakShader } from './matmul.mjs';
import { measure } from './measure.mjs';
import { nets } from './nets.mjs';
import { gpuPeer, peer } from './peers/convolab.mjs';
import { remarks, tableOf } from './table.mjs';

export const gpuHeading = '## GPU';

/** The sizes of the comparison; what a CPU plays gets through no more. */
export const gpuCases = (chosen) => chosen.map((net) => ({ net, batch: net.net === 'V' ? 1 : 32 }));

/** A turn has to hold some steps of the slowest. */
export const gpuPace = ({ rounds, ms }) => ({ rounds, ms: 4 * ms, warm: 4 * ms });

const [size, batch] = [2048, 256];

/** The adapter that Dawn has here, opened; `gpu` has to live as long as it. */
async function openDawn() {
  const gpu = await nodeGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  return Object.assign(await openGpu(adapter, { ...shaderSources(), peak: peakShader }), { gpu });
}

/** Training of net V with many pictures at once, on the GPU and on one thread of the CPU. */
async function measureBatch(engine, device, pace, images) {
  const peers = [
    { who: 'convolab-webgpu', peer: gpuPeer({ page: engine, device }) },
    { who: 'convolab', peer: peer({ page: engine }) },
  ];
  const net = nets.find((each) => each.net === 'V');
  const results = await measure({ suite: 'train', net, batch: images }, peers, pace);
  const wrong = results.find(({ reason }) => reason);
  if (wrong) throw new Error(wrong.reason);
  return results.map(({ median }) => median);
}

const rate = (value) => Math.round(value).toLocaleString('en');

/** What is asked of a real GPU, and the figures, or why there are none. */
async function aims(pace) {
  const rows = [
    `two matrices of ${rate(size)}² multiplied: share of the adapter's float32 peak | 25 %`,
    `net V trained, batch ${batch}: times as fast as one thread of the CPU | 10 ×`,
  ];
  const device = await openDawn();
  if (!device || device.software)
    return rows.map((row) => `| ${row} | not measured: no GPU was at hand |`);
  const engine = await loadEngine();
  const { product, peak, share } = await measureMatmul(engine, device, size, pace);
  const [gpu, cpu] = await measureBatch(engine, device, pace, batch);
  device.close();
  return [
    `| ${rows[0]} | ${rate(100 * share)} %: ${rate(product)} of ${rate(peak)} GFLOP/s, on ${device.name} |`,
    `| ${rows[1]} | ${(gpu / cpu).toFixed(1)} ×: ${rate(gpu)} against ${rate(cpu)} images/s |`,
  ];
}

/** `results` of the suite gpu; `circumstances`: lines that say when, where and with which versions. */
export async function gpuSection(results, pace, circumstances) {
  const { device } = results.find(({ who }) => who === 'convolab-webgpu');
  const remarked = remarks(results);
  return [
    gpuHeading,
    '',
    ...circumstances,
    `Training on WebGPU, images/s: each figure is the median of ${pace.rounds} turns of ${pace.ms} ms, with`,
    'three batches on their way at a time; convolab is ours on one thread of the CPU, in the same run.',
    '',
    ...tableOf(results, `chromium, ${device}`),
    ...remarked,
    ...(remarked.length > 0 ? [''] : []),
    ...['| what only a real GPU shows | aim | figure |', '| --- | ---: | --- |'],
    ...(await aims(pace)),
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const values = optionsOf(
    { size: { type: 'string' }, 'net-v': { type: 'string' } },
    'node tests/bench/gpu.mjs [--size 2048] [--net-v 256]      after npm run bench',
  );
  const device = await openDawn();
  if (!device) fail('WebGPU finds no adapter here');
  const engine = await loadEngine();
  const pace = { rounds: 5, ms: 1000, warm: 1000 };
  const length = Number(values.size ?? size);
  const { product, peak, share } = await measureMatmul(engine, device, length, pace);
  const [gpu, cpu] = await measureBatch(engine, device, pace, Number(values['net-v'] ?? batch));
  console.log(
    `${device.name}\n${length}² times ${length}²: ${product.toFixed(1)} GFLOP/s, ` +
      `${(100 * share).toFixed(1)} % of ${peak.toFixed(1)}\n` +
      `net V: ${gpu.toFixed(1)} images/s, one thread of the CPU ${cpu.toFixed(1)}`,
  );
  process.exit(0); // Dawn may keep node alive
}
