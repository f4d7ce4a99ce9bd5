// Builds what is out of date.
//
//   node scripts/build.mjs          the WebAssembly engine and the page, into dist/
//   node scripts/build.mjs native   the command line and the inspector, into build/native/
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bin, cores, filesUnder, must, root, which } from './lib/run.mjs';
import { setup } from './setup.mjs';

/** Configures a CMake preset when that was not done yet, or not with this preset and compiler. */
export function configure(preset, run) {
  const folder = join(root, 'build', preset);
  const stamp = join(folder, 'configured');
  const compiler = which(
    preset.startsWith('wasm') ? 'emcc' : preset === 'native' ? 'g++' : 'clang++',
  );
  const presets = readFileSync(join(root, 'CMakePresets.json'), 'utf8');
  const now = `${compiler} ${createHash('sha256').update(presets).digest('hex')}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return { ok: true };
  rmSync(join(folder, 'CMakeCache.txt'), { force: true });
  const result = run('cmake', ['--preset', preset]);
  const keep = (outcome) => {
    if (outcome?.ok ?? true) writeFileSync(stamp, now);
    return outcome ?? { ok: true };
  };
  return result instanceof Promise ? result.then(keep) : keep(result);
}

export const buildArgs = (preset, targets) => [
  ...['--build', join('build', preset), '--parallel', String(cores), '--target', ...targets],
];

/** What the page is made of, as one hash. */
function pageInputs() {
  const hash = createHash('sha256');
  const files = [
    ...filesUnder(['web', 'shaders']),
    ...['vite.config.ts', 'tsconfig.json', 'package-lock.json'],
    ...['convolab_gpu', 'convolab_probe', 'convolab_inspector'].flatMap((name) =>
      ['js', 'wasm'].map((ending) => `build/wasm/${name}.${ending}`),
    ),
    ...['js', 'wasm', 'worker.js'].map(
      (ending) => `build/wasm-threads/convolab_probe_threads.${ending}`,
    ),
    ...['wasm/convolab', 'wasm-threads/convolab_threads'].flatMap((name) =>
      ['first.js', 'first.wasm', 'later.wasm', 'helper.js'].map(
        (ending) => `build/${name}.${ending}`,
      ),
    ),
  ];
  for (const file of files) {
    if (!existsSync(join(root, file))) continue;
    hash.update(`${file} ${statSync(join(root, file)).size}\n`);
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

const pageStamp = join(root, 'build', 'page.stamp');

export function pageIsCurrent() {
  return (
    existsSync(join(root, 'dist', 'index.html')) &&
    existsSync(pageStamp) &&
    readFileSync(pageStamp, 'utf8') === pageInputs()
  );
}

export function stampPage() {
  mkdirSync(dirname(pageStamp), { recursive: true });
  writeFileSync(pageStamp, pageInputs());
}

/** The presets of the page's modules: on one thread, and on several. */
export const wasmPresets = ['wasm', 'wasm-threads'];
/** What of a preset the page loads; with WebGPU there is a module without threads alone. */
export const pageTargets = (preset) => [
  ...['convolab_split', 'convolab_wasm_probe'],
  ...(preset === 'wasm' ? ['convolab_wasm_gpu', 'convolab_inspector_wasm'] : []),
];

export function buildWasm() {
  for (const preset of wasmPresets) {
    configure(preset, must);
    must('cmake', buildArgs(preset, pageTargets(preset)));
  }
}

export function buildPage() {
  buildWasm();
  if (pageIsCurrent()) return;
  must(bin('vite'), ['build', '--logLevel', 'warn']);
  stampPage();
}

if (process.argv[1] === import.meta.filename) {
  if (process.argv[2] === 'native') {
    await setup('native');
    configure('native', must);
    must('cmake', buildArgs('native', ['convolab_programs']));
  } else {
    await setup('page');
    buildPage();
  }
}
