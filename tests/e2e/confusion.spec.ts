// The confusion matrix opens the pictures behind its numbers.
import type { Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import { violations } from './axe';
import { button, course, expect, test } from './lab';

/** Trains for one epoch with the matrix open. */
async function evaluated(page: Page) {
  await page.getByText('Confusion matrix', { exact: true }).click();
  await button(page, 'Epoch').click();
  await expect.poll(async () => (await course(page)).epochs.length).toBe(1);
  await expect(page.getByText('of the validation pictures right')).toBeVisible();
}

/** Counts in the matrix that are not 0, as they are told to a screen reader. */
const cells = (page: Page) =>
  page.getByRole('button', { name: /^true \d, answered \d: \d+ pictures?$/ });

const thumbnails = (page: Page) => page.locator('conv-mistakes').getByRole('listitem');

test('a cell opens its pictures, and a picture goes through the network', async ({ open }) => {
  const page = await open();
  await evaluated(page);
  const names = await cells(page).evaluateAll((all) =>
    all.map((each) => each.getAttribute('aria-label') ?? ''),
  );
  const counts = names.map((name) => Number(/: (\d+) /.exec(name)?.[1]));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
  const name = names.find((each) => {
    const [, truth, answer] = /^true (\d), answered (\d)/.exec(each) ?? [];
    return truth !== answer;
  })!;
  const [, truth, answer, count] = /^true (\d), answered (\d): (\d+)/.exec(name)!;
  await button(page, name).click();
  await expect(button(page, name)).toHaveAttribute('aria-pressed', 'true');
  expect(new URL(page.url()).hash).toContain(`cell=${truth}-${answer}`);
  await expect(thumbnails(page)).toHaveCount(Number(count));
  await expect(page.locator('conv-mistakes')).toContainText(
    `True ${truth}, answered ${answer}: ${count} `,
  );
  expect(await violations(page)).toEqual([]);
  await thumbnails(page).getByRole('button').first().click();
  await expect(page.locator('conv-prediction')).toContainText(
    `It says ${answer}, but the true class (◂) is ${truth}.`,
  );
  await expect(thumbnails(page).getByRole('button').first()).toHaveAttribute(
    'aria-current',
    'true',
  );
});

test('right answers come least sure first, mistakes surest first', async ({ open }) => {
  const page = await open();
  await evaluated(page);
  const confidences = () =>
    page.evaluate(() => {
      const { mistakes } = (document.querySelector('conv-app') as App).lab.evaluation;
      return mistakes?.pictures.map(({ confidence }) => confidence) ?? [];
    });
  await page.getByRole('button', { name: /^true 0, answered 0:/ }).click();
  await expect(page.locator('conv-mistakes')).toContainText('the least sure first');
  const right = await confidences();
  expect(right.length).toBeGreaterThan(10);
  expect(right).toEqual([...right].sort((a, b) => a - b));
  await button(page, 'The surest mistakes').click();
  await expect(page.locator('conv-mistakes')).toContainText(
    /Wrong: \d+ pictures, the surest first/,
  );
  const wrong = await confidences();
  expect(wrong.length).toBeGreaterThan(10);
  expect(wrong).toEqual([...wrong].sort((a, b) => b - a));
  const labels = await thumbnails(page)
    .getByRole('button')
    .evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''));
  for (const label of labels) {
    const [, truth, answer] = /true (\d), answered (\d)/.exec(label)!;
    expect(truth, label).not.toBe(answer);
  }
  await button(page, 'Close').click();
  await expect(page.locator('conv-mistakes')).toHaveCount(0);
  await expect(button(page, 'The surest mistakes')).toBeFocused();
});

test('the matrix works by keyboard, with one stop for Tab', async ({ open }) => {
  const page = await open();
  await evaluated(page);
  const inOrder = page.locator('conv-confusion td button[tabindex="0"]');
  await expect(inOrder).toHaveCount(1);
  await inOrder.focus();
  const where = () => page.locator('conv-confusion td button:focus').getAttribute('data-cell');
  const row = (cell: string | null) => cell?.split('-')[0];
  const first = await where();
  await page.keyboard.press('ArrowDown');
  const next = await where();
  expect(row(next)).not.toBe(row(first));
  await expect(inOrder).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.locator('conv-mistakes')).toBeVisible();
  await expect.poll(() => thumbnails(page).count()).toBeGreaterThan(0);
  await page.keyboard.press('Escape');
  await expect(page.locator('conv-mistakes')).toHaveCount(0);
  expect(await where()).toBe(next);
});

test('an address with a cell opens the matrix', async ({ open }) => {
  const page = await open('#cell=wrong');
  await expect(page.getByText('of the validation pictures right')).toBeVisible();
  await expect(page.locator('conv-mistakes')).toContainText(/Wrong: \d+ pictures/);
  await expect(thumbnails(page)).toHaveCount(60);
});
