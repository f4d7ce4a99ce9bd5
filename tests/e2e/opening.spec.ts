import type { App } from '../../web/src/app/app';
import type { EngineEvent } from '../../web/src/engine/api';
import { button, course, expect, test } from './lab';

test('the page says what it is before any script or data has arrived', async ({ page }) => {
  await page.route(/\.(js|wasm|gz|json)$/, (route) => route.abort());
  await page.goto('./');
  await expect(page.getByRole('heading', { name: 'Convolab' })).toBeVisible();
  await expect(page.getByText('A laboratory for convolutional networks')).toBeVisible();
  await expect(page.getByText('training finds them, step by step')).toBeVisible();
});

test('opening it shows a network already wired to a picture', async ({ open }) => {
  const page = await open();
  for (const layer of ['c1', 's2', 'c3', 's4', 'c5', 'f6', 'output'])
    await expect(page.locator(`canvas[data-layer="${layer}"]`)).toBeAttached();
  for (const layer of ['c1', 'c3'])
    await expect(page.locator(`canvas[data-kernels="${layer}"]`)).toBeVisible();
  await expect(page.getByText('61,706 parameters')).toBeVisible();
  await expect(page.getByText('4,000 training and 1,000 validation pictures')).toBeVisible();
});

test('the address holds the state, and brings it back', async ({ open }) => {
  const page = await open();
  await page.getByLabel('Dataset').selectOption('fashion');
  await page.getByRole('combobox', { name: 'Network' }).selectOption('model-2');
  await page.getByLabel('Optimiser').selectOption('momentum');
  await page.getByLabel('Seed').fill('42');
  await page.getByLabel('Seed').press('Enter');
  await page.getByLabel('Augmentation').check();
  await page.getByRole('button', { name: 'Next picture' }).click();
  await expect(page.getByText('Validation 2 of 1,000')).toBeVisible();
  await expect(page).toHaveURL(
    /#data=fashion&net=model-2&opt=momentum&lr=0\.02&seed=42&augment=1&picture=1$/,
  );
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Network' })).toHaveValue('model-2');
  await expect(page.getByLabel('Dataset')).toHaveValue('fashion');
  await expect(page.getByLabel('Optimiser')).toHaveValue('momentum');
  await expect(page.getByLabel('Learning rate')).toHaveValue('0.02');
  await expect(page.getByLabel('Seed')).toHaveValue('42');
  await expect(page.getByLabel('Augmentation')).toBeChecked();
  await expect(page.getByText('Validation 2 of 1,000')).toBeVisible();
  await expect(page.getByText('5,386 parameters')).toBeVisible();
});

test('another address in the same tab, and back again', async ({ open }) => {
  const page = await open();
  const shows = async (dataset: string, network: string, rate: string) => {
    await expect(page.getByRole('combobox', { name: 'Dataset' })).toHaveValue(dataset);
    await expect(page.getByRole('combobox', { name: 'Network' })).toHaveValue(network);
    await expect(page.getByLabel('Learning rate')).toHaveValue(rate);
  };
  await page.goto('./#data=fashion&net=model-2&opt=momentum&lr=0.03');
  await shows('fashion', 'model-2', '0.03');
  await expect(page.getByText('5,386 parameters')).toBeVisible();
  await page.goBack();
  await shows('digits', 'lenet-5', '0.004');
  await expect(page.getByText('61,706 parameters')).toBeVisible();
  await page.goto('./#data=own&net=model-2');
  await expect(page.getByRole('alert')).toContainText('no files have been opened');
  await shows('digits', 'lenet-5', '0.004');
});

test('a value that cannot be is refused with the reason, and the old one stays', async ({
  open,
}) => {
  const page = await open();
  await page.getByLabel('Batch size').fill('many');
  await page.getByLabel('Batch size').press('Enter');
  await expect(page.getByText('“many” is not a whole number from 1 to 4096')).toBeVisible();
  await page.getByLabel('Schedule').selectOption('constant'); // which does not put the other right
  await expect(page.getByLabel('Batch size')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Schedule').selectOption('cosine');
  await page.getByLabel('Batch size').fill('48');
  await page.getByLabel('Batch size').press('Enter');
  await expect(page).toHaveURL(/#batch=48$/);
  await expect(page.getByLabel('Batch size')).toHaveAttribute('aria-invalid', 'false');
  await expect(page.getByText('is not a whole number')).toHaveCount(0);
});

test('training starts with the first part and waits for no other', async ({ page }) => {
  const later = /train-[1-9]-images/;
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route(later, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto('./');
  await button(page, 'Train').click();
  await expect(page.getByText('500 of 4,000 training')).toBeVisible();
  await expect.poll(async () => (await course(page)).run).toBe('waiting');
  expect((await course(page)).losses.length).toBeGreaterThan(5);
  release();
  await expect.poll(async () => (await course(page)).losses.length).toBeGreaterThan(20);
});

test('an engine that does not start gives a message, and can be started again', async ({
  page,
}) => {
  let broken = true;
  await page.route(/\.wasm$/, (route) => (broken ? route.abort() : route.continue()));
  await page.goto('./');
  await expect(page.getByRole('alert')).toContainText('The engine has stopped');
  broken = false;
  await button(page, 'Restart the engine').click();
  await expect(page.getByText('It says')).toBeVisible();
  await button(page, 'Step').click();
  await expect(page.locator('#step')).toHaveText('1');
});

test('a link that asks for too much says so, and another setting opens it', async ({ page }) => {
  await page.goto('./#net=own&layers=conv,o256,k3;relu;flatten;fc,f10&batch=4096');
  await expect(page.getByRole('alert')).toContainText('use a smaller batch', { timeout: 20_000 });
  await page.getByLabel('Batch size').fill('32');
  await page.getByLabel('Batch size').press('Enter');
  await expect(page.getByText('It says')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('an engine that breaks down while training can be replaced', async ({ open }) => {
  const page = await open();
  await button(page, 'Train').click();
  await expect.poll(async () => (await course(page)).losses.length).toBeGreaterThan(5);
  await page.evaluate(() => {
    const { lab } = document.querySelector('conv-app') as App;
    const error = { code: 'crashed', where: '', message: 'memory access out of bounds' };
    (lab as unknown as { hear(event: EngineEvent): void }).hear({ kind: 'crashed', error });
  });
  await expect(page.getByRole('alert')).toContainText('memory access out of bounds');
  await expect(button(page, 'Train')).toBeDisabled();
  await button(page, 'Restart the engine').click();
  await button(page, 'Train').click();
  await expect.poll(async () => (await course(page)).losses.length).toBeGreaterThan(5);
});

test('views that cannot be fetched give a message, and training goes on', async ({ page }) => {
  await page.route(/below-.*\.js$/, (route) => route.abort());
  await page.goto('./');
  await expect(page.getByRole('alert')).toContainText('A part of the page could not be loaded');
  await button(page, 'Step').click();
  await expect(page.locator('#step')).toHaveText('1');
  await page.unroute(/below-.*\.js$/);
  await button(page, 'Load the page again').click();
  await expect(page.locator('conv-curves')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('data that cannot be fetched gives a message and another try', async ({ page }) => {
  let broken = true;
  await page.route(/train-2-images/, (route) => (broken ? route.abort() : route.continue()));
  await page.goto('./');
  await expect(page.getByRole('alert')).toContainText('could not be loaded');
  await expect(page.getByText('of 4,000 training')).toBeVisible();
  broken = false;
  await button(page, 'Try again').click();
  await expect(page.getByText('4,000 training and 1,000 validation')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});
