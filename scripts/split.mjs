// Splits a module of the page in two: what visitors wait for, and what is fetched behind it.
//
//   node scripts/split.mjs build/wasm/convolab      with wasm-split and wasm-dis beside each other
//
// reads convolab.js and convolab.wasm (with its functions' names) and writes convolab.first.wasm and
// convolab.later.wasm. The first has what visit.mjs calls, and what is too small to be worth a way
// across: later functions are imports there, and placeholders in its table, until the later file
// has put its own in their places (web/src/engine/later.mjs).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail, root } from './lib/run.mjs';
import { visit } from './lib/visit.mjs';

// A function of fewer instructions stays where it is. More of them make the first file larger and both
// together smaller, because a way across takes bytes on either side; `npm test` has a limit for each.
const worthAWay = 150;

const [stem, tools] = process.argv.slice(2).map((path) => resolve(path));
const whole = `${stem}.wasm`;
// No reference types: newer versions would put what comes later into a table of its own.
const features = ['-all', '--disable-reference-types', '--disable-gc'];

function run(tool, args) {
  const { status, error, stdout, stderr } = spawnSync(join(tools, tool), [...features, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (error || status !== 0) fail(`${tool} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** What the visit calls: wasm-split's profile, a hash and then a number for each function. */
async function profileOf(instrumented) {
  globalThis.self ??= { location: { href: 'file:///' } }; // the module was built for a worker
  globalThis.WorkerGlobalScope ??= Object;
  const { default: create } = await import(pathToFileURL(`${stem}.js`).href);
  globalThis.Worker ??= class {
    postMessage() {} // a thread that never begins
  };
  let exports;
  let memory;
  const engine = await create({
    instantiateWasm(imports, receive) {
      const module = new WebAssembly.Module(readFileSync(instrumented));
      const instance = new WebAssembly.Instance(module, imports);
      ({ exports } = instance);
      const all = [...Object.values(imports).flatMap(Object.values), ...Object.values(exports)];
      memory = all.find((each) => each instanceof WebAssembly.Memory);
      receive(instance, module);
      return exports;
    },
  });
  visit(engine);
  const most = memory.buffer.byteLength;
  const size = exports.__write_profile(0, 0);
  exports.__write_profile(most - size, size); // over whatever is there: nobody needs it any more
  return Buffer.from(new Uint8Array(memory.buffer).slice(most - size));
}

/** The functions of a module in their order: name, instructions, which it calls. */
function functionsOf(text) {
  const functions = [];
  for (const line of text.split('\n')) {
    const begins = /^ \(func \$(\S+)(.*)/.exec(line);
    if (begins) {
      const [, name, signature] = begins;
      functions.push({ name, vectors: signature.includes('v128'), size: 0, calls: new Set() });
    } else if (line.startsWith('  ')) {
      const last = functions.at(-1);
      last.size++;
      const call = /\(call \$([^\s()]+)/.exec(line);
      if (call) last.calls.add(call[1]);
    }
  }
  return functions;
}

/** Which functions come later: none that is called first, large ones, and what only those call. */
function laterOf(functions, called) {
  const callers = new Map(functions.map(({ name }) => [name, []]));
  functions.forEach(({ name, calls }, i) => {
    for (const other of calls) if (other !== name) callers.get(other)?.push(i);
  });
  const first = functions.map((_, i) => called(i));
  const index = new Map(functions.map(({ name }, i) => [name, i]));
  /** With these of the first functions comes whatever of the others they may call. */
  const keep = (these, others) => {
    const from = functions.flatMap(({ name }, i) => (called(i) && these(name) ? [i] : []));
    for (const i of from)
      for (const name of functions[i].calls) {
        const j = index.get(name);
        if (j === undefined || from.includes(j) || !others(name)) continue;
        first[j] = true;
        from.push(j);
      }
  };
  // The inner loops of kernels call nothing from afar; and the visit waits for no other thread.
  const kernel = (name) => name.includes('convolab::simd::');
  keep(kernel, kernel);
  keep(
    (name) => name.startsWith('convolab::ThreadPool::'),
    () => true,
  );
  // JavaScript stands at the border until the later file is here, and it knows no vectors.
  const later = functions.map(({ size, vectors }, i) => !first[i] && !vectors && size >= worthAWay);
  for (let more = true; more;) {
    more = false;
    functions.forEach(({ name }, i) => {
      const from = callers.get(name);
      if (later[i] || first[i] || from.length === 0 || !from.every((j) => later[j])) return;
      later[i] = more = true;
    });
  }
  return later;
}

const folder = mkdtempSync(join(tmpdir(), 'convolab-split-'));
const at = (name) => join(folder, name);
run('wasm-split', ['--instrument', whole, '-o', at('instrumented.wasm')]);
const profile = await profileOf(at('instrumented.wasm'));
const functions = functionsOf(run('wasm-dis', [whole, '-o', '-']));
const place = (i) => 8 + 4 * i;
if (profile.length !== place(functions.length)) fail('the profile is not of this module');
const later = laterOf(functions, (i) => profile.readUInt32LE(place(i)) > 0);
later.forEach((isLater, i) => profile.writeUInt32LE(isLater ? 0 : 1, place(i)));
writeFileSync(at('profile'), profile);
// Short names for the two files, because every way across has one.
run('wasm-split', [
  ...[whole, `--profile=${at('profile')}`, '--export-prefix=%'],
  ...['--import-namespace=f', '--placeholder-namespace=l'],
  ...['-o1', `${stem}.first.wasm`, '-o2', `${stem}.later.wasm`],
]);
rmSync(folder, { recursive: true });

// Bundlers take along what the JavaScript names.
const glue = readFileSync(`${stem}.js`, 'utf8');
writeFileSync(`${stem}.first.js`, glue.replaceAll(basename(whole), `${basename(stem)}.first.wasm`));

// A thread has a table of its own: what it begins with brings its own later file.
if (existsSync(`${stem}.worker.js`)) {
  const own = join(root, 'web', 'wasm', 'helper.js');
  const text = readFileSync(`${stem}.worker.js`, 'utf8') + readFileSync(own, 'utf8');
  writeFileSync(`${stem}.helper.js`, text);
}
