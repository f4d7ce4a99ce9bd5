// npm run bench: Convolab and other libraries on the same networks, one thread, float32. All of a
// case take turns in one run; a figure is the median of its rounds.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { pageTargets } from '../../scripts/build.mjs';
import { fail, optionsOf, root } from '../../scripts/lib/run.mjs';
import { setup } from '../../scripts/setup.mjs';
import { gpuCases, gpuHeading, gpuPace, gpuSection } from './gpu.mjs';
import { build, install, versions } from './install.mjs';
import { convs, nets } from './nets.mjs';
import { heading, sweeps } from './sweep.mjs';
import { markdown } from './table.mjs';

const usage = `npm run bench -- [options]
  --quick               training and answers of three nets, batch 64, in Chromium
  --only train,conv     of train, infer, conv, start, memory, gpu, sweep (of our kernels alone)
  --runtime node        of chromium, node, native, webgpu (Chromium on a GPU: for gpu alone)
  --net U,L             only these networks
  --rounds 9            turns that each library takes in a case
  --ms 600              milliseconds of a turn
  --json FILE           the figures as a list
  --write               the tables into tests/bench/RESULTS.md
On a GPU, SwiftShader plays one; CONVOLAB_GPU=real asks for the machine's own.`;

const values = optionsOf(
  {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    runtime: { type: 'string' },
    net: { type: 'string' },
    rounds: { type: 'string' },
    ms: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean' },
  },
  usage,
);

/** A list given by the user, or `usual`; every entry one of `known`. */
function listOf(option, usual, known) {
  const list = values[option]?.split(',') ?? usual;
  for (const each of list)
    if (!known.includes(each)) fail(`--${option} ${each}: it must be one of ${known.join(', ')}`);
  return list;
}

function countOf(option, usual) {
  const count = Number(values[option] ?? usual);
  if (!(Number.isInteger(count) && count > 0))
    fail(`--${option} ${values[option]}: it must be a whole number above 0`);
  return count;
}

const suites = ['train', 'infer', 'conv', 'start', 'memory', 'gpu', 'sweep'];
/** Those that are measured in one runtime only. */
const home = { start: 'chromium', memory: 'native', gpu: 'webgpu' };
const runtimes = ['chromium', 'node', 'native', 'webgpu'];
const names = nets.map(({ net }) => net);
const only = listOf('only', values.quick ? ['train', 'infer'] : suites, suites);
const compared = only.filter((suite) => suite !== 'sweep');
const where = listOf('runtime', values.quick ? ['chromium'] : runtimes, runtimes);
const chosen = nets.filter(({ net }) => listOf('net', names, names).includes(net));
const ms = countOf('ms', values.quick ? 350 : 600);
const pace = { rounds: countOf('rounds', values.quick ? 5 : 9), ms, warm: 3 * ms };
const paceOf = (suite) => (suite === 'gpu' ? gpuPace(pace) : pace);

const cases = {
  train: (values.quick ? [64] : [64, 1]).flatMap((batch) => chosen.map((net) => ({ net, batch }))),
  infer: chosen.map((net) => ({ net, batch: 64 })),
  conv: convs.map((net) => ({ net, batch: 1 })),
  start: [{ net: nets[0], batch: 1 }],
  memory: chosen.map((net) => ({ net, batch: 64 })),
  gpu: gpuCases(chosen),
};

/** images/s, or for a convolution alone what that is in GFLOP/s. */
const scaled = (suite, net, rate) => (suite === 'conv' ? 2e-9 * net.multiplyAdds * rate : rate);
const units = { conv: 'GFLOP/s', start: 'ms', memory: 'MB' };
const measuredIn = (runtime) =>
  compared.filter(
    (suite) => (home[suite] ?? runtime) === runtime && (home[suite] || runtime !== 'webgpu'),
  );

async function open(runtime) {
  const { [`open${runtime[0].toUpperCase()}${runtime.slice(1)}`]: opened } = await import(
    `./runtimes/${runtime}.mjs`
  );
  return opened();
}

async function measureAll(runtime, results, used) {
  const lab = await open(runtime);
  Object.assign(used, lab.versions);
  for (const suite of measuredIn(runtime)) {
    for (const { net, batch } of cases[suite]) {
      console.error(`${runtime}, ${suite}, ${net.net}, batch ${batch}`);
      const asked = { suite: suite === 'gpu' ? 'train' : suite, net, batch };
      for (const each of await lab.measure(asked, paceOf(suite))) {
        const { who, median = null, rates = [], device = 'cpu', note, reason } = each;
        results.push({
          ...{ suite, net: net.net, batch, runtime, device, who },
          threads: who.endsWith('×2') ? 2 : 1,
          median: median === null ? null : scaled(suite, net, median),
          unit: units[suite] ?? 'images/s',
          rounds: rates.map((rate) => scaled(suite, net, rate)),
          ...(note && { note }),
          ...(reason && { reason }),
        });
      }
    }
  }
  await lab.close();
}

const text = (command, args) => execFileSync(command, args, { cwd: root, encoding: 'utf8' }).trim();

/** When, on which machine, and of which versions of `named` libraries. */
function circumstances(load, named) {
  const { model } = cpus()[0];
  return [
    `${new Date().toISOString().slice(0, 10)}, ${model}, ${cpus().length} cores, load ${load} before;`,
    `Convolab at ${text('git', ['rev-parse', '--short', 'HEAD'])}; ` +
      `${named.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
  ];
}

const onGpuOnly = ([name]) => name.endsWith('webgpu');
const ofGpu = ([name]) => /tfjs-core|webgpu|chromium/.test(name);

function about(others, load) {
  return [
    '# Speed beside other libraries',
    '',
    ...circumstances(
      load,
      others.filter((each) => !onGpuOnly(each)),
    ),
    `One thread, float32; each figure is the median of ${pace.rounds} turns of ${pace.ms} ms, ` +
      'libraries taking turns, made by `npm run bench`.',
    '',
    ...nets.map((net) => `- net ${net.net}: ${net.about}`),
  ];
}

/** The parts that were made now, [tables, GPU, sweeps], and those of before in place of the others. */
function written(parts) {
  const path = join(import.meta.dirname, 'RESULTS.md');
  const before = readFileSync(path, 'utf8').split(
    new RegExp(`^(?=${gpuHeading}$|${heading}$)`, 'm'),
  );
  const earlier = [
    before[0],
    before.find((part) => part.startsWith(gpuHeading)),
    before.find((part) => part.startsWith(heading)),
  ];
  const now = parts.map((part, i) => (part || earlier[i] || '').trim());
  writeFileSync(path, `${now.filter(Boolean).join('\n\n')}\n`);
}

await setup('page', 'tests', 'webgpu');
const load = loadavg()[0].toFixed(1);
if (load > 0.5) console.error(`The machine is busy (load ${load}): figures will be too low.`);
const results = [];
const used = {};
if (compared.length > 0) {
  install();
  build('wasm', [...pageTargets('wasm'), 'convolab_forward']);
  build('wasm-threads', pageTargets('wasm-threads'));
  for (const runtime of where)
    if (measuredIn(runtime).length > 0) await measureAll(runtime, results, used);
}

const others = compared.length > 0 ? Object.entries({ ...versions(), ...used }) : [];
const onCpu = results.filter(({ suite }) => suite !== 'gpu');
const onGpu = results.filter(({ suite }) => suite === 'gpu');
const parts = [
  onCpu.length > 0 ? markdown(onCpu, about(others, load)) : '',
  onGpu.length > 0
    ? await gpuSection(onGpu, paceOf('gpu'), circumstances(load, others.filter(ofGpu)))
    : '',
  only.includes('sweep') ? sweeps(where, load) : '',
];
console.log(parts.filter(Boolean).join('\n'));
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
if (values.write) written(parts);
process.exit(0);
