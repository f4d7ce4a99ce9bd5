// Two threads where the page is isolated from others, one everywhere else, and the same numbers.
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import { headersFor, isolation, serve } from '../../scripts/serve.mjs';
import { button, course, expect, test } from './lab';

const settings = '#net=model-2&batch=64&epochs=1000';

const buildOf = (page: Page) =>
  page.evaluate(() => (document.querySelector('conv-app') as App).lab.build);

/** The losses of the first batches of a run. */
async function firstLosses(page: Page, count: number) {
  await button(page, 'Train').click();
  await expect.poll(async () => (await course(page)).losses.length).toBeGreaterThan(count);
  await button(page, 'Pause').click();
  await expect(button(page, 'Train')).toBeVisible();
  return (await course(page)).losses.slice(0, count);
}

test('an isolated page trains with two threads, to the losses of one', async ({ open }) => {
  let page = await open(`${settings}&seed=11&threads=2`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await buildOf(page)).toEqual({ threads: 2 });
  await expect(page.locator('#build')).toHaveText(', SIMD ×2');
  const two = await firstLosses(page, 80);

  await page.goto('about:blank');
  page = await open(`${settings}&seed=11&threads=1`);
  await button(page, 'Reset').click(); // the run before is kept
  await expect(page.locator('#step')).toHaveText('0');
  expect(await buildOf(page)).toEqual({ threads: 1, why: 'wanted' });
  await expect(page.locator('#build')).toHaveText(', SIMD ×1');
  expect(await firstLosses(page, 80)).toEqual(two);
});

test('training goes on with the same weights when the number of threads is changed', async ({
  open,
}) => {
  const page = await open(`${settings}&seed=12&threads=2`);
  await button(page, 'Train').click();
  await expect.poll(async () => (await course(page)).losses.length).toBeGreaterThan(20);
  await page.getByLabel('Threads').selectOption('One');
  await expect.poll(() => buildOf(page)).toEqual({ threads: 1, why: 'wanted' });
  await expect.poll(async () => (await course(page)).run).toBe('running');
  const moved = (await course(page)).losses.length;
  expect(moved).toBeGreaterThan(20);
  await expect.poll(async () => (await course(page)).losses.length).toBeGreaterThan(moved + 20);
  await button(page, 'Pause').click();
  await expect(button(page, 'Train')).toBeVisible();
  const { losses, step } = await course(page);
  expect(losses).toHaveLength(step);

  // As if it had never been changed.
  await button(page, 'Reset').click();
  await expect(page.locator('#step')).toHaveText('0');
  expect(await firstLosses(page, moved + 20)).toEqual(losses.slice(0, moved + 20));
  await expect(page).toHaveURL(/threads=1/);
});

test('a page that is not isolated trains with one thread, and says why', async ({ browser }) => {
  const without = (path: string) => {
    const headers = headersFor(path);
    const kept = Object.entries(headers).filter(([name]) => !(name in isolation));
    return Object.fromEntries(kept);
  };
  const address = await serve(join(process.cwd(), 'dist'), 0, without);
  const page = await (await browser.newContext()).newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(address);
  await expect(page.locator('#build')).toHaveText(', SIMD ×1');
  await expect(page.locator('#build')).toHaveAttribute('title', /not isolated/);
  await page.getByLabel('Threads').focus();
  await expect(page.locator('#hint')).toContainText('One thread trains: this page is not isolated');
  await firstLosses(page, 10);
  expect(asked.filter((url) => url.includes('convolab_threads'))).toEqual([]);
  await page.context().close();
});

test('everything that a page asks for is allowed where it is isolated', async ({ request }) => {
  const headers = async (path: string) => (await request.get(path)).headers();
  for (const path of [
    './',
    'index.html',
    'lessons.html',
    'embed.html',
    'data/digits/manifest.json',
  ])
    expect(await headers(path)).toMatchObject({
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    });
});
