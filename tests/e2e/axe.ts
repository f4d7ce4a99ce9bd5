// What axe finds in a page that is open.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from '@playwright/test';
import type AxeCore from 'axe-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function violations(page: Page | Frame) {
  await page.evaluate(axe); // by the debugger's way in, which no policy of the page concerns
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof AxeCore }).axe;
    const found = await run(document);
    return found.violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ target, failureSummary }) => `${String(target)}: ${failureSummary}`),
    }));
  });
}
