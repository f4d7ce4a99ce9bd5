// npm test: sets up, builds and runs everything, two parts at a time, and sums up at the end.
//
//   npm test -- --only native,e2e     just these parts, and what they need
//
// A part is a suite (many tests; one that ran none has failed) or a check (counts as one test).
// Each writes build/logs/<part>.log, which is printed when the part fails.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  buildArgs,
  configure,
  pageIsCurrent,
  pageTargets,
  stampPage,
  wasmPresets,
} from './build.mjs';
import { cppFiles, prettierArgs } from './format.mjs';
import { bin, fail, filesUnder, logged, optionsOf, root } from './lib/run.mjs';
import { engineSizes, pageSizes } from './lib/sizes.mjs';
import { setup } from './setup.mjs';

// Bytes of JS + CSS + wasm, gzip, that a page loads by the time it can be used.
const pageLimits = [
  [/^index\.html$/, 300_000],
  [/^index\.html#device=gpu$/, 330_000],
  [/^index\.html, inspector$/, 950_000], // with both builds of the engine, of which one is loaded
  [/^lessons\.html$/, 20_000],
  [/^lesson-/, 280_000],
  [/^embed\.html/, 270_000],
  [/convolab\.ts$/, 2_000],
];
const engineLimit = 100_000; // in brotli, of the WebAssembly that is there before training begins
const logs = join(root, 'build', 'logs');
const reports = join(root, 'build', 'reports');
const json = (name) => JSON.parse(readFileSync(join(reports, `${name}.json`), 'utf8'));

/** Builds targets of a preset. */
async function build(run, preset, targets) {
  const configured = await configure(preset, run);
  return configured.ok && (await run('cmake', buildArgs(preset, targets))).ok;
}

/** Builds and runs the GoogleTest suite of a preset. */
async function googleTest(run, preset, command) {
  const targets = preset === 'native' ? ['all'] : ['convolab_tests'];
  if (!(await build(run, preset, targets))) return { ok: false };
  const { ok, text } = await run(command[0], command.slice(1), {
    env: { GTEST_COLOR: 'no', UBSAN_OPTIONS: 'print_stacktrace=1' },
  });
  const count = (pattern) => text.match(pattern)?.length ?? 0;
  return {
    ok,
    passed: count(/^\[ {7}OK \] .* ms\)$/gm),
    failed: count(/^\[ {2}FAILED {2}\] .* ms\)$/gm),
    skipped: count(/^\[ {2}SKIPPED \] .* ms\)$/gm),
  };
}

async function checkSize(run, note) {
  const pages = pageSizes(join(root, 'dist'), pageLimits);
  for (const { page, files, bytes, limit } of pages) {
    for (const [file, size] of files) note(`${String(size).padStart(9)}  ${file}`);
    note(`${String(bytes).padStart(9)}  ${page}, gzip; the limit is ${limit}\n`);
  }
  for (const { page, bytes, limit } of pages)
    note(`${String(bytes).padStart(9)} of ${String(limit).padStart(7)}  ${page}`);
  const engines = engineSizes(join(root, 'dist'));
  for (const [file, size] of engines)
    note(`${String(size).padStart(9)} of ${String(engineLimit).padStart(7)}  ${file}, brotli`);
  const playground = pages.find(({ page }) => page === 'index.html');
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const largest = Math.max(...engines.map(([, size]) => size));
  return {
    ok:
      Boolean(playground) &&
      pages.every(({ bytes, limit }) => bytes > 0 && bytes <= limit) &&
      engines.length === 2 &&
      largest <= engineLimit,
    remark: `playground ${kB(playground?.bytes ?? 0)} gzip, engine ${kB(largest)} brotli`,
  };
}

async function checkRules(run, note) {
  const broken = [];
  for (const file of filesUnder(['engine'])) {
    if (file.startsWith(join('engine', 'inspector'))) continue;
    if (readFileSync(join(root, file), 'utf8').includes('emscripten')) {
      broken.push(
        `${file}: the engine is deaf to the browser; no emscripten outside the inspector`,
      );
    }
  }
  if (readFileSync(join(root, 'package-lock.json'), 'utf8').includes('"resolved"')) {
    broken.push('package-lock.json: names download addresses; see omit-lockfile-registry-resolved');
  }
  broken.forEach(note);
  return { ok: broken.length === 0 };
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// In the order of starting. `alone` parts wait for all others: they are sensitive to load.
const parts = {
  page: {
    title: 'WebAssembly module and page build',
    async run(run) {
      for (const preset of wasmPresets)
        if (!(await build(run, preset, pageTargets(preset)))) return { ok: false };
      if (pageIsCurrent()) return { ok: true };
      const { ok } = await run(bin('vite'), ['build']);
      if (ok) stampPage();
      return { ok };
    },
  },
  native: {
    title: 'GoogleTest, g++',
    suite: true,
    run: (run) => googleTest(run, 'native', [join(root, 'build/native/convolab_tests')]),
  },
  asan: {
    title: 'GoogleTest, clang with ASan and UBSan',
    suite: true,
    run: (run) => googleTest(run, 'clang-asan', [join(root, 'build/clang-asan/convolab_tests')]),
  },
  wasm: {
    title: 'GoogleTest, WebAssembly in node',
    suite: true,
    needs: ['page'],
    run: (run) => googleTest(run, 'wasm', ['node', 'build/wasm/convolab_tests.cjs']),
  },
  webgpu: {
    title: 'WebGPU in node and Chromium, over SwiftShader',
    suite: true,
    needs: ['page'],
    async run(run) {
      if (!(await build(run, 'wasm', ['convolab_gpu_proofs']))) return { ok: false };
      const files = filesUnder([join('tests', 'gpu')], ['.test.mjs']);
      const { ok, text } = await run('node', ['--test', '--test-reporter=tap', ...files]);
      const count = (what) => Number(text.match(new RegExp(`^# ${what} (\\d+)$`, 'm'))?.[1] ?? 0);
      return {
        ok,
        passed: count('pass'),
        failed: count('fail') + count('cancelled'),
        skipped: count('skipped') + count('todo'),
      };
    },
  },
  rules: { title: 'House rules', run: checkRules },
  format: {
    title: 'clang-format and prettier',
    async run(run) {
      const cpp = cppFiles();
      const ours =
        cpp.length === 0 || (await run('clang-format', ['--dry-run', '--Werror', ...cpp])).ok;
      const rest = await run(bin('prettier'), ['--check', ...prettierArgs]);
      return { ok: ours && rest.ok };
    },
  },
  types: {
    title: 'Type check',
    async run(run) {
      const page = await run(bin('tsc'), ['-p', 'tsconfig.json']);
      const tests = await run(bin('tsc'), ['-p', 'tests/tsconfig.json']);
      return { ok: page.ok && tests.ok };
    },
  },
  lint: { title: 'ESLint', run: (run) => run(bin('eslint'), ['--max-warnings=0', '.']) },
  size: { title: 'Size of the pages', needs: ['page'], run: checkSize },
  unit: {
    title: 'Vitest',
    suite: true,
    needs: ['page'],
    async run(run) {
      const { ok } = await run(bin('vitest'), [
        ...['run', '--reporter=default', '--reporter=json'],
        `--outputFile.json=${join(reports, 'unit.json')}`,
      ]);
      const report = json('unit');
      return {
        ok,
        passed: report.numPassedTests,
        failed: report.numFailedTests,
        skipped: report.numPendingTests + report.numTodoTests,
      };
    },
  },
  e2e: {
    title: 'Playwright, Chromium, the built page',
    suite: true,
    alone: true,
    needs: ['page'],
    async run(run) {
      const env = { CONVOLAB_PORT: String(await freePort()) };
      const { ok } = await run(bin('playwright'), ['test'], { env });
      const report = json('e2e');
      const { expected, unexpected, flaky, skipped } = report.stats;
      const specs = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)];
      const again = specs(report).filter(({ tests }) => tests.some((t) => t.status === 'flaky'));
      return {
        ok,
        passed: expected + flaky,
        failed: unexpected,
        skipped,
        remark: again
          .map(({ file, line }) => `${file}:${line} PASSED AT THE SECOND TRY`)
          .join(', '),
      };
    },
  },
};

/** The parts asked for and those they need, in the order of starting. */
function choose(only) {
  const unknown = only.filter((name) => !parts[name]);
  if (unknown.length > 0) {
    fail(`No part is called ${unknown.join(', ')}. The parts: ${Object.keys(parts).join(' ')}`);
  }
  const wanted = new Set(only.flatMap((name) => [name, ...(parts[name].needs ?? [])]));
  return Object.keys(parts).filter((name) => wanted.has(name));
}

async function runPart(name, needed) {
  const part = parts[name];
  const log = join(logs, `${name}.log`);
  const text = [];
  const run = async (...args) => {
    const result = await logged(log, ...args);
    text.push(result.text);
    return result;
  };
  const began = performance.now();
  let outcome;
  try {
    const lacking = needed.filter((result) => !result.ok).map((result) => result.name);
    if (lacking.length > 0) throw new Error(`not run, because ${lacking.join(', ')} failed`);
    outcome = await part.run(run, (line) => text.push(`${line}\n`));
  } catch (error) {
    text.push(`${error.message}\n`);
    outcome = { ok: false };
  }
  let { ok, passed = 0, failed = 0, skipped = 0, remark = '' } = outcome;
  if (part.suite) {
    if (ok && passed + failed === 0) {
      text.push('No test was run.\n');
      ok = false;
    }
    if (failed > 0) ok = false;
    if (!ok && failed === 0) failed = 1; // it did not build, or broke off
  } else {
    [passed, failed] = ok ? [1, 0] : [0, 1];
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)`);
  return { name, ok, passed, failed, skipped, remark, seconds, text: text.join('') };
}

/** Runs the parts with two at a time, those that want to be alone at the end. */
async function runAll(names) {
  const results = new Map(); // name -> promise of its result
  const lane = async (queue) => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      let finish;
      results.set(name, new Promise((done) => (finish = done)));
      const needed = await Promise.all((parts[name].needs ?? []).map((need) => results.get(need)));
      finish(await runPart(name, needed));
      await results.get(name);
    }
  };
  const together = names.filter((name) => !parts[name].alone);
  await Promise.all([lane(together), lane(together)]);
  await lane(names.filter((name) => parts[name].alone));
  return Promise.all(names.map((name) => results.get(name)));
}

/** What a log says of the failure: what looks like errors first, then its end, without what passed. */
function excerpt(text) {
  const lines = text
    .trimEnd()
    .split('\n')
    .filter((line) => !/^\s+✓|^\[ +(RUN|OK) +\]/.test(line))
    .map((line) => (line.length > 500 ? `${line.slice(0, 500)} …` : line));
  const errors = lines.filter((line) => /error|\[ {2}FAILED|Failure|✘/i.test(line)).slice(0, 60);
  if (lines.length <= 300) return [...errors, '…', ...lines].join('\n');
  return [...errors, `… (${lines.length} lines)`, ...lines.slice(-150)].join('\n');
}

function sumUp(results, seconds) {
  for (const { name, ok, text } of results) {
    if (!ok) console.log(`\n──── ${name} (build/logs/${name}.log) ────\n${excerpt(text)}`);
  }
  console.log(`\n${'part'.padEnd(8)}${'seconds'.padStart(9)}  result  tests`);
  for (const { name, ok, passed, failed, skipped, remark, seconds: took } of results) {
    const tests = [
      ...(parts[name].suite ? [`${passed} passed, ${failed} failed`] : []),
      ...(skipped > 0 ? [`${skipped} SKIPPED`] : []),
      ...(remark ? [remark] : []),
    ].join(', ');
    console.log(
      `${name.padEnd(8)}${took.toFixed(1).padStart(9)}  ${ok ? 'ok    ' : 'FAILED'}  ` +
        [parts[name].title, tests].filter(Boolean).join(': '),
    );
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${'all'.padEnd(8)}${seconds.toFixed(1).padStart(9)}\n`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
}

const { only } = optionsOf(
  { only: { type: 'string' } },
  `npm test [-- --only part,part]   The parts: ${Object.keys(parts).join(' ')}`,
);
const names = choose(only?.split(',') ?? Object.keys(parts));
await setup('page', 'native', 'tests', 'webgpu');
for (const folder of [logs, reports]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const began = performance.now();
const results = await runAll(names);
sumUp(results, (performance.now() - began) / 1000);
process.exitCode = results.every((result) => result.ok) ? 0 : 1;
