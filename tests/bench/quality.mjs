// npm run bench:quality: time to quality. LeNet-5 on the digits with augmentation in the page, in
// headless Chromium, one thread, beside PyTorch (Debian's, native) on the same pictures with the
// same settings. Prints when each reaches 97.5 % of the validation pictures and how long all epochs
// take; the two take turns, one seed after the other.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { buildPage } from '../../scripts/build.mjs';
import { optionsOf, root } from '../../scripts/lib/run.mjs';
import { serve } from '../../scripts/serve.mjs';
import { setup } from '../../scripts/setup.mjs';

const wanted = 0.975;
const values = optionsOf(
  { epochs: { type: 'string', default: '20' }, seeds: { type: 'string', default: '3' } },
  'npm run bench:quality -- [--epochs 20] [--seeds 3]',
);
const [epochs, seeds] = [Number(values.epochs), Number(values.seeds)];
const augment = { shift: 1, rotate: 15, scale: 0.15 }; // what the page means by "augmentation on"

/** Trains in the page; resolves to [{epoch, accuracy, seconds}], from the first batch on. */
const trainInPage = ([seed, epochs, augment]) => {
  const { lab } = globalThis.document.querySelector('conv-app');
  const { spec } = lab.presets.find(({ name }) => name === 'lenet-5');
  const config = {
    ...{ batch_size: 64, epochs, seed, backend: 'simd', augment },
    ...{ optimizer: { type: 'adam', lr: 0.002 }, schedule: { type: 'constant' } },
  };
  return (async () => {
    const { error } = await lab.engine.open({ dataset: 'digits', spec, config });
    if (error) throw new Error(error.message);
    const seen = [];
    const began = performance.now();
    await lab.engine.train('told');
    while (seen.length < epochs) {
      await new Promise((done) => setTimeout(done, 10));
      for (const { epoch, val_accuracy } of lab.course.history.epochs.slice(seen.length))
        seen.push({ epoch, accuracy: val_accuracy, seconds: (performance.now() - began) / 1000 });
    }
    return seen;
  })();
};

function trainInPyTorch(threads, seed) {
  const given = [threads, epochs, seed, augment.shift, augment.rotate, augment.scale];
  const script = join(import.meta.dirname, 'runtimes', 'torch_quality.py');
  const text = execFileSync(
    '/usr/bin/python3',
    [script, join(root, 'web', 'data', 'digits'), ...given.map(String)],
    { encoding: 'utf8' },
  );
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

await setup('page', 'tests');
buildPage();
const address = await serve(undefined, 4473);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});

async function inPage(seed) {
  const page = await browser.newPage();
  await page.goto(`${address}#threads=1`);
  await page.getByText('4,000 training and 1,000 validation').waitFor();
  const seen = await page.evaluate(trainInPage, [seed, epochs, augment]);
  await page.close();
  return seen;
}

const ways = {
  'Convolab in the page, one thread': inPage,
  'PyTorch, native, one thread': (seed) => trainInPyTorch(1, seed),
  'PyTorch, native, two threads': (seed) => trainInPyTorch(2, seed),
};
const rows = [];
for (let seed = 1; seed <= seeds; seed++)
  for (const [who, train] of Object.entries(ways)) {
    const seen = await train(seed);
    const reached = seen.find(({ accuracy }) => accuracy >= wanted);
    const all = seen.at(-1);
    const first = reached
      ? `${reached.seconds.toFixed(2)} s, epoch ${reached.epoch}`
      : 'not reached';
    rows.push([
      who,
      seed,
      first,
      `${all.seconds.toFixed(2)} s`,
      `${(all.accuracy * 100).toFixed(1)} %`,
    ]);
    console.error(rows.at(-1).join(' | '));
  }
await browser.close();
console.log(`| | seed | ${wanted * 100} % after | all ${epochs} epochs | accuracy then |`);
console.log('| --- | ---: | ---: | ---: | ---: |');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
process.exit(0);
