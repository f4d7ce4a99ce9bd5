import { violations } from './axe';
import { course, expect, steps, test } from './lab';

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds no violation (${scheme})`, async ({ open, page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await open();
    await page.getByRole('button', { name: 'Epoch' }).click();
    await expect.poll(async () => (await course(page)).epochs.length).toBe(1);
    await page.getByText('Confusion matrix').click();
    await page.getByText('The numbers of every epoch').click();
    await expect(page.getByText('of the validation pictures right')).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Own data …' }).click();
    expect(await violations(page)).toEqual([]);
  });
}

for (const width of [360, 768, 1440]) {
  test(`nothing sticks out at ${width} pixels`, async ({ open, page }) => {
    await page.setViewportSize({ width, height: 780 });
    await open('#data=fashion&net=small-vgg');
    const sizes = () =>
      page.evaluate(() => ({
        page: document.documentElement.scrollWidth,
        window: document.documentElement.clientWidth,
      }));
    const { page: wide, window: room } = await sizes();
    expect(wide).toBeLessThanOrEqual(room);
    if (width < 720) {
      // Train and the speed stay in reach of a thumb.
      await expect(page.getByRole('button', { name: 'Train' })).toBeInViewport();
      await expect(page.locator('#speed')).toBeInViewport();
      await page.getByText('Settings').click();
      expect((await sizes()).page).toBeLessThanOrEqual(room);
    }
  });
}

test('everything essential works by keyboard', async ({ open }) => {
  const page = await open();
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.textContent?.trim() || element?.id || element?.tagName || '';
    });
  const seen: string[] = [];
  const tabTo = async (name: string) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      seen.push(await focused());
      if (seen.at(-1) === name) return;
    }
    throw new Error(`Tab never came to ${name}, but to ${seen.join(' | ')}`);
  };
  await tabTo('Train');
  await page.keyboard.press('Enter');
  await expect.poll(() => steps(page)).toBeGreaterThan(3);
  await page.keyboard.press('Space');
  await expect.poll(async () => (await course(page)).run).toBe('ready');
  await tabTo('Step');
  const before = await steps(page);
  await page.keyboard.press('Enter');
  await expect(page.locator('#step')).toHaveText(String(before + 1));
  await tabTo('Reset');
  await page.keyboard.press('Enter');
  await expect(page.locator('#step')).toHaveText('0');
  await tabTo('rate');
  await expect(page.getByText('How far each step goes')).toBeVisible();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('0.01');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/lr=0\.01/);
  await tabTo('→');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Validation 2 of 1,000')).toBeVisible();
});

test('the theme can be chosen, and is remembered', async ({ open, page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open();
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByRole('button', { name: 'Dark' }).click();
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect.poll(paper).toBe(dark);
});
