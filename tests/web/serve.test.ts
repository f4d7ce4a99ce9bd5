import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { serve } from '../../scripts/serve.mjs';

const folder = mkdtempSync(join(tmpdir(), 'convolab-serve-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what a browser has kept is not sent again, until it changes', async () => {
  const file = join(folder, 'a.json');
  writeFileSync(file, '[1]');
  const address = await serve(folder, 0);
  const ask = (kept?: string | null) =>
    fetch(`${address}a.json`, kept ? { headers: { 'If-None-Match': kept } } : {});
  const first = await ask();
  expect([first.status, await first.text()]).toEqual([200, '[1]']);
  const again = await ask(first.headers.get('ETag'));
  expect([again.status, await again.text()]).toEqual([304, '']);
  writeFileSync(file, '[2]');
  utimesSync(file, 0, 0); // as long as before: only its time tells
  const changed = await ask(first.headers.get('ETag'));
  expect([changed.status, await changed.text()]).toEqual([200, '[2]']);
});
