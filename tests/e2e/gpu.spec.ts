// Training on WebGPU in the page, over SwiftShader, which every Chromium brings.
import type { Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import { violations } from './axe';
import { button, course, expect, settled, test } from './lab';

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    ],
  },
});

const device = (page: Page) =>
  page.evaluate(() => (document.querySelector('conv-app') as App).lab.device);

const count = async (page: Page) => (await course(page)).losses.length;

/** Waits until so many more batches have been trained. */
async function trainOn(page: Page, more: number) {
  const from = await count(page);
  await expect.poll(() => count(page), { timeout: 30_000 }).toBeGreaterThan(from + more);
}

/** What workers run first, so that a test can kill the GPU device that they open. */
const armed = `{
  const { prototype } = GPUAdapter;
  const { requestDevice } = prototype;
  prototype.requestDevice = async function (wanted) {
    const opened = await requestDevice.call(this, wanted);
    self.kill = () => opened.destroy();
    return opened;
  };
}
`;

const inWorker = (page: Page, script: string) =>
  page.route(/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: script + (await response.text()) });
  });

const arm = (page: Page) => inWorker(page, armed);

/** Kills the device of whichever worker has one. */
const kill = (page: Page) =>
  Promise.any(
    page
      .workers()
      .map((worker) => worker.evaluate(() => (self as unknown as { kill(): void }).kill())),
  );

async function toGpu(page: Page) {
  await place(page, 'GPU');
  await expect.poll(async () => (await device(page)).on).toBe('gpu');
}

const place = (page: Page, name: string) =>
  page.getByLabel('Train on').selectOption({ label: name });

test('LeNet-5 moves to the GPU and back in mid-training, and outlives the GPU', async ({
  watched,
  open,
}) => {
  await arm(watched);
  test.setTimeout(180_000);
  const settings = '#net=lenet-5&opt=momentum&lr=0.01&batch=8&epochs=1000&seed=41';
  const page = await open(settings);
  await button(page, 'Train').click();
  await trainOn(page, 10);

  await toGpu(page);
  await trainOn(page, 20);
  expect((await device(page)).name).toMatch(/SwiftShader/i);
  await expect(page.locator('#build')).toHaveText(', GPU');
  await expect(page).toHaveURL(/device=gpu/);

  await place(page, 'CPU');
  await expect.poll(async () => (await device(page)).on).toBe('cpu');
  await trainOn(page, 20);
  await toGpu(page);
  await trainOn(page, 20);

  await kill(page);
  await expect(page.locator('conv-notice')).toContainText('The GPU has failed (');
  await expect(page.locator('conv-notice')).not.toContainText('mapAsync');
  await expect(page.locator('conv-notice')).toContainText('Training goes on on the CPU');
  expect((await device(page)).on).toBe('cpu');
  await expect(page.getByLabel('Train on')).toHaveValue('cpu');
  await trainOn(page, 40);
  expect((await course(page)).run).toBe('running');
  await button(page, 'Pause').click();
  await expect(button(page, 'Train')).toBeVisible();
  const { losses, step } = await course(page);
  expect(losses).toHaveLength(step);

  // As it would have gone on the CPU alone: to rounding, which grows from step to step.
  await button(page, 'Reset').click();
  await expect(page.locator('#step')).toHaveText('0');
  await button(page, 'Train').click();
  await expect.poll(() => count(page), { timeout: 30_000 }).toBeGreaterThan(120);
  await button(page, 'Pause').click();
  const alone = (await course(page)).losses;
  for (let i = 0; i < Math.min(120, losses.length); i++)
    expect(Math.abs(losses[i]! - alone[i]!), `step ${i + 1}`).toBeLessThan(1e-3);
});

test('a paused run loses nothing with the GPU; looking and editing work there', async ({
  watched,
  open,
}) => {
  await arm(watched);
  const page = await open('#net=model-2&opt=sgd&lr=0.05&batch=8&seed=42');
  await toGpu(page);
  const step = async (number: number) => {
    await button(page, 'Step').click();
    await settled(page, number);
  };
  const weights = () =>
    page.evaluate(() => {
      const { snapshot } = (document.querySelector('conv-app') as App).lab;
      return Array.from(snapshot?.parameters[0]?.data ?? []);
    });
  for (let number = 1; number <= 3; number++) await step(number);
  await page.locator('conv-profile summary').click();
  await expect(page.locator('conv-profile #beside')).toContainText('The GPU trains');

  // What stands on the page stays while the run moves: nothing is drawn anew.
  const stage = await page.locator('.stage').elementHandle();
  await place(page, 'CPU');
  await expect.poll(async () => (await device(page)).on).toBe('cpu');
  await toGpu(page);
  await settled(page, 3);
  expect(await stage?.evaluate((element) => element.isConnected)).toBe(true);
  await expect(page.locator('conv-profile #beside')).toContainText('The GPU trains');

  // A weight that is set by hand is the GPU's in the next step, too.
  await page.evaluate(() => {
    const { lab } = document.querySelector('conv-app') as App;
    return lab.setWeight(lab.snapshot!.parameters[0]!.name, 0, 7);
  });
  await step(4);
  expect((await weights())[0]).toBeGreaterThan(6);
  expect((await device(page)).on).toBe('gpu');

  const before = await weights();
  await kill(page);
  await expect(page.locator('conv-notice')).toContainText('The GPU has failed');
  await expect(page.locator('conv-profile #beside')).toHaveCount(0);
  expect(await weights()).toEqual(before);
  await step(5);
  expect((await course(page)).losses).toHaveLength(5);
  expect((await weights())[0]).toBeGreaterThan(6);
});

test('auto times steps of the network on both, and says what it found', async ({ open }) => {
  test.setTimeout(120_000);
  const page = await open('#net=model-2&batch=8&seed=43&epochs=1000&device=auto');
  await button(page, 'Reset').click();
  const choice = page.getByLabel('Train on');
  const wide = (await choice.boundingBox())?.width;
  await choice.focus();
  await expect(page.locator('#hint')).toContainText('Whether the processor');
  expect((await choice.boundingBox())?.width).toBe(wide); // however long its explanation is
  await button(page, 'Train').click();
  await choice.focus();
  await expect(page.locator('conv-notice')).toContainText(
    /CPU, one thread: \d.* ms a step, GPU: \d.* ms: the (CPU|GPU) is \d.* times faster on this network/,
    { timeout: 60_000 },
  );
  await trainOn(page, 10);
  await expect(page.locator('#hint')).toContainText('faster on this network, and trains it.');
  const { on, trial } = await device(page);
  expect(on).toBe(trial!.cpu <= trial!.gpu ? 'cpu' : 'gpu');
  await button(page, 'Pause').click();
  await expect(button(page, 'Train')).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

/** What workers run first, so that the GPU has no more than what every adapter has. */
const small = `{
  const { prototype } = GPUAdapter;
  const { requestDevice } = prototype;
  prototype.requestDevice = function (wanted) {
    return requestDevice.call(this, { ...wanted, requiredLimits: {} });
  };
}
`;

test('what is too large for the GPU trains on the CPU, and the page says why', async ({
  watched,
  open,
}) => {
  await inWorker(watched, small);
  const page = await open('#net=own&layers=conv,o64,k3,p1;gap;flatten;fc,f10&batch=1000');
  await place(page, 'GPU');
  await expect(page.locator('conv-notice')).toContainText(
    'The CPU trains: a buffer of 191 MiB is more than this GPU allows (128 MiB)',
  );
  await expect(page.getByLabel('Train on')).toHaveValue('cpu');
  await button(page, 'Step').click();
  await settled(page, 1);
  expect((await device(page)).on).toBe('cpu');
});

/** What workers run first, so that shaders compile only when the test says so, and are counted. */
const held = `{
  const { prototype } = GPUDevice;
  const { createComputePipelineAsync } = prototype;
  const told = new Promise((done) => (self.letCompile = done));
  self.pipelines = 0;
  prototype.createComputePipelineAsync = async function (wanted) {
    self.pipelines++;
    await told;
    return createComputePipelineAsync.call(this, wanted);
  };
}
`;

interface Held {
  pipelines: number;
  letCompile(): void;
}

test('shaders compile before Train is pressed, and the page says when it waits for them', async ({
  watched,
  open,
}) => {
  await inWorker(watched, held);
  const page = await open('#net=model-2&batch=8&seed=46&epochs=1000&device=auto');
  await button(page, 'Reset').click();
  const worker = page.workers()[0]!;
  const pipelines = () => worker.evaluate(() => (self as unknown as Held).pipelines);
  await expect.poll(pipelines).toBeGreaterThan(10);
  const before = await pipelines();
  await expect(page.locator('#speed')).toHaveText('–');

  await button(page, 'Train').click();
  await expect(page.locator('#speed')).toHaveText('compiling');
  expect((await device(page)).trial).toBeUndefined();
  await button(page, 'Pause').click();
  await expect(page.locator('#speed')).toHaveText('–');
  await button(page, 'Train').click();
  await expect(page.locator('#speed')).toHaveText('compiling');
  await worker.evaluate(() => (self as unknown as Held).letCompile());
  await expect(page.locator('conv-notice')).toContainText('a step, GPU:', { timeout: 60_000 });
  await trainOn(page, 5);
  await expect(page.locator('#speed')).toHaveText(/^[\d,]+$/);
  expect(await pipelines()).toBe(before);
});

test('without WebGPU the GPU is not offered, and the page says why', async ({ watched, open }) => {
  await watched.addInitScript(() => {
    delete (Navigator.prototype as { gpu?: unknown }).gpu;
  });
  const page = await open();
  for (const name of ['GPU', 'Auto'])
    await expect(
      page.getByLabel('Train on').getByRole('option', { name, exact: true }),
    ).toBeDisabled();
  await page.getByLabel('Train on').focus();
  await expect(page.locator('#hint')).toContainText('this browser has no WebGPU');
});

test('where no GPU is found the page says so, and stays on the CPU', async ({ watched, open }) => {
  await watched.addInitScript(() => {
    const { gpu } = navigator as unknown as { gpu: { requestAdapter(): Promise<null> } };
    gpu.requestAdapter = () => Promise.resolve(null);
  });
  const page = await open('#seed=44');
  await place(page, 'GPU');
  await expect(page.locator('conv-notice')).toContainText('finds no GPU for it here');
  await expect(page.getByLabel('Train on')).toHaveValue('cpu');
  await expect(page).not.toHaveURL(/device=/);
  await button(page, 'Step').click();
  await settled(page, 1);
});

test('a link that asks for a GPU where there is none ends with the threads of any other', async ({
  watched,
  open,
}) => {
  await inWorker(watched, 'GPU.prototype.requestAdapter = () => Promise.resolve(null);\n');
  const page = await open('#device=gpu&seed=45');
  await expect(page.locator('conv-notice')).toContainText('finds no GPU for it here');
  const threads = await page.evaluate(() => Math.min(2, navigator.hardwareConcurrency));
  await expect(page.locator('#build')).toHaveText(`, SIMD ×${threads}`);
  await expect(page.getByLabel('Train on')).toHaveValue('cpu');
  await expect(page).not.toHaveURL(/device=/);
  await page.getByLabel('Train on').focus();
  await expect(page.locator('#hint')).toContainText('finds no GPU for it here');
  await button(page, 'Step').click();
  await settled(page, 1);
});
