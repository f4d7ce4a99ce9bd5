// The network editor: networks are composed by mouse and by keyboard, nothing that cannot work is
// taken, and what would cost a trained network is asked first.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type AxeCore from 'axe-core';
import type { Locator, Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import { shortcuts } from '../web/spec-texts';
import { button, expect, settled, test } from './lab';

const edited = async (page: Page) => {
  await page.getByRole('button', { name: /^Edit …/ }).click();
  return page.locator('conv-editor');
};

/** The names of the layers of the network that is open. */
const layers = (page: Page) =>
  page.evaluate(() =>
    (document.querySelector('conv-app') as Partial<App>).lab?.network?.summary.layers.map(
      ({ name }) => name,
    ),
  );

const row = (editor: Locator, name: string) => editor.locator(`li[data-row="${name}"] .row`);
const field = (editor: Locator, attribute: string) =>
  editor.locator(`conv-editor-field[data-attribute="${attribute}"]`);

test('a branch is composed by mouse, applied at once, trained, and undone', async ({ open }) => {
  const page = await open();
  const before = await layers(page);
  const editor = await edited(page);
  await expect(editor.getByText('61,706 parameters')).toBeVisible();
  await row(editor, 's2').click();
  await editor.getByRole('button', { name: 'Inception branch' }).click();
  await expect
    .poll(() => layers(page))
    .toEqual([
      ...(before ?? []).slice(0, 3),
      ...['conv1', 'conv2', 'conv3', 'concat1', 'relu5'],
      ...(before ?? []).slice(3),
    ]);
  await expect(page.locator('conv-network')).toContainText('concat1');
  // The figures, beside those before: (1 + 9 + 25)·6·6 + 3·6 weights, and c3 sees 18 maps.
  await expect(editor.locator('.foot')).toContainText('61,706 → 67,784 parameters');
  await expect(page).toHaveURL(/net=own&layers=c1=conv,o6,k5,p2;relu;s2=pool,k2;conv,o6,k1;/);

  await button(page, 'Step').click();
  await settled(page, 1);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect.poll(() => layers(page)).toEqual(before);
  await expect(editor.locator('.foot')).toContainText('61,706 parameters');
  await expect(editor.locator('.foot')).not.toContainText('→');
});

test('a shortcut is composed by keyboard alone', async ({ open }) => {
  const page = await open();
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.id || element?.textContent?.trim().replace(/\s+/g, ' ') || '';
    });
  const tabTo = async (name: string | RegExp, key = 'Tab') => {
    const seen: string[] = [];
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press(key);
      seen.push(await focused());
      if (typeof name === 'string' ? seen.at(-1) === name : name.test(seen.at(-1) ?? '')) return;
    }
    throw new Error(`${key} never came to ${String(name)}, but to ${seen.join(' | ')}`);
  };
  await tabTo(/^(edit-network|Edit …)/);
  await page.keyboard.press('Enter');
  await expect.poll(focused).toBe('title');
  await tabTo(/^relu1 /);
  await page.keyboard.press('Enter');
  await tabTo('add-after');
  await page.keyboard.press('Enter');
  // The palette takes the focus, at its first type that can stand here.
  await expect.poll(focused).toMatch(/^conv2d/);
  await page.keyboard.press('Enter');
  await expect.poll(() => layers(page)).toContain('conv1');
  // The new layer is chosen, and has the focus.
  await expect.poll(focused).toMatch(/^conv1/);
  await tabTo('skip');
  await page.keyboard.press('Enter');
  await expect.poll(() => layers(page)).toContain('add1');
  await expect.poll(focused).toMatch(/^add1.*from conv1 \+ relu1/);
  // Alt and an arrow move it; it keeps the focus.
  await page.keyboard.press('Alt+ArrowDown');
  await expect
    .poll(async () => (await layers(page))?.slice(0, 5))
    .toEqual(['c1', 'relu1', 'conv1', 'add1', 's2']);
  const editor = page.locator('conv-editor');
  await expect(editor.locator('.foot [role="alert"]')).toContainText('adds inputs of one shape');
  await expect.poll(focused).toMatch(/^add1/);
  // A setting, by hand.
  await tabTo(/^conv1 /, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tabTo('field');
  await page.keyboard.press('Escape');
  await expect.poll(focused).toMatch(/^conv1/);
  await page.keyboard.press('Escape');
  await expect(editor).toHaveCount(0);
  await button(page, 'Step').focus();
  await page.keyboard.press('Enter');
  await settled(page, 1);
});

test('what cannot work says why, and changes nothing', async ({ open }) => {
  const page = await open();
  const before = await layers(page);
  const editor = await edited(page);
  await row(editor, 'c3').click();
  const kernel = field(editor, 'kernel_size');
  await kernel.locator('input').fill('15');
  await kernel.locator('input').press('Enter');
  await expect(kernel).toContainText('kernel 15×15 does not fit the padded input 14×14');
  await expect(kernel.locator('input')).toHaveAttribute('aria-invalid', 'true');
  await expect(kernel.locator('input')).toHaveValue('15');
  await expect(editor.locator('.foot')).toContainText('61,706 parameters');
  // One step at a time it ends where the engine says: 14 leaves one pixel, which s4 cannot halve.
  await kernel.locator('input').fill('13');
  await kernel.locator('input').press('Enter');
  await expect(kernel.locator('input')).toHaveAttribute('aria-invalid', 'false');
  const more = kernel.getByRole('button', { name: 'one more' });
  await expect(more).toHaveAttribute('aria-disabled', 'true');
  await more.click({ force: true });
  await expect(kernel).toContainText('s4: kernel 2×2 does not fit');
  await expect(kernel.locator('input')).toHaveValue('13');

  // A layer that others need, a type that does not fit here, a choice that cannot be had.
  await row(editor, 'flatten1').click();
  const remove = editor.getByRole('button', { name: 'Remove' });
  await expect(remove).toHaveAttribute('aria-disabled', 'true');
  await remove.click({ force: true });
  await expect(editor.getByText('Not possible: c5: needs a flat list')).toBeVisible();
  await editor.getByRole('button', { name: 'Add after …' }).click();
  await expect(editor.locator('[data-type="conv2d"]')).toContainText('Not here.');
  await editor.getByRole('button', { name: 'Cancel' }).click();
  await row(editor, 'output').click();
  await expect(field(editor, 'out_features').locator('input')).toHaveAttribute('readonly', '');
  await expect(editor.getByText('one number for every class')).toBeVisible();
  expect(await layers(page)).toEqual(before);
});

test('after training, edits are a draft until told', async ({ open }) => {
  const page = await open(`#net=own&layers=${shortcuts}`);
  await button(page, 'Step').click();
  await settled(page, 1);
  const before = await layers(page);
  const editor = await edited(page);
  const foot = editor.locator('.foot');
  await row(editor, 'b_sum').click();
  await editor.getByRole('button', { name: 'Remove with its branch' }).click();
  await expect(foot).toContainText('5,122 → 4,962 parameters');
  expect(await layers(page)).toEqual(before);
  const close = editor.getByRole('button', { name: 'Close the editor' });
  await close.click();
  await expect(editor.getByText('Closing once more discards it.')).toBeVisible();
  await editor.getByRole('button', { name: 'Discard' }).click();
  await expect(foot).toContainText('5,122 parameters');
  await expect(row(editor, 'b_sum')).toBeVisible();

  await row(editor, 'a_sum').click();
  await editor.getByRole('button', { name: 'Remove the input stem_relu' }).click({ force: true });
  await expect(editor.getByText('add takes 2 to 16 inputs, but has 1')).toBeVisible();
  await editor.getByRole('button', { name: 'Add an input' }).click();
  await editor.getByLabel('input 3 of 3').selectOption('a1_relu');
  await editor.getByLabel('input 3 of 3').selectOption('stem');
  await editor.getByRole('button', { name: 'Undo edit' }).click();
  await expect(editor.getByLabel('input 3 of 3')).toHaveValue('a1_relu');
  await editor.getByRole('button', { name: 'Apply' }).click();
  await expect(foot.getByRole('button')).toHaveCount(0);
  await expect(page.locator('#step')).toHaveText('0');
  await expect(page).toHaveURL(/a_sum=add@a2_norm\/stem_relu\/a1_relu;a_relu/);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.locator('#step')).toHaveText('1');
  await expect(page).not.toHaveURL(/a1_relu;a_relu/);
});

test('rows are dragged, layers renamed, and the address brings all of it back', async ({
  open,
}) => {
  const page = await open();
  const editor = await edited(page);
  await editor.scrollIntoViewIfNeeded();
  const grip = editor.locator('li[data-row="relu1"] .grip');
  const target = await editor.locator('li[data-row="s2"]').boundingBox();
  await grip.hover();
  await page.mouse.down();
  await page.mouse.move(target!.x + 20, target!.y + target!.height - 4, { steps: 5 });
  await page.mouse.up();
  await expect
    .poll(async () => (await layers(page))?.slice(0, 4))
    .toEqual(['c1', 's2', 'relu1', 'c3']);
  await row(editor, 's2').click();
  await editor.getByLabel('name', { exact: true }).fill('größe, 1/2=@;');
  await editor.getByLabel('name', { exact: true }).press('Enter');
  await expect.poll(async () => (await layers(page))?.[1]).toBe('größe, 1/2=@;');
  const now = await layers(page);
  await page.reload();
  await expect.poll(() => layers(page)).toEqual(now);
});

test('a header opens its layer, and a gap the choice of a new one', async ({ open }) => {
  const page = await open();
  await page.getByTitle('Change c3').click();
  const editor = page.locator('conv-editor');
  await expect(row(editor, 'c3')).toHaveAttribute('aria-expanded', 'true');
  await expect(row(editor, 'c3')).toBeFocused();
  await page.getByRole('button', { name: 'Insert a layer before s4' }).first().click();
  await expect(editor.getByRole('heading', { name: /^Add a layer/ })).toBeInViewport();
  await editor.locator('[data-type="batch_norm2d"]').click();
  await expect.poll(() => layers(page)).toContain('norm1');
  await expect(row(editor, 'norm1')).toBeFocused();
});

test('layers that a teacher locked stay as they are', async ({ open }) => {
  const page = await open('#lock=layer:c1');
  const editor = await edited(page);
  await row(editor, 'c1').click();
  await expect(field(editor, 'kernel_size').locator('input')).toHaveAttribute('readonly', '');
  await expect(editor.getByRole('button', { name: 'Remove' })).toHaveCount(0);
  await row(editor, 'relu1').click();
  await expect(editor.getByRole('button', { name: 'Remove' })).toHaveAttribute(
    'aria-disabled',
    'false',
  );
});

test('the JSON can be edited, and there is code for PyTorch', async ({ open }) => {
  const page = await open();
  const editor = await edited(page);
  await editor.getByRole('button', { name: 'PyTorch' }).click();
  await expect(editor.getByLabel('The network as PyTorch code')).toHaveValue(
    /self\.c3 = nn\.Conv2d\(6, 16, kernel_size=5\)/,
  );
  await editor.getByRole('button', { name: 'JSON' }).click();
  const area = editor.getByLabel('The network as JSON');
  const text = await area.inputValue();
  const use = editor.getByRole('button', { name: 'Use this network' });
  await area.fill(text.slice(5));
  await expect(editor.getByText('This is not JSON yet')).toBeVisible();
  await area.fill(text.replace('"out_channels": 16', '"out_channels": 0'));
  await expect(editor.getByText('c3: out_channels is 0; it must be')).toBeVisible();
  await expect(use).toBeDisabled();
  await area.fill(text.replace('"out_channels": 16', '"out_channels": 4'));
  await expect(editor.getByText('This works: 23,894 parameters.')).toBeVisible();
  await use.click();
  await expect(page).toHaveURL(/c3=conv,o4,k5/);
  await expect(area).toHaveValue(/"out_channels": 4/);
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

for (const [width, scheme] of [
  [360, 'light'],
  [1440, 'dark'],
] as const) {
  test(`axe finds nothing at ${width} pixels (${scheme}), and nothing sticks out`, async ({
    open,
    page,
  }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 800 });
    await open(`#net=own&layers=${shortcuts}`);
    await button(page, 'Step').click();
    await settled(page, 1);
    if (width < 720) await page.getByText('Settings').first().click();
    const editor = await edited(page);
    const check = async () => {
      await page.evaluate(axe);
      const found = await editor.evaluate(async (element) => {
        const { run } = (globalThis as unknown as { axe: typeof AxeCore }).axe;
        const { violations } = await run(element);
        return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
      });
      expect(found).toEqual([]);
      const [wide, room] = await editor.evaluate((element) => [
        element.scrollWidth,
        element.clientWidth,
      ]);
      expect(wide).toBeLessThanOrEqual(room ?? 0);
    };
    await check();
    await row(editor, 'a2').click();
    await field(editor, 'kernel_size').getByLabel('kernel_size', { exact: true }).fill('9');
    await page.keyboard.press('Enter');
    await field(editor, 'out_channels')
      .getByRole('button', { name: 'one less' })
      .click({ force: true });
    await expect(field(editor, 'out_channels')).toContainText('adds inputs of one shape');
    await check();
    await editor.getByRole('button', { name: 'Residual branch' }).click();
    await expect(editor.getByRole('button', { name: 'Apply' })).toBeInViewport();
    await check();
    await editor.getByRole('button', { name: 'Add after …' }).click();
    await expect(editor.locator('[data-type="linear"]')).toContainText('Not here.');
    await check();
    await editor.getByRole('button', { name: 'JSON' }).click();
    await check();
  });
}
