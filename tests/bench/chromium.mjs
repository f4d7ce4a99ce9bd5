// npm run bench:page: images/s of training in headless Chromium, in the page as visitors have it: the real
// worker, one thread, while the page draws what it learns. Prints the median of several windows.
//
//   training   time of the training batches alone, as the page shows it
//   in all     by the clock, with validation after every epoch and the page's pictures of the net
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { buildPage } from '../../scripts/build.mjs';
import { serve } from '../../scripts/serve.mjs';
import { setup } from '../../scripts/setup.mjs';

const { values } = parseArgs({ options: { windows: { type: 'string', default: '7' } } });
const conv = (out_channels, kernel_size) => ({ type: 'conv2d', out_channels, kernel_size });
const pool = { type: 'max_pool2d', kernel_size: 2 };
const netU = [conv(8, 5), { type: 'relu' }, pool, conv(16, 3), { type: 'relu' }, pool];
const tail = [{ type: 'flatten' }, { type: 'linear', out_features: 10 }];
const nets = {
  'net U': { name: 'net-u', input: [1, 28, 28], layers: [...netU, ...tail] },
  'LeNet-5': 'lenet-5',
};

setup('page', 'tests');
buildPage();
const address = await serve(undefined, 4273);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});
const page = await browser.newPage();
await page.goto(`${address}#threads=1`);
await page.getByText('4,000 training and 1,000 validation').waitFor();

/** Trains one net in the page; resolves to [training, in all] images/s of every window. */
const measure = ([net, windows]) => {
  const { lab } = globalThis.document.querySelector('conv-app');
  const spec = typeof net === 'string' ? lab.presets.find(({ name }) => name === net).spec : net;
  const config = {
    ...{ batch_size: 64, epochs: 10000, seed: 1, backend: 'simd' },
    optimizer: { type: 'adam', lr: 0.002 },
    ...{ schedule: { type: 'constant' }, augment: { shift: 0, rotate: 0, scale: 0 } },
  };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  return (async () => {
    const { error } = await lab.engine.open({ dataset: 'digits', spec, config });
    if (error) throw new Error(error.message);
    await lab.engine.train('told');
    await wait(2500); // until the browser has compiled it for speed
    const rates = [];
    for (let i = 0; i < windows; i++) {
      const [step, began] = [lab.course.progress.step, performance.now()];
      await wait(1500);
      const seconds = (performance.now() - began) / 1000;
      rates.push([
        lab.course.progress.imagesPerSecond,
        ((lab.course.progress.step - step) * 64) / seconds,
      ]);
    }
    await lab.engine.pause();
    return rates;
  })();
};

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const text = (value) => Math.round(value).toLocaleString('en').padStart(10);
console.log(`${browser.version()}, batch 64, one thread; images/s, median of ${values.windows}\n`);
console.log(`${''.padEnd(8)}${'training'.padStart(10)}${'in all'.padStart(10)}`);
for (const [name, net] of Object.entries(nets)) {
  const rates = await page.evaluate(measure, [net, Number(values.windows)]);
  console.log(name.padEnd(8) + [0, 1].map((i) => text(median(rates.map((r) => r[i])))).join(''));
}
await browser.close();
process.exit(0);
