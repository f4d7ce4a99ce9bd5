// Drawing on the page: by mouse, finger and keyboard; that what is drawn is read; and pointing into
// the picture.
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';
import { violations } from './axe';
import { button, course, expect, test } from './lab';

interface Drawing {
  digit: number;
  strokes: number[][];
}
const { surface: size, drawings } = JSON.parse(
  readFileSync(new URL('../data/strokes/strokes.json', import.meta.url), 'utf8'),
) as { surface: number; drawings: Drawing[] };

const board = (page: Page) => page.getByRole('application', { name: 'Drawing surface' });

async function startDrawing(page: Page) {
  await button(page, 'Draw').click();
  await expect(board(page)).toBeFocused();
  await page.locator('conv-draw').evaluate((element) => {
    element.addEventListener('drawn', (event) => {
      (globalThis as { drawn?: unknown }).drawn = (event as CustomEvent<ImageData>).detail;
    });
  });
}

/** Where a point of the surface is on the screen. */
async function placing(surface: Locator) {
  await surface.scrollIntoViewIfNeeded();
  const box = (await surface.boundingBox())!;
  const scale = (box.width - 2) / size; // without its border
  return (x: number, y: number) => [box.x + 1 + x * scale, box.y + 1 + y * scale] as const;
}

async function draw(page: Page, strokes: number[][]) {
  const at = await placing(board(page));
  for (const points of strokes) {
    await page.mouse.move(...at(points[0]!, points[1]!));
    await page.mouse.down();
    for (let i = 2; i < points.length; i += 2)
      await page.mouse.move(...at(points[i]!, points[i + 1]!));
    await page.mouse.up();
  }
}

/** What the network says of the drawing as it is, once that has gone all the way. */
const answer = (page: Page) =>
  page.evaluate(async () => {
    const { lab } = document.querySelector('conv-app') as App;
    const frame = () => new Promise(requestAnimationFrame);
    for (let i = 0; i < 600; i++) {
      await frame();
      await frame();
      const { drawn } = globalThis as { drawn?: ImageData };
      if (!drawn) continue;
      const { value } = await lab.engine.prepare(drawn);
      const { shown, snapshot } = lab;
      const same = (a?: ArrayLike<number>, part = 1) =>
        Array.from(value?.pixels ?? [NaN]).every(
          (v, k) => Math.abs(v * part - (a?.[k] ?? -1)) < 1e-3,
        );
      if (!snapshot || !same(shown?.pixels) || !same(snapshot.picture.data, 1 / 255)) continue;
      return snapshot.probabilities.indexOf(Math.max(...snapshot.probabilities));
    }
    return -1;
  });

/** How bright the surface is at a point of it, 0 … 255. */
const brightness = (page: Page, x: number, y: number) =>
  page.locator('conv-draw canvas').evaluate(
    (element, [u, v]) => {
      const canvas = element as HTMLCanvasElement;
      const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
      context.drawImage(canvas, -u! * canvas.width, -v! * canvas.height);
      return context.getImageData(0, 0, 1, 1).data[0] ?? -1;
    },
    [x / size, y / size],
  );

test('what is drawn with the mouse is read after training with the defaults', async ({ open }) => {
  test.setTimeout(240_000);
  const page = await open();
  await button(page, 'Train').click();
  await expect.poll(async () => (await course(page)).run, { timeout: 150_000 }).toBe('finished');
  await startDrawing(page);
  const chosen = drawings.slice(0, 20); // two of every digit
  expect([...new Set(chosen.map(({ digit }) => digit))]).toHaveLength(10);
  const wrong: string[] = [];
  for (const { digit, strokes } of chosen) {
    await draw(page, strokes);
    const said = await answer(page);
    if (said !== digit) wrong.push(`${digit} read as ${said}`);
    else await expect(page.locator('conv-input .answer b')).toHaveText(String(digit));
    await button(page, 'Clear').click();
  }
  expect(wrong.length, wrong.join(', ')).toBeLessThanOrEqual(3);
});

test('a stroke goes on outside the surface, and can be taken back', async ({ open }) => {
  const page = await open();
  await startDrawing(page);
  await expect(button(page, 'Clear')).toBeDisabled();
  // Out to the right, down beyond the edge, and in again.
  await draw(page, [
    [140, 60, 240, 60, 340, 60, 400, 140, 340, 220, 240, 220, 140, 220],
    [40, 140, 60, 140],
  ]);
  expect(await brightness(page, 230, 60)).toBeGreaterThan(200);
  expect(await brightness(page, 230, 220)).toBeGreaterThan(200);
  expect(await brightness(page, 265, 140)).toBe(0);
  expect(await brightness(page, 50, 140)).toBeGreaterThan(200);
  expect(await answer(page)).toBeGreaterThanOrEqual(0);
  await button(page, 'Undo the last stroke').click();
  await expect.poll(() => brightness(page, 50, 140)).toBe(0);
  expect(await brightness(page, 230, 60)).toBeGreaterThan(200);
  await expect(page.locator('conv-input')).toContainText('centred and scaled into 28×28');
  await button(page, 'Clear').click();
  await expect.poll(() => brightness(page, 230, 60)).toBe(0);
  await expect(page.getByText('Draw a digit here')).toBeVisible();
  await button(page, 'Done').click();
  await expect(button(page, 'Draw')).toBeFocused();
});

test('drawing works by keyboard alone', async ({ open }) => {
  const page = await open();
  await button(page, 'Draw').focus();
  await page.keyboard.press('Enter');
  await expect(board(page)).toBeFocused();
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowUp');
  expect(await brightness(page, 140, 76)).toBe(0); // the pen is up
  await page.keyboard.press('Space');
  await expect(page.locator('conv-draw [aria-live]')).toHaveText('Pen down at 50 across, 27 down.');
  for (let i = 0; i < 16; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => brightness(page, 140, 140)).toBeGreaterThan(200);
  await expect(page.locator('conv-input .answer')).toContainText('Answer');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Control+z');
  await expect.poll(() => brightness(page, 140, 140)).toBe(0);
  await page.keyboard.press('Escape');
  await expect(button(page, 'Draw')).toBeFocused();
});

test('pictures that are not digits are taken as they are, and the page says so', async ({
  open,
}) => {
  const page = await open('#data=fashion');
  await startDrawing(page);
  await draw(page, [[60, 60, 220, 220]]);
  await expect(page.locator('conv-input')).toContainText('the whole picture, reduced to 28×28');
});

test('a photograph with a shade over the paper gives the same digit as a drawing', async ({
  open,
}) => {
  const page = await open();
  const made = await page.evaluate(async (strokes) => {
    const [width, height] = [640, 480];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    const write = (ink: string) => {
      context.strokeStyle = ink;
      context.lineWidth = 20;
      context.lineCap = context.lineJoin = 'round';
      for (const points of strokes) {
        context.beginPath();
        for (let i = 0; i < points.length; i += 2)
          context.lineTo(180 + points[i]!, 100 + points[i + 1]!);
        context.stroke();
      }
    };
    context.fillRect(0, 0, width, height);
    write('#fff');
    const drawn = context.getImageData(0, 0, width, height);
    const paper = context.createLinearGradient(0, 0, width, height / 2);
    paper.addColorStop(0, '#e8e4da');
    paper.addColorStop(1, '#8d8a82');
    context.fillStyle = paper;
    context.fillRect(0, 0, width, height);
    write('#2b3a67');
    const photo = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
    const { value } = await (document.querySelector('conv-app') as App).lab.engine.prepare(drawn);
    const bytes = [...new Uint8Array(await photo.arrayBuffer())];
    return { bytes, pixels: [...(value?.pixels ?? [])] };
  }, drawings[3]!.strokes);
  await page.locator('conv-input input[type="file"]').setInputFiles({
    ...{ name: 'three.jpg', mimeType: 'image/jpeg' },
    buffer: Buffer.from(made.bytes),
  });
  await expect(page.locator('conv-input')).toContainText('Your own picture');
  const seen = await page.evaluate(() => [
    ...((document.querySelector('conv-app') as App).lab.shown?.pixels ?? []),
  ]);
  expect(made.pixels.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(10_000);
  const off = seen.reduce((sum, value, i) => sum + Math.abs(value - made.pixels[i]!), 0);
  expect(off / seen.length).toBeLessThan(4); // of 255; of a digit that is missed it is more than 12
});

test.describe('on a phone', () => {
  test.use({ hasTouch: true, viewport: { width: 360, height: 740 } });

  test('a finger draws, and the page stays where it is', async ({ open }) => {
    const page = await open();
    await startDrawing(page);
    const box = (await board(page).boundingBox())!;
    expect(box.width).toBeGreaterThanOrEqual(240);
    const scrolled = () => page.evaluate(() => scrollY);
    let before = -1;
    await expect // until it has come to rest
      .poll(async () => {
        const last = before;
        before = await scrolled();
        return before === last;
      })
      .toBe(true);
    const at = await placing(board(page));
    const finger = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: number[][]) =>
      finger.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([x, y]) => ({ x: at(x!, y!)[0], y: at(x!, y!)[1] })),
      });
    const from = await scrolled();
    await touch('touchStart', [140, 40]);
    for (let y = 50; y <= 240; y += 10) await touch('touchMove', [140, y]);
    await touch('touchEnd');
    await expect.poll(() => brightness(page, 140, 140)).toBeGreaterThan(200);
    expect(await scrolled()).toBe(from);
    await expect(page.locator('conv-input .answer')).toBeInViewport();
  });
});

test('the picture can be pointed into, by mouse and by keyboard', async ({ open }) => {
  const page = await open();
  const unit = () =>
    page.evaluate(() => {
      const { pinned, hovered } = (document.querySelector('conv-app') as App).lab.pointer;
      return { pinned, hovered };
    });
  const picture = page.getByRole('application', { name: /^Input picture: true class/ });
  await picture.hover();
  await expect.poll(async () => (await unit()).hovered).not.toBeNull();
  await expect(page.locator('conv-input i.window')).toHaveCount(1);
  await page.mouse.move(2, 2);
  await expect.poll(async () => (await unit()).hovered).toBeNull();
  await picture.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await unit()).hovered).not.toBeNull();
  const first = (await unit()).hovered;
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await unit()).hovered).not.toEqual(first);
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await unit()).pinned?.layer).toBe(0);
  expect(new URL(page.url()).hash).toContain('unit=c1');
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await unit()).pinned).toBeNull();
});
