// The inspector in the page: Dear ImGui on a canvas that a worker draws. WebGL runs in software here.
import type { Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import type { InspectorPanel } from '../../web/src/inspector/element';
import { kinds, type Command } from '../../web/src/inspector/messages';
import { violations } from './axe';
import { button, course, expect, steps, test } from './lab';

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
      ...['--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    ],
  },
});

const panel = (page: Page) => page.locator('conv-inspector');
const status = (page: Page) => panel(page).getByRole('status');

async function openInspector(page: Page) {
  await button(page, 'Inspector').click();
  await expect(status(page)).toContainText('epoch 1');
}

/** What has been drawn, and where the item with this label is. */
const seen = (page: Page, label = '', which = 0) =>
  panel(page).evaluate(
    (element, [text, number]) => (element as InspectorPanel).seen(text, number),
    [label, which] as const,
  );

/** The place of an item of the canvas, in CSS pixels of the page. */
async function placeOf(page: Page, label: string, which = 0) {
  let place: { x?: number; y?: number } = {};
  await expect
    .poll(async () => (place = (await seen(page, label, which)).place).x, {
      message: `"${label}" is to be seen on the canvas`,
    })
    .toBeDefined();
  const scale = await page.evaluate(() => devicePixelRatio);
  const box = await panel(page).locator('canvas').boundingBox();
  return { x: (box?.x ?? 0) + (place.x ?? 0) / scale, y: (box?.y ?? 0) + (place.y ?? 0) / scale };
}

async function click(page: Page, label: string, which = 0) {
  const { x, y } = await placeOf(page, label, which);
  await page.mouse.move(x, y);
  await page.mouse.click(x, y, { delay: 60 });
}

const show = (page: Page, view: string) =>
  panel(page).evaluate((element, name) => (element as InspectorPanel).show(name), view);

/** As if a view had asked for it. */
const send = (page: Page, kind: string, more: Partial<Command> & object = {}) =>
  panel(page).evaluate(
    (element, command) =>
      void element.dispatchEvent(new CustomEvent('inspector-command', { detail: command })),
    {
      ...{ kind: kinds.indexOf(kind), name: '', names: [], count: 0, value: 0, on: false },
      ...more,
    },
  );

/** How many different colours a picture of the canvas has. */
async function colours(page: Page) {
  const picture = (await panel(page).locator('canvas').screenshot()).toString('base64');
  return page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context?.drawImage(image, 0, 0);
    const pixels = new Uint32Array(
      context?.getImageData(0, 0, image.width, image.height).data.buffer ?? new ArrayBuffer(0),
    );
    return new Set(pixels).size;
  }, picture);
}

test('opens on what is there, draws it, and steps through a batch forth and back', async ({
  open,
}) => {
  const page = await open('#network=lenet-5');
  await button(page, 'Step').first().click();
  await expect.poll(() => steps(page)).toBe(1);
  await openInspector(page);
  await expect(status(page)).toContainText('step 1,'); // the run was moved, not begun anew
  await expect.poll(async () => (await seen(page)).vertices).toBeGreaterThan(2000);
  expect(await colours(page)).toBeGreaterThan(20);
  expect(await violations(page)).toEqual([]);

  const inside = panel(page);
  await inside.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(status(page)).toContainText('step 2 of');
  await inside.locator('canvas').focus();
  await page.keyboard.press('n');
  await expect(status(page)).toContainText('step 3 of');
  await page.keyboard.press('b');
  await expect(status(page)).toContainText('step 2 of');
  await inside.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(status(page)).toContainText('paused');
  expect(await steps(page)).toBe(1); // nothing of it counts

  await click(page, 'Batch');
  await expect.poll(() => steps(page)).toBe(2);
  await inside.getByRole('button', { name: 'Close' }).click();
  await expect(inside).toHaveCount(0);
  await expect(button(page, 'Inspector')).toBeFocused();
});

test('training is the same with the inspector and without', async ({ open }) => {
  const page = await open('#network=lenet-5&seed=5');
  await openInspector(page);
  for (const view of ['tensor', 'training', 'plan', 'data']) await show(page, view);
  for (let i = 1; i <= 3; i++) {
    await send(page, 'step_batch');
    await expect.poll(() => steps(page)).toBe(i);
    await send(page, 'step_plan', { count: 7 });
    await expect(status(page)).toContainText('step 8 of');
  }
  await send(page, 'step_batch');
  await expect.poll(() => steps(page)).toBe(4);
  const watched = (await course(page)).losses;
  await panel(page).getByRole('button', { name: 'Close' }).click();
  await button(page, 'Reset').click();
  await expect.poll(() => steps(page)).toBe(0);
  for (let i = 1; i <= 4; i++) {
    await button(page, 'Step').first().click();
    await expect.poll(() => steps(page)).toBe(i);
  }
  expect((await course(page)).losses).toEqual(watched);
});

test('a breakpoint finds where numbers stop being finite', async ({ open }) => {
  const page = await open('#network=lenet-5');
  await openInspector(page);
  // Noise so large that what comes of it is beyond a float.
  await send(page, 'perturb', { name: 'f6', value: 1e30, count: 1 });
  await send(page, 'perturb', { name: 'output', value: 1e30, count: 1 });
  const breakpoint = { kind: 3, name: '', step: 0, on: true };
  await send(page, 'breakpoints', { breakpoints: [breakpoint] } as Partial<Command>);
  await panel(page).getByRole('button', { name: 'Continue' }).click();
  await expect(status(page)).toContainText('NaN or infinity in output, after linear_forward');
  await expect(status(page)).toContainText('in a batch');
  expect(await steps(page)).toBe(0);
  await expect(button(page, 'Train')).toBeEnabled(); // held, and not broken
  await panel(page).getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await button(page, 'Step').first().click();
  await expect.poll(() => steps(page)).toBe(1);
});

test('records weights while training goes on, and scrubs through them', async ({ open }) => {
  const page = await open('#network=lenet-5');
  await openInspector(page);
  await show(page, 'time_machine');
  await click(page, 'Record every');
  await button(page, 'Train').click();
  await expect.poll(() => steps(page), { timeout: 20_000 }).toBeGreaterThan(60);
  await button(page, 'Pause').click();
  const before = await colours(page);
  const { x, y } = await placeOf(page, '##moment');
  const scrubbed = await panel(page).locator('canvas').screenshot();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 60, y, { steps: 4 });
  await page.mouse.up();
  await placeOf(page, 'Newest');
  await click(page, 'Newest');
  await click(page, 'Play');
  expect(before).toBeGreaterThan(20);
  expect(Buffer.compare(scrubbed, await panel(page).locator('canvas').screenshot())).not.toBe(0);
});

test('page and inspector show the same picture, at the same rate', async ({ open }) => {
  const page = await open('#network=lenet-5');
  await openInspector(page);
  await show(page, 'data');
  await expect.poll(async () => (await seen(page, '+')).place.x).toBeDefined();
  const settings = () =>
    page.evaluate(() => (document.querySelector('conv-app') as App).lab.settings);
  const { picture } = await settings();
  await click(page, '+');
  await expect.poll(async () => (await settings()).picture).toBe(picture + 1);
  await send(page, 'rate', { value: 0.02 });
  await expect(page.getByLabel('Learning rate')).toHaveValue('0.02');
});

test('says so where workers have no WebGL 2, and all else works', async ({ visit, watched }) => {
  await watched.route(/drawing-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const without = 'OffscreenCanvas.prototype.getContext = () => null;';
    await route.fulfill({ response, body: without + (await response.text()) });
  });
  const page = await visit('');
  await expect(page.getByRole('button', { name: 'Train' })).toBeEnabled();
  await button(page, 'Inspector').click();
  await expect(panel(page).getByRole('alert')).toContainText('no WebGL 2');
  await button(page, 'Step').first().click();
  await expect.poll(() => steps(page)).toBe(1);
});

test('draws only when something changes', async ({ open }) => {
  const page = await open('#network=lenet-5');
  await openInspector(page);
  const idle = async () => {
    const { frames } = await seen(page);
    await page.waitForTimeout(300);
    return (await seen(page)).frames - frames;
  };
  await expect.poll(idle).toBe(0);
  const before = (await seen(page)).frames;
  await page.mouse.move(640, 700);
  await expect.poll(async () => (await seen(page)).frames).toBeGreaterThan(before);
});

test('fits a telephone, one view at a time, by touch', async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    ...{ viewport: { width: 360, height: 740 }, hasTouch: true, deviceScaleFactor: 2 },
    ...(baseURL ? { baseURL } : {}),
  });
  const page = await context.newPage();
  await page.goto('./#network=lenet-5');
  await expect(page.getByRole('button', { name: 'Train' })).toBeEnabled();
  await openInspector(page);
  const canvas = await panel(page).locator('canvas').boundingBox();
  expect(canvas?.width).toBe(360);
  const { x, y } = await placeOf(page, 'Batch');
  await page.touchscreen.tap(x, y);
  await expect
    .poll(() =>
      page.evaluate(() => (document.querySelector('conv-app') as App).lab.course.progress.step),
    )
    .toBe(1);
  await context.close();
});

test('says so where there is no OffscreenCanvas, and all else works', async ({
  visit,
  watched,
}) => {
  await watched.addInitScript(() => {
    Reflect.deleteProperty(HTMLCanvasElement.prototype, 'transferControlToOffscreen');
  });
  const page = await visit('');
  await expect(page.getByRole('button', { name: 'Train' })).toBeEnabled();
  await button(page, 'Inspector').click();
  await expect(panel(page).getByRole('alert')).toContainText('no OffscreenCanvas');
  await panel(page).getByRole('button', { name: 'Close' }).click();
  await button(page, 'Step').first().click();
  await expect.poll(() => steps(page)).toBe(1);
});

test('is no part of what a visitor of the playground loads', async ({ watched, visit }) => {
  const asked: string[] = [];
  watched.on('request', (request) => asked.push(request.url()));
  const page = await visit('');
  await expect(page.getByRole('button', { name: 'Train' })).toBeEnabled();
  await button(page, 'Train').click();
  await expect.poll(() => steps(page)).toBeGreaterThan(5);
  expect(asked.filter((url) => /inspector|probe|drawing/.test(url))).toEqual([]);
});
