// Small things every script needs: where the tree is, how to run a command, how to fail.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, createWriteStream, readdirSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const cores = availableParallelism();

/** Where an npm package's command lies. */
export const bin = (name) => join(root, 'node_modules', '.bin', name);

export function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

/** A script's options, each with a text; --help prints `usage`, and so does a wrong option. */
export function optionsOf(options, usage) {
  let values;
  try {
    ({ values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } }));
  } catch (error) {
    fail(`${error.message}\n${usage}`);
  }
  if (!values.help) return values;
  console.log(usage);
  process.exit(0);
}

/** The file that `name` starts, links resolved, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = resolve(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return realpathSync(file);
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** Runs a command on the terminal; a failure ends the script. */
export function must(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (error) fail(`${command}: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(' ')} failed (${status})`);
}

// What logged() started, each the leader of a process group, so that it ends with all it started.
const running = new Set();
function stop(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
function stopAll() {
  running.forEach(stop);
  process.exit(130);
}

/** Runs a command into a log file. Resolves to {ok, text}; what hangs is stopped after `minutes`. */
export function logged(log, command, args, { env = {}, minutes = 40 } = {}) {
  return new Promise((done) => {
    const file = createWriteStream(log, { flags: 'a' });
    const child = spawn(command, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    if (running.size === 0) process.once('SIGINT', stopAll).once('SIGTERM', stopAll);
    running.add(child);
    const chunks = [];
    const keep = (chunk) => {
      chunks.push(chunk);
      file.write(chunk);
    };
    const timer = setTimeout(() => {
      keep(`\n${command}: no end after ${minutes} minutes, stopped\n`);
      stop(child);
    }, minutes * 60_000);
    const finish = (ok) => {
      clearTimeout(timer);
      running.delete(child);
      if (running.size === 0) process.off('SIGINT', stopAll).off('SIGTERM', stopAll);
      file.end(() => done({ ok, text: chunks.join('') }));
    };
    keep(`$ ${command} ${args.join(' ')}\n`);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => {
      keep(`${command}: ${error.message}\n`);
      finish(false);
    });
    child.once('close', (status) => finish(status === 0));
  });
}

/** Every file under the folders of the tree whose name ends as asked, sorted. */
export function filesUnder(folders, endings = ['']) {
  const found = [];
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) found.push(...filesUnder([path], endings));
      else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
    }
  }
  return found.sort();
}
