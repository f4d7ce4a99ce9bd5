import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Page } from '@playwright/test';
import { button, course, drop, expect, steps, test } from './lab';

const digits = (name: string) => new Uint8Array(readFileSync(`web/data/digits/${name}.gz`));
const pair = [
  { name: 'my-images.idx3-ubyte.gz', bytes: digits('validation-0-images.idx3-ubyte') },
  { name: 'my-labels.idx1-ubyte.gz', bytes: digits('validation-0-labels.idx1-ubyte') },
];

/** A PNG of a shape, white on black, moved by `shift`. */
const png = async (page: Page, shape: 'disc' | 'bar', shift: number) =>
  Uint8Array.from(
    await page.evaluate(
      async ([kind, by]) => {
        const canvas = new OffscreenCanvas(40, 40);
        const context = canvas.getContext('2d')!;
        context.fillRect(0, 0, 40, 40);
        context.fillStyle = '#fff';
        if (kind === 'disc') context.arc(20 + by, 20 - by, 10, 0, 7);
        else context.rect(16 + by, 6, 8, 28);
        context.fill();
        return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
      },
      [shape, shift] as const,
    ),
  );

const trains = async (page: Page) => {
  const before = await steps(page);
  await button(page, 'Train').click();
  await expect.poll(() => steps(page)).toBeGreaterThan(before + 3);
};

for (const [what, files, message] of [
  [
    'a text file',
    [{ name: 'notes.txt', type: 'text/plain', bytes: new TextEncoder().encode('Hello there') }],
    /notes\.txt: Expected IDX files.*Found a file that begins with 48 65 6c 6c \(“Hell”\)/,
  ],
  ['images without labels', [pair[0]!], /every file of images needs one of as many labels/],
  ['a .gz that breaks off', [{ ...pair[0]!, bytes: pair[0]!.bytes.subarray(0, 900) }], /damaged/],
  [
    'a .zip with nothing in it',
    [{ name: 'a.zip', bytes: zipSync({}) }],
    /Expected IDX files|Found/,
  ],
  [
    'a .zip with a damaged .gz in it',
    [{ name: 'a.zip', bytes: zipSync({ 'x.gz': pair[0]!.bytes.subarray(0, 900) }) }],
    /x\.gz: Expected IDX files.*damaged/,
  ],
] as const) {
  test(`${what}, dropped on the page: a message, and training goes on`, async ({ open }) => {
    const page = await open('#epochs=1000');
    await trains(page);
    const before = await course(page);
    await drop(page, [...files]);
    await expect(page.getByRole('alert')).toContainText(message);
    await expect.poll(() => steps(page)).toBeGreaterThan(before.step + 3);
    const after = await course(page);
    expect(after.run).toBe('running');
    expect(after.losses.slice(0, before.losses.length)).toEqual(before.losses);
    await expect(page.getByLabel('Dataset')).toHaveValue('digits');
    await button(page, 'Dismiss').click();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
}

test('an IDX pair becomes a dataset with its own validation part, and trains', async ({ open }) => {
  const page = await open();
  await drop(page, pair);
  await expect(page.getByText('800 training and 200 validation pictures')).toBeVisible();
  await expect(page.getByLabel('Dataset')).toHaveValue('own');
  await trains(page);
  await button(page, 'Pause').click();
  await page.getByLabel('Dataset').selectOption('digits');
  await expect(page.getByText('4,000 training')).toBeVisible();
});

test('a .zip of images by class becomes a dataset; the network gets as many outputs', async ({
  open,
}) => {
  const page = await open('#batch=8');
  const entries: Record<string, Uint8Array> = {};
  for (let i = 0; i < 20; i++) {
    entries[`shapes/bar/${i}.png`] = await png(page, 'bar', (i % 9) - 4);
    entries[`shapes/disc/${i}.png`] = await png(page, 'disc', (i % 9) - 4);
  }
  await drop(page, [{ name: 'shapes.zip', type: 'application/zip', bytes: zipSync(entries) }]);
  await expect(page.getByText('32 training and 8 validation pictures')).toBeVisible();
  await expect(page.locator('conv-prediction')).toContainText('disc');
  await button(page, 'Train').click();
  await expect.poll(async () => (await course(page)).run).toBe('finished');
  expect((await course(page)).epochs.at(-1)?.val_accuracy).toBeGreaterThan(0.9);
});

/** A folder on disk with two folders of pictures, and a file that is no picture. */
async function folderOfShapes(page: Page, folder: string) {
  for (const shape of ['bar', 'disc'] as const) {
    mkdirSync(join(folder, shape), { recursive: true });
    for (let i = 0; i < 10; i++)
      writeFileSync(join(folder, shape, `${i}.png`), await png(page, shape, i - 4));
  }
  writeFileSync(join(folder, 'notes.txt'), 'Hello there');
  return folder;
}

/** Drops what is on disk, by the browser's own way, which alone knows folders. */
async function dropFromDisk(page: Page, paths: string[]) {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await browser.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
}

test('a folder by class is dropped; one with nothing in it is refused', async ({
  open,
}, testInfo) => {
  const page = await open('#batch=8');
  const empty = testInfo.outputPath('empty');
  mkdirSync(empty, { recursive: true });
  await dropFromDisk(page, [empty]);
  await expect(page.getByRole('alert')).toContainText('Found a folder with nothing in it');
  await dropFromDisk(page, [await folderOfShapes(page, testInfo.outputPath('shapes'))]);
  await expect(page.getByText('16 training and 4 validation pictures')).toBeVisible();
  await expect(page.locator('conv-prediction')).toContainText('disc');
  await trains(page);
});

test('so few pictures that none is left for validation are refused', async ({ open }) => {
  const page = await open();
  const entries: Record<string, Uint8Array> = {};
  for (let i = 0; i < 2; i++) {
    entries[`bar/${i}.png`] = await png(page, 'bar', i);
    entries[`disc/${i}.png`] = await png(page, 'disc', i);
  }
  await drop(page, [{ name: 'few.zip', bytes: zipSync(entries) }]);
  await expect(page.getByRole('alert')).toContainText(
    'Found 4 pictures, of no class three or more',
  );
  await expect(page.getByText('4,000 training and 1,000 validation')).toBeVisible();
});

test('a folder by class is chosen in the dialog', async ({ open }, testInfo) => {
  const page = await open('#batch=8');
  const folder = await folderOfShapes(page, testInfo.outputPath('shapes'));
  await button(page, 'Own data …').click();
  const chooser = page.waitForEvent('filechooser');
  await button(page, 'Choose a folder …').click();
  await (await chooser).setFiles(folder);
  await expect(page.getByText('16 training and 4 validation pictures')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a wrong file while the dataset still arrives does not disturb it', async ({ page }) => {
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route(/train-[1-9]-images/, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto('./');
  await expect(page.getByText('500 of 4,000 training and 1,000 validation')).toBeVisible();
  await drop(page, [{ name: 'notes.txt', bytes: new TextEncoder().encode('Hello there') }]);
  await expect(page.getByRole('alert')).toContainText('notes.txt');
  await expect(page.getByText('500 of 4,000 training and 1,000 validation')).toBeVisible();
  release();
  await expect(page.getByText('4,000 training and 1,000 validation')).toBeVisible();
});

test('a picture is pasted', async ({ open }) => {
  const page = await open();
  const bytes = await png(page, 'bar', 0);
  await page.evaluate(
    (list) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(
        new File([Uint8Array.from(list)], 'image.png', { type: 'image/png' }),
      );
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    },
    [...bytes],
  );
  await expect(page.getByText('Your own picture, as the network sees it')).toBeVisible();
  await expect(page.getByText('It says')).toBeVisible();
});

test('files are chosen in the dialog as well', async ({ open }) => {
  const page = await open();
  await button(page, 'Own data …').click();
  await expect(page.getByRole('dialog', { name: 'Your own pictures' })).toBeVisible();
  await page.locator('input#files').setInputFiles(
    pair.map(({ name, bytes }) => ({
      name,
      mimeType: 'application/gzip',
      buffer: Buffer.from(bytes),
    })),
  );
  await expect(page.getByText('800 training and 200 validation pictures')).toBeVisible();
});

test('a single image goes through the network', async ({ open }) => {
  const page = await open();
  await drop(page, [{ name: 'one.png', type: 'image/png', bytes: await png(page, 'bar', 0) }]);
  await expect(page.getByText('Your own picture, as the network sees it')).toBeVisible();
  await expect(page.getByText('It says')).toBeVisible();
  await drop(page, [{ name: 'broken.png', type: 'image/png', bytes: new Uint8Array(50) }]);
  await expect(page.getByRole('alert')).toContainText('broken.png: Expected an image');
});
