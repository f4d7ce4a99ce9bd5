import type { Locator, Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import type { Field } from '../../web/src/elements/field';
import { button, expect, settled, test } from './lab';

const maps = (page: Page, layer: string) =>
  page.locator('conv-network').getByRole('application', { name: new RegExp(`^${layer},`) });
const unit = (page: Page) => page.locator('conv-unit');
const grid = (page: Page, name: string) =>
  unit(page)
    .locator('conv-field')
    .and(page.locator(`conv-field:has(.over)`))
    .filter({
      has: page.getByRole('application', { name }),
    });
const numbers = (field: Locator) =>
  field.evaluate((element) => [...((element as Field).values ?? [])]);

/** The number that a text shows, in full. */
const full = async (shown: Locator) =>
  Number(((await shown.getAttribute('title')) ?? '').replace('−', '-'));
const value = (page: Page) => full(unit(page).locator('.name b span'));

/** Moves the mouse onto a cell of a field of maps: its middle is at these parts of the whole. */
async function pointAt(page: Page, field: Locator, left: number, top: number) {
  await field.scrollIntoViewIfNeeded();
  const box = await field.boundingBox();
  if (!box) throw new Error('the field has no box');
  const at = [box.x + left * box.width, box.y + top * box.height] as const;
  await page.mouse.move(...at);
  return at;
}

test('pointing at a unit of a convolution shows a sum that comes to its value', async ({
  open,
}) => {
  const page = await open();
  await expect(unit(page)).toContainText('c1 map'); // an example, while nobody points
  await pointAt(page, maps(page, 'c3'), 0.3, 0.3);
  await expect(unit(page)).toContainText('c3 map');
  const sums = await numbers(grid(page, 'The sum of each channel’s products'));
  expect(sums.length).toBe(6);
  const bias = (await numbers(grid(page, 'Bias c3.bias')))[0] ?? NaN;
  expect(sums.reduce((sum, each) => sum + each, bias)).toBeCloseTo(await value(page), 5);
  // One channel's grids: input times weight is product, and the products sum to the ledger's number.
  const [x, w, p] = await Promise.all(
    ['What it reads of s2, channel 1', 'Weights, channel 1', 'Products, channel 1'].map((name) =>
      numbers(grid(page, name)),
    ),
  );
  expect(x?.length).toBe(25);
  x?.forEach((input, i) => expect(input * (w?.[i] ?? NaN)).toBeCloseTo(p?.[i] ?? NaN, 6));
  expect(p?.reduce((sum, each) => sum + each, 0)).toBeCloseTo(sums[0] ?? NaN, 6);
  // Its window is marked on every map it reads, and its kernel.
  await expect(page.locator('conv-network').locator('i.window')).toHaveCount(6);
  await expect(page.locator('conv-kernels').locator('i.window')).toHaveCount(6);
  await page.mouse.move(5, 5);
  await expect(unit(page)).toContainText('c1 map');
});

test('a max pool shows its winner', async ({ open }) => {
  const page = await open('#unit=s2:2.4.4');
  await expect(unit(page)).toContainText('the first largest wins');
  const window = await numbers(grid(page, 'What it reads of relu1'));
  expect(window.length).toBe(4);
  expect(Math.max(...window)).toBeCloseTo(await value(page), 6);
  await expect(unit(page).locator('i.winner')).toHaveCount(1);
  await expect(page.locator('conv-network').locator('i.winner')).toHaveCount(1);
});

test('by keyboard alone: arrows point, Enter keeps, Escape lets go', async ({ open }) => {
  const page = await open('#unit=c1:0.0.0');
  await expect(unit(page)).toContainText('c1 map 1, row 1, column 1');
  await maps(page, 'c1').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(unit(page)).toContainText('map 1, row 2, column 2');
  await page.keyboard.press('PageDown');
  await expect(unit(page)).toContainText('map 2, row 2, column 2');
  await expect(
    page.locator('conv-network [aria-live]').filter({ hasText: 'c1 map 2' }),
  ).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/unit=c1:1\.1\.1/);
  await expect(button(page, 'Let go')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/unit=/);
  await expect(button(page, 'Let go')).toHaveCount(0);
});

test('a kept unit stays through training, and its numbers follow', async ({ open }) => {
  const page = await open();
  const at = await pointAt(page, maps(page, 'output'), 0.5, 0.35);
  await page.mouse.click(...at);
  await expect(page).toHaveURL(/unit=output:3/);
  const before = await value(page);
  await button(page, 'Step').click();
  await settled(page, 1);
  await expect.poll(() => value(page)).not.toBe(before);
  await expect(unit(page)).toContainText('output unit 4');
});

test('a weight is marked in every view, and set by hand', async ({ open }) => {
  const page = await open('#unit=c1:0.14.14');
  const kernels = page.locator('conv-kernels').getByRole('application', { name: /^c1: 6 kernels/ });
  const at = await pointAt(page, kernels, 0.5 / 29, 0.5 / 5);
  await expect(page.locator('conv-kernels')).toContainText('c1.weight, kernel 1, row 1, column 1');
  await expect(unit(page).locator('i.term')).toHaveCount(3);
  await page.mouse.click(...at);
  const field = page.getByRole('textbox', { name: /New value/ });
  await field.fill('much');
  await field.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'Expected a number' })).toContainText(
    'much',
  );
  await field.fill('0.5');
  await field.press('Enter');
  await expect(field).toHaveCount(0);
  await expect.poll(async () => (await numbers(grid(page, 'Weights')))[0]).toBe(0.5);
  // And in the unit view itself.
  const before = await value(page);
  await page.mouse.move(5, 5);
  await grid(page, 'Bias c1.bias').getByRole('application').focus();
  await page.keyboard.press('Enter');
  await field.fill('2');
  await field.press('Enter');
  await expect.poll(() => value(page)).not.toBe(before);
  expect((await numbers(grid(page, 'Bias c1.bias')))[0]).toBe(2);
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          (document.querySelector('conv-app') as App).lab.snapshot?.parameters.find(
            ({ name }) => name === 'c1.bias',
          )?.data[0],
      ),
    )
    .toBe(2);
});

for (const net of ['small-vgg', 'small-resnet'])
  test(`${net} fits, and says where its branches go`, async ({ open }) => {
    const page = await open(`#net=${net}`);
    for (const width of [1440, 1024]) {
      await page.setViewportSize({ width, height: 900 });
      const fits = () =>
        page
          .locator('conv-network')
          .evaluate((element) => element.scrollWidth <= element.clientWidth);
      await expect.poll(fits).toBe(true);
    }
    if (net === 'small-resnet') {
      await expect(page.locator('conv-network')).toContainText(/\+ from stem_/);
      await expect(page.locator('conv-network')).toContainText('also to b_skip');
    }
  });
