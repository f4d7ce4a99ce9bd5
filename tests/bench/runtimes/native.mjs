// Native programs: our own benchmark, and PyTorch's engine through Debian's python3-torch.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { root } from '../../../scripts/lib/run.mjs';
import { build } from '../install.mjs';
import { measure } from '../measure.mjs';
import { specOf } from '../nets.mjs';

const program = join(root, 'build', 'native', 'convolab_bench');
const python = '/usr/bin/python3';

const ours = {
  train: (net, batch) => job('train', net, batch),
  infer: (net, batch) => job('infer', net, batch),
};

async function figure(what, net, batch, ms) {
  const config = { batch_size: batch };
  if (net.optimizer) config.optimizer = net.optimizer;
  const options = ['--what', what, '--spec', specOf(net), '--config', JSON.stringify(config)];
  const args = ['speed', ...options, '--seconds', String(ms / 1000)];
  const { stdout } = await promisify(execFile)(program, args);
  return Number(stdout);
}

const job = (what, net, batch) => ({ slice: (ms) => figure(what, net, batch, ms), close() {} });

/** PyTorch stays running and is asked line by line. */
function torch() {
  const child = spawn(python, [join(import.meta.dirname, 'torch_server.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  child.on('close', () => waiting.splice(0).forEach((done) => done({ error: 'it ended' })));
  const ask = async (question) => {
    const answer = new Promise((done) => waiting.push(done));
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { error, ...said } = await answer;
    if (error) throw new Error(error);
    return said;
  };
  const open = (suite) => async (net, batch) => {
    await ask({ open: suite, net, batch });
    return {
      note: 'PyTorch, driven from Python',
      slice: async (ms) => (await ask({ ms })).rate,
      close() {},
    };
  };
  const memory = async (net, batch, ms) => {
    await ask({ open: 'train', net, batch });
    await ask({ ms });
    return (await ask({ memory: true })).memory;
  };
  const peer = { train: open('train'), infer: open('infer') };
  return { peer, memory, end: () => child.stdin.end() };
}

/** What training takes of memory at most, in MB, each time in a program that has done nothing else. */
async function memories({ net, batch }, { ms }, found) {
  const ours = await figure('memory', net, batch, ms);
  const result = (who, value) => ({ who, median: value, rates: [value] });
  if (!found) return [result('convolab', ours), { who: 'libtorch', reason: missing }];
  const { memory, end } = torch();
  const theirs = await memory(net, batch, ms);
  end();
  return [result('convolab', ours), result('libtorch', theirs)];
}

const missing = 'no python3-torch here';

export function openNative() {
  build('native', ['convolab_bench']);
  const version = existsSync(python)
    ? spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' })
    : { status: 1 };
  const found = version.status === 0;
  const server = found ? torch() : undefined;
  const peers = [
    { who: 'convolab', peer: ours },
    { who: 'libtorch', peer: server?.peer, reason: found ? undefined : missing },
  ];
  return {
    versions: found ? { libtorch: `${version.stdout.trim()} (Debian)` } : {},
    measure: (asked, pace) =>
      asked.suite === 'memory' ? memories(asked, pace, found) : measure(asked, peers, pace),
    close: () => server?.end(),
  };
}
