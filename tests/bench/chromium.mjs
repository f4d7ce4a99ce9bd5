// npm run bench:page: the page as visitors have it, in headless Chromium: the real worker, one thread.
//
// Training, images/s, each figure the median of several windows that take turns:
//   training   time of the training batches alone, as the page shows it
//   in all     by the clock, with validation after every epoch and the page's pictures of the net
//   unwatched  the same, while the page asks for no pictures
// The first training step, ms from the beginning of the navigation in a tab that stands open, Train
// being pressed as soon as it can be: cold in a browser that has never seen the page, warm with its
// files in the cache, and warm where a run of an earlier visit goes on.
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { buildPage } from '../../scripts/build.mjs';
import { serve } from '../../scripts/serve.mjs';
import { setup } from '../../scripts/setup.mjs';
import { settled } from './runtimes/chromium.mjs';

const { values } = parseArgs({ options: { windows: { type: 'string', default: '7' } } });
const conv = (out_channels, kernel_size) => ({ type: 'conv2d', out_channels, kernel_size });
const pool = { type: 'max_pool2d', kernel_size: 2 };
const netU = [conv(8, 5), { type: 'relu' }, pool, conv(16, 3), { type: 'relu' }, pool];
const tail = [{ type: 'flatten' }, { type: 'linear', out_features: 10 }];
const nets = {
  'net U': { name: 'net-u', input: [1, 28, 28], layers: [...netU, ...tail] },
  'LeNet-5': 'lenet-5',
};

await setup('page', 'tests');
buildPage();
const address = await serve(undefined, 4273);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});
const page = await browser.newPage();
await page.goto(`${address}#threads=1`);
await page.getByText('4,000 training and 1,000 validation').waitFor();

/** Trains one net in the page; resolves to [training, in all, unwatched] images/s of every window. */
const measure = ([net, windows]) => {
  const { lab } = globalThis.document.querySelector('conv-app');
  const spec = typeof net === 'string' ? lab.presets.find(({ name }) => name === net).spec : net;
  const config = {
    ...{ batch_size: 64, epochs: 10000, seed: 1, backend: 'simd' },
    optimizer: { type: 'adam', lr: 0.002 },
    ...{ schedule: { type: 'constant' }, augment: { shift: 0, rotate: 0, scale: 0 } },
  };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const window = async () => {
    const [step, began] = [lab.course.progress.step, performance.now()];
    await wait(1500);
    return ((lab.course.progress.step - step) * 64) / ((performance.now() - began) / 1000);
  };
  return (async () => {
    const { error } = await lab.engine.open({ dataset: 'digits', spec, config });
    if (error) throw new Error(error.message);
    await lab.engine.train('told');
    await wait(2500); // until the browser has compiled it for speed
    const rates = [];
    for (let i = 0; i < windows; i++) {
      const watched = await window();
      const training = lab.course.progress.imagesPerSecond;
      lab.looker.look = () => {};
      await wait(200); // until the last picture that was asked for is drawn
      rates.push([training, watched, await window()]);
      delete lab.looker.look;
      await wait(200);
    }
    await lab.engine.pause();
    return rates;
  })();
};

/** In the page, before anything else: presses Train as soon as it can be, and waits for a step. */
const pressTrain = () => {
  globalThis.firstStep = new Promise((done) => {
    let before;
    const look = () => {
      const lab = globalThis.document.querySelector('conv-app')?.lab;
      const step = lab?.course.progress.step;
      if (before === undefined && lab?.network && lab.run === 'ready') {
        before = step;
        lab.toggle();
      } else if (step > before) {
        done(performance.now());
        return;
      }
      setTimeout(look, 1);
    };
    look();
  });
};

/** Visits the page three times in a new browser profile; Train is pressed in those from `first` on. */
async function visits(first) {
  const context = await browser.newContext();
  const times = [];
  for (let visit = 0; visit < 3; visit++) {
    const tab = await context.newPage();
    await tab.waitForTimeout(settled);
    if (visit >= first) await tab.addInitScript(pressTrain);
    await tab.goto(`${address}#threads=1`);
    if (visit >= first) times.push(await tab.evaluate(() => globalThis.firstStep));
    await tab.waitForTimeout(1000); // the browser keeps what it has compiled a little later
    await tab.close();
  }
  await context.close();
  return times;
}

/** Milliseconds to the first training step: [cold, warm, with a run that goes on]. */
async function starts() {
  const [cold, , again] = await visits(0);
  const [warm] = await visits(2);
  return [cold, warm, again];
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const of = (list, i) => median(list.map((each) => each[i]));
const text = (value) => Math.round(value).toLocaleString('en').padStart(10);
const row = (name, cells) =>
  console.log(name.padEnd(8) + cells.map((each) => each.padStart(10)).join(''));
console.log(`${browser.version()}, batch 64, one thread; images/s, median of ${values.windows}\n`);
row('', ['training', 'in all', 'unwatched']);
for (const [name, net] of Object.entries(nets)) {
  const rates = await page.evaluate(measure, [net, Number(values.windows)]);
  row(
    name,
    [0, 1, 2].map((i) => text(of(rates, i))),
  );
  const costs = rates.map(([, watched, alone]) => [100 * (1 - watched / alone)]);
  console.log(`${''.padEnd(8)}pictures cost ${of(costs, 0).toFixed(1)} % of the training`);
}
await page.close();
const times = [];
for (let i = 0; i < Number(values.windows); i++) times.push(await starts());
const [cold, warm, again] = [0, 1, 2].map((i) => text(of(times, i)).trim());
console.log(`\nfirst step: cold ${cold} ms, warm ${warm} ms, where a run goes on ${again} ms`);
await browser.close();
process.exit(0);
