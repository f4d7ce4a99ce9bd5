// Headless Chromium: a page of the benchmark's own, whose worker measures.
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { root } from '../../../scripts/lib/run.mjs';
import { isolation, serve } from '../../../scripts/serve.mjs';
import { folder, installed } from '../install.mjs';
import { median } from '../measure.mjs';

const outDir = join(root, 'build', 'bench-page');

/** Finds the other libraries where they are installed; one that is not says so when it is loaded. */
const others = {
  name: 'convolab-bench-others',
  enforce: 'pre',
  resolveId(id) {
    const [name] = /^(@tensorflow\/[\w-]+|onnxruntime-web|convnetjs)/.exec(id) ?? [];
    if (!name) return undefined;
    if (!installed(name)) return `\0missing ${name}`;
    return this.resolve(join(folder, 'node_modules', id), undefined, { skipSelf: true });
  },
  load: (id) =>
    id.startsWith('\0missing ')
      ? `throw new Error('${id.slice('\0missing '.length)} is not installed'); export default 0;`
      : undefined,
};

const buildBenchPage = () =>
  build({
    configFile: false,
    root: join(import.meta.dirname, '..', 'page'),
    base: './',
    publicDir: false,
    logLevel: 'error',
    resolve: {
      alias: {
        '@wasm-threads': join(root, 'build', 'wasm-threads'),
        '@wasm': join(root, 'build', 'wasm'),
      },
    },
    plugins: [others],
    worker: { format: 'es', plugins: () => [others] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 100_000,
    },
  });

/** ms in which a browser is done with what it does itself for a new window. */
export const settled = 1500;

/** `who` are measured there; `flags` are Chromium's. */
export async function openBrowser(who, flags) {
  await buildBenchPage();
  const address = await serve(outDir, 4373, () => ({ ...isolation, 'Cache-Control': 'no-cache' }));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update', ...flags],
    ],
  });
  const open = async () => {
    const context = await browser.newContext(); // with a cache of its own, empty
    const page = await context.newPage();
    await page.goto(address);
    await page.waitForFunction(() => globalThis.document.title === 'ready');
    return page;
  };
  const close = (page) => page.context().close();

  /** A worker for each case: what one case leaves in memory slows none of the others. */
  async function measureCase({ suite, net, batch }, pace) {
    const page = await open();
    const asked = { suite, net: net.net, batch };
    const { results, error } = await page.evaluate((message) => globalThis.measureCase(message), {
      asked,
      who,
      pace,
    });
    await close(page);
    return results ?? who.map((each) => ({ who: each, reason: error }));
  }

  /** The first answer from nothing, each time in a browser that has seen none of it. */
  async function measureStarts({ rounds }) {
    const times = new Map(who.map((each) => [each, []]));
    const reasons = new Map();
    for (let round = -1; round < rounds; round++) {
      for (const each of who) {
        const page = await open();
        await page.waitForTimeout(settled);
        const { ms, error } = await page.evaluate((name) => globalThis.measureStart(name), each);
        await close(page);
        if (error) reasons.set(each, error);
        else if (round >= 0) times.get(each).push(ms);
      }
    }
    return who.map((each) =>
      reasons.has(each)
        ? { who: each, reason: reasons.get(each) }
        : { who: each, median: median(times.get(each)), rates: times.get(each) },
    );
  }

  return {
    versions: { chromium: browser.version() },
    measure: (asked, pace) =>
      asked.suite === 'start' ? measureStarts(pace) : measureCase(asked, pace),
    close: () => browser.close(),
  };
}

export const openChromium = () =>
  openBrowser(['convolab', 'convolab ×2', 'tfjs-wasm', 'ort-web', 'convnetjs'], ['--disable-gpu']);
