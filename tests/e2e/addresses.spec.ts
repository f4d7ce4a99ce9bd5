// Addresses that ask for what there is not: the page opens all the same, and says what it can.
import type { App } from '../../web/src/app/app';
import { button, expect, settled, test } from './lab';

test('a picture, a unit and a cell that there are not give way to those that there are', async ({
  open,
}) => {
  const page = await open('#picture=99999&unit=foo:9.9.9&cell=99-99');
  await expect(page.getByText('Validation 1,000 of 1,000')).toBeVisible();
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#picture=999');
  await page.evaluate(() => (location.hash = '#picture=5000'));
  await expect(page.getByText('Validation 1,000 of 1,000')).toBeVisible();
});

test('a network that cannot be gives way to one that can', async ({ visit }) => {
  const page = await visit('#net=own&layers=fc,f10');
  await expect(page.getByText('put a flatten layer before it')).toBeVisible();
  await button(page, 'Open LeNet-5 (1998) instead').click();
  await expect(page.getByText('It says')).toBeVisible();
  await expect(button(page, 'Train')).toBeEnabled();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a drawing goes on into the network of another dataset', async ({ open }) => {
  const page = await open();
  await button(page, 'Draw').click();
  await page.keyboard.press('Space');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown');
  await expect(page.getByText('Answer:')).toBeVisible();
  await page.getByLabel('Dataset').selectOption('fashion');
  await expect(page.getByText('Only digits are centred')).toBeVisible();
  await expect(page.getByText('Answer:')).toBeVisible();
  // Nor is it lost by looking at something else meanwhile.
  await button(page, 'Done').click();
  await button(page, 'Next picture').click();
  await expect(
    page.getByText(/^Validation picture 2 is in the network; true class/),
  ).toBeAttached();
  await expect(page.getByText('Validation 2 of 1,000')).toBeVisible();
  await button(page, 'Draw').click();
  await expect(page.getByText('Answer:')).toBeVisible();
  await expect(button(page, 'Clear')).toBeEnabled();
});

test('a number that was only passed on leads to where it was made, and a weight to what it does', async ({
  open,
}) => {
  const page = await open(
    '#net=own&layers=c1=conv,o4,k3,p1;c2=conv,o4,k3,p1@input;join=concat@c1/c2;flatten;fc,f10&unit=join:5.3.4',
  );
  const unit = page.locator('conv-unit');
  await unit.getByRole('button', { name: 'c2 map 2, row 4, column 5' }).click();
  await expect(unit.locator('.name')).toContainText('c2 map 2, row 4, column 5');
  await expect(page).toHaveURL(/unit=c2:1\.3\.4/);
  const weights = unit.getByRole('application', { name: 'Weights' });
  await weights.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.keyboard.type('3');
  await page.keyboard.press('Enter');
  await expect(unit.locator('p[role="status"]')).toHaveText(
    /c2\.weight: .* → 3\.00\.\s+Its answer:\s+\d, .* → \d, /,
  );
  // Taking it back leaves the keyboard where it is.
  await page.keyboard.press('Control+z');
  await expect(unit.locator('p[role="status"]')).toHaveText('');
  await expect(page.getByRole('button', { name: 'Redo: weight' })).toBeEnabled();
  await expect(weights).toBeFocused();
});

test('a draft is not lost by the button that opened the editor', async ({ open }) => {
  const page = await open();
  await button(page, 'Step').click();
  await settled(page, 1);
  const edit = page.getByRole('button', { name: /^Edit …/ });
  await edit.click();
  const editor = page.locator('conv-editor');
  await editor.locator('li[data-row="relu4"] .row').click();
  await editor.getByRole('button', { name: 'Remove' }).click();
  await expect(editor.getByRole('button', { name: 'Apply' })).toBeVisible();
  await edit.click();
  await expect(editor.getByText('This is not applied yet.')).toBeVisible();
  await edit.click();
  await expect(editor).toHaveCount(0);
  const count = () =>
    page.evaluate(
      () => (document.querySelector('conv-app') as App).lab.network?.spec.layers.length,
    );
  expect(await count()).toBe(12);
});

test('ten long names of classes fit into the confusion matrix of a laptop', async ({ open }) => {
  const page = await open('#data=fashion');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator('conv-confusion summary').click();
  const table = page.locator('conv-confusion table');
  await expect(table).toBeVisible();
  const hidden = await page
    .locator('conv-confusion .scroll')
    .evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(hidden).toBe(0);
});
