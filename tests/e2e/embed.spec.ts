// Exhibits on somebody else's page: examples/course, on another origin, under a policy of its own.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { test as base, expect, type FrameLocator, type Page } from '@playwright/test';
import { violations } from './axe';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
};

/** The course's own server; its pages name the origin under which Convolab is in this test. */
function serveCourse(convolab: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    try {
      const text = readFileSync(join('examples/course', path.replace(/\.\./g, '')), 'utf8');
      response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'text/plain' });
      response.end(text.replaceAll('http://localhost:4173', convolab));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((done) => server.listen(0, 'localhost', () => done(server)));
}

const test = base.extend<{ course: Page }>({
  course: async ({ page, baseURL }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !/favicon/.test(message.location().url))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    const server = await serveCourse(new URL(baseURL ?? '').origin);
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    await use(page);
    server.close();
    expect(complaints).toEqual([]);
  },
});

const byFrame = (page: Page) => page.frameLocator('#by-frame');
const byElement = (page: Page) => page.frameLocator('convolab-exhibit iframe');
const cell = (frame: FrameLocator, id: string, at: number) =>
  frame.locator(`conv-grid#${id} [role=gridcell]`).nth(at);

test('a course page embeds one exhibit by frame and one by element', async ({ course }) => {
  await expect(cell(byFrame(course), 'output', 0)).toHaveText('2'); // same edges, as it asks
  await course.locator('#by-element').scrollIntoViewIfNeeded();
  await expect(byElement(course).locator('#formula')).toHaveText(/=\s+4\s*$/); // no border, stride 2
  await expect(course.getByText('The frame is ready.')).toBeVisible();
  await expect(course.getByText('The element is ready.')).toBeVisible();
  expect(await violations(course)).toEqual([]);
});

test('frames follow the height of their content', async ({ course }) => {
  for (const [selector, frame] of [
    ['#by-frame', byFrame(course)],
    ['convolab-exhibit iframe', byElement(course)],
  ] as const) {
    await course.locator(selector).scrollIntoViewIfNeeded();
    await expect(frame.locator('conv-linked #sum')).toBeVisible();
    const rest = () =>
      frame
        .locator('html')
        .evaluate((root) =>
          Math.abs(root.scrollHeight - root.ownerDocument.defaultView!.innerHeight),
        );
    await expect.poll(rest).toBeLessThanOrEqual(2);
  }
});

test('an element with the playground shrinks, too, and hides when its host says so', async ({
  course,
}) => {
  const element = course.locator('#by-element');
  const height = async () => (await element.boundingBox())?.height ?? 0;
  const rest = () =>
    byElement(course)
      .locator('html')
      .evaluate((root) =>
        Math.abs(root.scrollHeight - root.ownerDocument.defaultView!.innerHeight),
      );
  await element.scrollIntoViewIfNeeded();
  await expect(byElement(course).locator('#formula')).toBeVisible();
  await element.evaluate((it) => it.setAttribute('exhibit', 'playground'));
  await expect(byElement(course).locator('conv-kernels')).toBeVisible();
  await expect.poll(rest).toBe(0);
  // On a phone the toolbar is where the frame begins, not at its far end.
  await course.setViewportSize({ width: 360, height: 740 });
  await expect.poll(rest).toBe(0);
  const train = byElement(course).getByRole('button', { name: 'Train', exact: true });
  const down = async () =>
    ((await train.boundingBox())?.y ?? 0) - ((await element.boundingBox())?.y ?? 0);
  await expect.poll(down).toBeLessThan(400);
  await course.setViewportSize({ width: 1280, height: 720 });
  await expect.poll(rest).toBe(0);
  const whole = await height();
  await element.evaluate((it) => it.setAttribute('hide', 'unit,kernels,curves,confusion,layers'));
  await expect(byElement(course).locator('conv-kernels')).toHaveCount(0);
  await expect.poll(height).toBeLessThan(whole - 400);
  await expect.poll(rest).toBe(0);

  // From the playground to an exhibit, and nothing of it stays.
  await element.evaluate((it) => it.setAttribute('exhibit', 'edges'));
  await expect(byElement(course).locator('#complete')).toBeVisible();
  await expect(byElement(course).locator('main')).toHaveClass('lesson');
  await element.evaluate((it) => it.toggleAttribute('hidden', true));
  await expect(element).toBeHidden();
});

test('an answer in a frame reaches the course, and nothing enters its history', async ({
  course,
}) => {
  const before = await course.evaluate(() => history.length);
  const question = byFrame(course).locator('conv-question[name=full]');
  await question.getByLabel('Your guess').fill('7');
  await question.getByRole('button', { name: 'Reveal' }).click();
  await expect(course.getByText('“full”: guessed 7, and it is 7.')).toBeVisible();
  await byFrame(course).getByRole('button', { name: 'Step' }).click();
  await course.locator('#by-element').scrollIntoViewIfNeeded();
  const other = byElement(course).locator('conv-question[name=count]');
  await other.getByLabel('Your guess').fill('4');
  await other.getByRole('button', { name: 'Reveal' }).click();
  await expect(course.getByText('“count”: guessed 4, and it is 5.')).toBeVisible();
  await byElement(course).locator('input#stride').fill('3');
  expect(await course.evaluate(() => history.length)).toBe(before);
});

test('a changed attribute changes the exhibit; its events say what happens', async ({ course }) => {
  await course.locator('#by-element').scrollIntoViewIfNeeded();
  await expect(byElement(course).locator('#formula')).toHaveText(/=\s+4\s*$/);
  const before = await course.evaluate(() => history.length);
  await course.evaluate(() => {
    const element = document.querySelector('convolab-exhibit')!;
    element.addEventListener('convolab-step', (event) =>
      document.body.append(`said ${(event as CustomEvent<{ step: number }>).detail.step}`),
    );
    element.setAttribute('stride', '3');
  });
  await expect(byElement(course).locator('#formula')).toHaveText(/=\s+3\s*$/);
  await cell(byElement(course), 'output', 1).click();
  await expect(course.getByText('said 2')).toBeVisible();
  expect(await course.evaluate(() => history.length)).toBe(before);
});

test('a frame keeps its state in its own address, and nothing else anywhere', async ({
  page,
  baseURL,
}) => {
  await page.goto('embed.html#exhibit=stride&theme=dark');
  await page.locator('input#stride').fill('3');
  await expect(page).toHaveURL(/#exhibit=stride&theme=dark&stride=3$/);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('input#stride')).toHaveValue('3');
  await expect(page.locator('#formula')).toBeVisible();
  const { cookies, origins } = await page.context().storageState({ indexedDB: true });
  expect({
    cookies,
    kept: origins.filter(({ origin }) => origin === new URL(baseURL ?? '').origin),
  }).toEqual({ cookies: [], kept: [] });
});

test('an exhibit that does not exist is said, with those that do', async ({ page }) => {
  await page.goto('embed.html#exhibit=perpetuum-mobile');
  await expect(page.getByRole('alert')).toHaveText(
    /no exhibit “perpetuum-mobile”.*dense-against-conv, edges, playground, sliding-window, stride/,
  );
});

test('other sites may frame embed.html and load convolab.js, and nothing else', async ({
  request,
}) => {
  const headers = async (path: string) => (await request.get(path)).headers();
  const policy = async (path: string) => (await headers(path))['content-security-policy'];
  expect(await policy('embed.html')).toContain('frame-ancestors *');
  for (const path of ['index.html', 'lessons.html', './'])
    expect(await policy(path)).toContain("frame-ancestors 'self'");
  const resource = async (path: string) => (await headers(path))['cross-origin-resource-policy'];
  expect(await resource('convolab.js')).toBe('cross-origin');
  expect(await resource('index.html')).toBe('same-origin');
});
