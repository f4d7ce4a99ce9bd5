// Nothing is lost: undo, redo, a reload, and the address that brings a network to other people.
import type { Page } from '@playwright/test';
import { button, course, expect, pixels, settled, steps, test } from './lab';

const kernels = (page: Page) => pixels(page, 'canvas[data-kernels="c1"]');
const undo = (page: Page) => page.getByRole('button', { name: /^Undo/ });
const redo = (page: Page) => page.getByRole('button', { name: /^Redo/ });

/** Trains some batches and holds; answers after how many. */
async function trained(page: Page, least: number) {
  await button(page, 'Train').click();
  await expect.poll(() => steps(page)).toBeGreaterThan(least);
  await button(page, 'Pause').click();
  await expect(button(page, 'Train')).toBeVisible();
  const step = await steps(page);
  await settled(page, step);
  return step;
}

const keptRuns = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{ key: string; bytes: number; steps: number }[]>((done, failed) => {
        const request = indexedDB.open('convolab', 1);
        request.onerror = () => failed(new Error('no database'));
        request.onsuccess = () => {
          const all = request.result.transaction('runs').objectStore('runs').getAll();
          all.onsuccess = () => {
            request.result.close();
            done(
              (
                all.result as {
                  key: string;
                  checkpoint: Uint8Array;
                  history: { steps: number[] };
                }[]
              ).map(({ key, checkpoint, history }) => ({
                key,
                bytes: checkpoint.length,
                steps: history.steps.length,
              })),
            );
          };
        };
      }),
  );

test('a reload brings back weights, curves and place, and goes on to the same bits', async ({
  open,
}) => {
  const page = await open('#batch=64');
  const step = await trained(page, 70);
  const before = { course: await course(page), kernels: await kernels(page) };
  await expect.poll(async () => (await keptRuns(page))[0]?.steps).toBe(step);
  await page.reload();
  await settled(page, step);
  const after = { course: await course(page), kernels: await kernels(page) };
  expect(after.course.losses).toEqual(before.course.losses);
  expect(after.course.epochs).toEqual(before.course.epochs);
  expect(after.kernels).toBe(before.kernels);

  // From here on, both would take the same step.
  await button(page, 'Step').click();
  await settled(page, step + 1);
  const continued = (await course(page)).losses.at(-1);
  await page.evaluate(() => indexedDB.deleteDatabase('convolab'));
  await button(page, 'Reset').click();
  await settled(page, 0);
  await button(page, 'Train').click();
  await expect.poll(() => steps(page), { intervals: [20] }).toBeGreaterThan(step);
  expect((await course(page)).losses[step]).toBe(continued);
});

test('undo takes back a reset and another network, redo brings them again', async ({ open }) => {
  const page = await open();
  await expect(undo(page)).toBeDisabled();
  const step = await trained(page, 20);
  const learnt = { course: await course(page), kernels: await kernels(page) };
  await button(page, 'Reset').click();
  await settled(page, 0);
  expect(await kernels(page)).not.toBe(learnt.kernels);
  await undo(page).click();
  await settled(page, step);
  expect(await kernels(page)).toBe(learnt.kernels);
  expect((await course(page)).losses).toEqual(learnt.course.losses);

  await page.locator('#network').selectOption('model-2');
  await expect(page.locator('canvas[data-kernels="conv1"]')).toBeVisible();
  await settled(page, 0);
  await page.keyboard.press('Control+z');
  await settled(page, step);
  expect(await kernels(page)).toBe(learnt.kernels);
  expect(page.url()).not.toContain('model-2');
  await redo(page).click();
  await expect(page.locator('canvas[data-kernels="conv1"]')).toBeVisible();
  expect(page.url()).toContain('net=model-2');
});

test('a link brings the same network, seed and curve to a fresh profile', async ({
  open,
  browser,
}) => {
  const page = await open('#data=fashion&net=model-2&seed=77&batch=100&lr=0.003');
  const step = await trained(page, 12);
  const context = await browser.newContext();
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(button(other, 'Train')).toBeEnabled();
  expect(await steps(other)).toBe(0); // weights do not travel in a link
  await button(other, 'Train').click();
  await expect.poll(() => steps(other)).toBeGreaterThanOrEqual(step);
  const [mine, theirs] = [(await course(page)).losses, (await course(other)).losses];
  expect(theirs.slice(0, step)).toEqual(mine);
  await context.close();
});

test('a new seed gives other weights, and the address says which', async ({ open }) => {
  const page = await open();
  const before = await kernels(page);
  await button(page, 'New seed').click();
  await expect.poll(() => kernels(page)).not.toBe(before);
  const seed = await page.locator('#seed').inputValue();
  expect(seed).not.toBe('1');
  expect(page.url()).toContain(`seed=${seed}`);
});

test('own pictures are there again after a reload', async ({ open }) => {
  const page = await open();
  // Two classes of tiny pictures, made here: black and white squares.
  await page.evaluate(async () => {
    const transfer = new DataTransfer();
    for (const [name, colour] of [
      ['dark', '#222'],
      ['light', '#ddd'],
    ] as const)
      for (let i = 0; i < 6; i++) {
        const canvas = new OffscreenCanvas(28, 28);
        const context = canvas.getContext('2d')!;
        context.fillStyle = colour;
        context.fillRect(i, i, 20, 20);
        const file = new File([await canvas.convertToBlob()], `${i}.png`, { type: 'image/png' });
        Object.defineProperty(file, 'webkitRelativePath', { value: `set/${name}/${i}.png` });
        transfer.items.add(file);
      }
    const app = document.querySelector('conv-app') as unknown as {
      lab: { openFiles(files: { path: string; file: File }[]): Promise<boolean> };
    };
    await app.lab.openFiles(
      [...transfer.files].map((file) => ({ path: file.webkitRelativePath, file })),
    );
  });
  await expect(page.locator('#dataset')).toHaveValue('own');
  await page.reload();
  await expect(page.locator('#dataset')).toHaveValue('own');
  await expect(page.getByText('light', { exact: true })).toBeVisible();
});
