// What every test shares: the opened page, which asks no other host for anything and breaks no rule
// of its policy, and ways to read what it shows.
import { test as base, expect, type Page } from '@playwright/test';
import type { App } from '../../web/src/app/app';

export { expect };

interface Fixtures {
  /** The page, whose complaints fail the test. */
  watched: Page;
  /** Opens any page of the build. */
  visit: (path: string) => Promise<Page>;
  /** Opens the page (with an address's hash) and waits until a network is there. */
  open: (hash?: string) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  watched: async ({ page, baseURL }, use) => {
    const complaints: string[] = [];
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      const local = protocol === 'blob:' || protocol === 'data:';
      if (!local && origin !== new URL(baseURL ?? '').origin)
        complaints.push(`asked another host: ${request.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    await use(page);
    expect(complaints).toEqual([]);
  },
  visit: ({ watched: page }, use) =>
    use(async (path) => {
      await page.goto(`./${path}`);
      return page;
    }),
  open: ({ visit }, use) =>
    use(async (hash = '') => {
      const page = await visit(hash);
      await expect(page.getByRole('button', { name: 'Train' })).toBeEnabled();
      await expect(page.getByText('It says')).toBeVisible();
      return page;
    }),
});

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** The losses of every training batch, and the results of every epoch, in full precision. */
export const course = (page: Page) =>
  page.evaluate(() => {
    const { history, progress, run } = (document.querySelector('conv-app') as App).lab.course;
    return { losses: history.losses, epochs: history.epochs, step: progress.step, run };
  });

export const steps = async (page: Page) =>
  Number((await page.locator('#step').innerText()).replace(',', ''));

/** All pixels of a canvas, as a text to compare. */
export const pixels = (page: Page, selector: string) =>
  page.locator(selector).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

export const settled = async (page: Page, step: number) => {
  await expect(page.locator('#step')).toHaveText(String(step));
  await expect
    .poll(() =>
      page.evaluate(() => (document.querySelector('conv-app') as Partial<App>).lab?.snapshot?.step),
    )
    .toBe(step);
  // Drawing follows in the next frame.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
};

export interface Dropped {
  name: string;
  type?: string;
  bytes: Uint8Array;
}

/** Drops files on the page, as a mouse would. */
export async function drop(page: Page, files: Dropped[]) {
  const packed = files.map(({ name, type = '', bytes }) => ({
    name,
    type,
    text: Buffer.from(bytes).toString('base64'),
  }));
  await page.evaluate((list) => {
    const dataTransfer = new DataTransfer();
    for (const { name, type, text } of list) {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], name, { type }));
    }
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }),
    );
  }, packed);
}
