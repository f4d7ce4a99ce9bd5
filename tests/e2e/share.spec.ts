// Share: a teacher chooses what is shown, locked or hidden; the embedded page keeps to it.
import type { Page } from '@playwright/test';
import { button, expect, test } from './lab';

const openShare = async (page: Page) => {
  await button(page, 'Share …').click();
  await expect(page.getByRole('dialog', { name: 'Share' })).toBeVisible();
};

test('the link of the page as it is holds every setting', async ({ open }) => {
  const page = await open('#net=model-2&seed=5');
  await openShare(page);
  await expect(page.locator('#share-page')).toHaveValue(page.url());
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Share' })).toBeHidden();
});

test('a lesson hides, locks and instructs, and remembers nothing', async ({ open, browser }) => {
  const page = await open('#net=model-2&seed=5');
  await openShare(page);
  await page.locator('#share-heading').fill('Two "convolutions"');
  await page.locator('#share-say').fill('Train & watch <the> loss.');
  await page.locator('[data-part="curves"]').selectOption('hide');
  await page.locator('[data-part="optimizer"]').selectOption('hide');
  await page.locator('[data-part="rate"]').selectOption('lock');
  await page.locator('[data-part="open"]').selectOption('hide');
  await page.locator('[data-part="layer:relu1"]').selectOption('hide');
  const link = await page.locator('#share-link').inputValue();
  const element = await page.locator('#share-element').inputValue();
  expect(element).toContain('heading="Two &quot;convolutions&quot;"');

  const student = await browser.newContext();
  const lesson = await student.newPage();
  await lesson.goto(link);
  await expect(button(lesson, 'Train')).toBeEnabled();
  await expect(lesson.getByRole('heading', { name: 'Two "convolutions"' })).toBeVisible();
  await expect(lesson.getByText('Train & watch <the> loss.')).toBeVisible();
  await expect(lesson.getByText('It says')).toBeVisible();
  await expect(lesson.locator('conv-curves')).toHaveCount(0);
  await expect(lesson.locator('#optimizer')).toHaveCount(0);
  await expect(lesson.locator('#rate')).toBeDisabled();
  await expect(lesson.locator('#batch')).toBeEnabled();
  await expect(lesson.locator('canvas[data-layer="conv1"]')).toBeVisible();
  await expect(lesson.locator('canvas[data-layer="relu1"]')).toHaveCount(0);
  await expect(lesson.locator('#seed')).toHaveValue('5');

  // What is hidden does not open by another door: a pasted picture stays outside.
  const paste = (to: Page) =>
    to.evaluate(async () => {
      const canvas = new OffscreenCanvas(28, 28);
      canvas.getContext('2d')!.fillRect(0, 0, 28, 28);
      const clipboardData = new DataTransfer();
      clipboardData.items.add(
        new File([await canvas.convertToBlob()], 'a.png', { type: 'image/png' }),
      );
      dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    });
  await paste(lesson);
  await expect(lesson.getByText('Validation 1 of')).toBeVisible();
  await paste(page);
  await expect(page.getByText('Validation 1 of')).toBeHidden();

  await button(lesson, 'Step').click();
  await expect(lesson.locator('#step')).toHaveText('1');
  await lesson.reload();
  await expect(button(lesson, 'Train')).toBeEnabled();
  await expect(lesson.locator('#step')).toHaveText('0');
  expect(await lesson.evaluate(() => indexedDB.databases())).toEqual([]);
  expect(await lesson.evaluate(() => localStorage.length)).toBe(0);
  await student.close();
});
