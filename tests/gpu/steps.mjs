// Where the time of a training step goes on WebGPU in node: every dispatch of the networks that the
// benchmark measures, by itself and all together. CPU time of this process where a CPU plays the GPU.
//
//   node tests/gpu/steps.mjs [--net U,L,V] [--batch 32]      after npm run test:webgpu
import { openNodeGpu } from '../../scripts/lib/webgpu.mjs';
import { optionsOf } from '../../scripts/lib/run.mjs';
import { nets, specOf } from '../bench/nets.mjs';
import { loadProofs } from './module.mjs';

const usage = 'node tests/gpu/steps.mjs [--net U,L,V] [--batch 32] [--tiles]';
const { net, batch, tiles } = optionsOf(
  { net: { type: 'string' }, batch: { type: 'string' }, tiles: { type: 'boolean' } },
  usage,
);
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const module = await loadProofs();
const device = await openNodeGpu();
if (tiles)
  Object.defineProperty(device, 'limits', { value: { ...device.limits, software: false } });
const idle = () => new Promise((done) => device.read([marker], done));
const marker = device.create(1);

/** Milliseconds of CPU and of the clock for one `act`, the median of several. */
async function time(act, times = 7) {
  const cpu = [];
  const wall = [];
  for (let i = -1; i < times; i++) {
    await idle();
    const usedBefore = process.cpuUsage();
    const began = performance.now();
    act();
    await idle();
    const used = process.cpuUsage(usedBefore);
    if (i < 0) continue;
    wall.push(performance.now() - began);
    cpu.push((used.user + used.system) / 1000);
  }
  return [median(cpu), median(wall)];
}

for (const each of nets.filter((one) => (net ?? 'U,L,V').split(',').includes(one.net))) {
  const size = Number(batch ?? (each.net === 'V' ? 1 : 32));
  const plan = new module.TrainingPlan(device);
  let dispatches;
  const record = device.record.bind(device);
  device.record = (json) => {
    dispatches = JSON.parse(json);
    return record(json);
  };
  const config = JSON.stringify({ batch_size: size, optimizer: each.optimizer });
  const began = performance.now();
  const wrong = plan.open(specOf(each), config) || (await device.settled());
  if (wrong) throw new Error(wrong);
  const compiled = performance.now() - began;
  const [cpu, wall] = await time(() => plan.run());
  console.log(
    `\n${each.net} batch ${size}: ${wall.toFixed(1)} ms a step, ${cpu.toFixed(1)} ms of CPU, ` +
      `${((1000 * size) / wall).toFixed(0)} images/s; ${dispatches.length} dispatches, ` +
      `compiled in ${compiled.toFixed(0)} ms, ${device.pipelines} pipelines so far`,
  );
  device.record = record;
  for (const dispatch of dispatches) {
    const alone = device.record([dispatch]);
    await device.settled();
    const [own] = await time(() => device.run(alone), 5);
    device.forget(alone);
    const { which, rows, columns, depth, part_count: parts } = dispatch.constants;
    const product = rows && ['forward', 'input', 'weight'][which];
    console.log(
      `${own.toFixed(2).padStart(8)} ms  ${dispatch.shader}.${dispatch.entryPoint}` +
        (product ? ` ${product} (${rows}, ${columns}) of ${depth} in ${parts} parts` : '') +
        `  ${dispatch.groups.join('×')}`,
    );
  }
  plan.delete();
}
device.close();
