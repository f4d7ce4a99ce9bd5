// What the benchmark needs before it begins. What Convolab is measured against has a package.json of
// its own, so that the page and the tests need none of it, and is installed into build/, where no
// tool looks for sources.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildArgs, configure } from '../../scripts/build.mjs';
import { fail, root } from '../../scripts/lib/run.mjs';

export const folder = join(root, 'build', 'peers');

/** Runs a command, what it says going to stderr: the tables have the output for themselves. */
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });

/** Builds targets of a CMake preset. */
export function build(preset, targets) {
  const must = (command, args) => {
    if (run(command, args).status !== 0) fail(`${command} ${args.join(' ')} failed`);
  };
  configure(preset, must);
  must('cmake', buildArgs(preset, targets));
}

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
  const { status } = run('npm', ['ci', '--ignore-scripts', '--prefix', folder]);
  if (status !== 0) console.error('npm ci failed: what is missing has no figures');
}

export const installed = (name) => existsSync(join(folder, 'node_modules', name));

/** Their versions by name. */
export const versions = () =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).devDependencies;
