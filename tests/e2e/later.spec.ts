// The engine comes in two files, and a page trains with the first.
import type { Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import { button, course, expect, test } from './lab';

const later = /\.later-[\w-]+\.wasm$/;

/** What the engine says of a unit, or why it says nothing. */
const explained = (page: Page) =>
  page.evaluate(async () => {
    const { lab } = document.querySelector('conv-app') as App;
    const { value, error } = await lab.engine.explain(lab.shown!.pixels, 0, 130);
    return error?.message ?? value!.stages.length;
  });

/** Trains this many batches. */
async function train(page: Page, batches: number) {
  await button(page, 'Train').click();
  await expect.poll(async () => (await course(page)).losses.length).toBeGreaterThan(batches);
  await button(page, 'Pause').click();
}

for (const threads of ['1', '2'])
  test(`a page trains before the rest of its engine is here, threads=${threads}`, async ({
    context,
    open,
  }) => {
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    await context.route(later, async (route) => {
      await held;
      await route.continue();
    });
    const page = await open(`#net=lenet-5&threads=${threads}`);
    await train(page, 100);
    const unit = page.locator('conv-unit');
    await expect(unit).not.toContainText('c1 map');
    release();
    await expect(unit).toContainText('c1 map');
    expect(await explained(page)).toBeGreaterThan(0);
  });

for (const threads of ['1', '2'])
  test(`each part of the engine is fetched once, threads=${threads}`, async ({ watched, open }) => {
    const parts: string[] = [];
    watched.on('request', (request) => {
      const [, part] = /(first|later)-[\w-]+\.wasm$/.exec(request.url()) ?? [];
      if (part) parts.push(part);
    });
    const page = await open(`#threads=${threads}`);
    expect(await explained(page)).toBeGreaterThan(0);
    // A helper thread brings the later part along for itself.
    const wanted = ['first', 'later', ...(threads === '2' ? ['later'] : [])];
    await expect.poll(() => parts).toEqual(wanted);
  });

test('what has come is not asked for again', async ({ context, open }) => {
  const arrived = context.waitForEvent('requestfinished', (request) => later.test(request.url()));
  const page = await open();
  await arrived;
  // Not the whole network: the pictures may still be on their way.
  await context.route(later, (route) => route.abort());
  expect(await explained(page)).toBeGreaterThan(0);
});

test('a page without the rest of its engine says so, and asks again', async ({ page, context }) => {
  await context.route(later, (route) => route.abort());
  await page.goto('./');
  await expect(button(page, 'Train')).toBeEnabled();
  await train(page, 10);
  expect(await explained(page)).toMatch(/^A part of the engine could not be fetched/);
  await context.unroute(later);
  expect(await explained(page)).toBeGreaterThan(0);
});
