// npm run train:webgpu: what `convolab train` does, on a GPU: Dawn in node, the page's module, the
// engine's own plans.
//
//   npm run train:webgpu -- --model lenet-5 --data digits --epochs 1
//
// CONVOLAB_GPU=real takes the machine's own GPU; otherwise SwiftShader plays one where it is found.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { buildArgs, configure } from './build.mjs';
import { checked, fetched, loadEngine, nextStep, sessionOn } from './lib/engine.mjs';
import { fail, optionsOf, root } from './lib/run.mjs';
import { openNodeGpu } from './lib/webgpu.mjs';
import { setup } from './setup.mjs';

const text = { type: 'string' };
const options = optionsOf(
  {
    ...{ model: text, data: text, epochs: text, 'batch-size': text, seed: text },
    ...{ optimizer: text, lr: text, momentum: text, 'weight-decay': text, schedule: text },
    ...{ backend: text, checkpoint: text, subgroups: text },
    ...{ augment: { type: 'boolean' }, 'log-steps': { type: 'boolean' } },
  },
  `npm run train:webgpu -- [options]
  --model NAME|FILE   a name of the zoo, or a spec file (default lenet-5)
  --data NAME         digits or fashion (default digits)
  --epochs N --batch-size N --seed N --optimizer NAME --lr X --momentum X --weight-decay X
  --schedule NAME --augment   as convolab train has them
  --backend NAME      webgpu (default), or simd: the same module on the CPU, to compare
  --subgroups on|off  sums by subgroups, where the adapter has them (default: where a CPU plays the GPU)
  --checkpoint FILE   the run as a file at its end, which the page's module can go on from
  --log-steps         every step's loss`,
);

const number = (name) => (options[name] === undefined ? undefined : Number(options[name]));
const given = (pairs) =>
  Object.fromEntries(Object.entries(pairs).filter(([, v]) => v !== undefined));

const config = given({
  backend: options.backend ?? 'webgpu',
  epochs: number('epochs'),
  batch_size: number('batch-size'),
  seed: number('seed'),
  schedule: options.schedule && { type: options.schedule },
  augment: options.augment ? { shift: 1, rotate: 15, scale: 0.15 } : undefined,
});
const subgroups = options.subgroups && options.subgroups !== 'off';
const optimizer = given({
  type: options.optimizer,
  lr: number('lr'),
  momentum: number('momentum'),
  weight_decay: number('weight-decay'),
});
if (Object.keys(optimizer).length > 0) config.optimizer = optimizer;

const grouped = (n) => Math.round(n).toLocaleString('en');
const percent = (share) => `${(100 * share).toFixed(2)}%`.padStart(7);

function specOf(engine, model) {
  const presets = JSON.parse(engine.zoo());
  const preset = presets.find(({ name }) => name === model);
  if (preset) return { title: model, text: JSON.stringify(preset.spec) };
  const known = presets.map(({ name }) => name).join(', ');
  if (!existsSync(model)) fail(`${model}: neither a spec file nor one of ${known}`);
  return { title: model, text: readFileSync(model, 'utf8') };
}

async function train() {
  const engine = await loadEngine();
  const onGpu = config.backend === 'webgpu';
  const gpu = onGpu ? await openNodeGpu({ subgroups }) : undefined;
  if (gpu) engine.useGpu(gpu);
  const { session, info } = sessionOn(engine, options.data ?? 'digits');
  const { title, text: spec } = specOf(engine, options.model ?? 'lenet-5');
  const { summary } = checked(session.openNetwork(spec, JSON.stringify(config)));
  const failed = await gpu?.settled();
  if (failed) fail(failed);
  const settings = { ...JSON.parse(engine.defaultConfig()), ...config };
  const { type, lr } = { ...JSON.parse(engine.defaultConfig()).optimizer, ...optimizer };
  console.log(
    `${summary.name || title}, ${grouped(summary.parameters)} parameters, on ${info.name}: ` +
      `${grouped(info.train)} pictures to train, ${grouped(info.validation)} to validate\n` +
      `${type}, learning rate ${lr}, batch ${settings.batch_size}, seed ${settings.seed}, ` +
      `backend ${config.backend}${gpu ? ` on ${gpu.name}` : ''}`,
  );
  let since = performance.now();
  let [trained, seconds] = [0, 0]; // pictures of this epoch, and the time they took
  for (;;) {
    const result = await nextStep(session);
    const now = performance.now();
    if (result.kind === 'finished') break;
    if (result.kind === 'trained') {
      trained += result.samples;
      seconds += (now - since) / 1000;
      if (options['log-steps']) console.log(`step ${result.step} loss ${result.loss}`);
    }
    since = now;
    if (!result.epoch_done) continue;
    const { epoch, loss, accuracy, val_loss, val_accuracy } = result.epoch_done;
    const total = String(settings.epochs);
    console.log(
      `epoch ${String(epoch).padStart(total.length)}/${total}  loss ${loss.toFixed(4)}  ` +
        `accuracy ${percent(accuracy)}  validation loss ${val_loss.toFixed(4)}  ` +
        `accuracy ${percent(val_accuracy)}  ${grouped(trained / seconds).padStart(7)} images/s`,
    );
    [trained, seconds] = [0, 0];
  }
  if (options.checkpoint) {
    const { json, data } = await fetched(session, () => session.saveCheckpoint());
    checked(json);
    writeFileSync(options.checkpoint, data);
    console.log(`saved to ${options.checkpoint}`);
  }
  session.delete();
  gpu?.close();
}

await setup('page', 'webgpu');
const built = (command, args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 2] });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed`);
};
configure('wasm', built);
built('cmake', buildArgs('wasm', ['convolab_wasm_gpu']));
try {
  await train();
} catch (error) {
  fail(error.message);
}
process.exit(0); // Dawn may keep node alive
