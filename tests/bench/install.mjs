// What Convolab is measured against: its own package.json, so that the page and the tests need none
// of it. Installed into build/, where no tool looks for sources.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';

export const folder = join(root, 'build', 'peers');

const files = ['package.json', 'package-lock.json', '.npmrc'];
const text = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

export function install() {
  const here = (name) => join(import.meta.dirname, name);
  const current =
    existsSync(join(folder, 'node_modules', '.package-lock.json')) &&
    files.every((name) => text(here(name)) === text(join(folder, name)));
  if (current) return;
  console.error('Installing what Convolab is measured against');
  mkdirSync(folder, { recursive: true });
  for (const name of files) copyFileSync(here(name), join(folder, name));
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', folder], {
    stdio: ['ignore', 2, 2], // the tables have the output for themselves
  });
  if (status !== 0) console.error('npm ci failed: what is missing has no figures');
}

export const installed = (name) => existsSync(join(folder, 'node_modules', name));

/** Their versions by name. */
export const versions = () =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).devDependencies;
