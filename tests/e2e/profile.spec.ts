// Where the time of a training step goes.
import { violations } from './axe';
import { button, course, expect, test } from './lab';

test('the steps of the plan are measured, with fusing and without', async ({ open }) => {
  const page = await open();
  const view = page.locator('conv-profile');
  await view.locator('summary').press('Enter');
  await button(page, 'Measure').press('Enter');
  await expect(button(page, 'Measure again')).toBeVisible({ timeout: 30_000 });
  await expect(view.getByRole('status')).toContainText('Without fused steps it takes');
  const row = (name: string) => view.getByRole('rowheader', { name });
  await expect(row('conv2d_forward + relu').first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await view.getByRole('checkbox', { name: 'Fused steps' }).uncheck();
  await expect(view.getByRole('status')).toContainText('With fused steps it takes');
  await expect(row('conv2d_forward + relu')).toHaveCount(0);
  await expect(row('activation_forward').first()).toBeVisible();
  expect((await course(page)).step).toBe(0);
});

test('measuring leaves room for training and for commands', async ({ open }) => {
  const page = await open('#epochs=500');
  await page.locator('conv-profile summary').click();
  await button(page, 'Train').click();
  await button(page, 'Measure').click();
  await expect.poll(async () => (await course(page)).step).toBeGreaterThan(5);
  await expect(button(page, 'Measure again')).toBeVisible({ timeout: 30_000 });
  await button(page, 'Pause').click();
  await expect.poll(async () => (await course(page)).run).toBe('ready');
});
