// What each page of the build loads, in bytes as they travel: JS, CSS and WebAssembly, gzip.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/**
 * Files that an entry of Vite's manifest brings: with its static imports and their CSS, the workers
 * that they start, and what those load. Dynamic imports that `later` accepts come with all of theirs.
 */
function filesOf(folder, manifest, start, later) {
  const files = new Set();
  const seen = new Set();
  const takeWorker = (file) => {
    files.add(file);
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [name] of text.matchAll(/[\w.-]+-[\w-]+\.(?:wasm|js)/g)) {
      const other = `assets/${basename(name)}`;
      if (existsSync(join(folder, other)) && !files.has(other)) {
        if (other.endsWith('.js')) takeWorker(other);
        else files.add(other);
      }
    }
  };
  const take = (key) => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])])
      if (/\.(?:js|css)$/.test(file)) files.add(file);
    for (const asset of chunk.assets ?? []) {
      if (asset.endsWith('.js')) takeWorker(asset);
      else if (asset.endsWith('.wasm')) files.add(asset);
    }
    for (const other of chunk.imports ?? []) take(other);
    for (const other of chunk.dynamicImports ?? []) if (later(other)) take(other);
  };
  take(start);
  return [...files].sort();
}

// The engine's two builds, of which a visitor loads one.
const builds = [/\/convolab[.-][^/]*\.(wasm|js)$/, /\/convolab_threads[.-]/];
// What is loaded in their place when the GPU is chosen.
const forGpu = /\/(convolab_gpu|gpu|gpu-device|placement|shaders)-[^/]*\.(wasm|js)$/;

// What the inspector brings when it is opened: its views, and the engine that it looks into.
const forInspector =
  /\/(convolab_probe|convolab_inspector|inspection|drawing|open)[.\w]*-[^/]*\.(wasm|js)$/;

/** What a visitor loads of these files, with the build that is larger, or with what is chosen. */
function ofOneVisitor(all, chosen) {
  if (chosen === 'inspector') return all.filter(([file]) => forInspector.test(file));
  const others = all.filter(([file]) => !forInspector.test(file));
  if (chosen === 'gpu')
    return others.filter(([file]) => !builds.some((pattern) => pattern.test(file)));
  const files = others.filter(([file]) => !forGpu.test(file));
  const bytesOf = (list) => list.reduce((sum, [, bytes]) => sum + bytes, 0);
  const groups = builds.map((pattern) => files.filter(([file]) => pattern.test(file)));
  const [largest] = [...groups].sort((a, b) => bytesOf(b) - bytesOf(a));
  return files.filter(
    (each) => largest.includes(each) || !groups.some((group) => group.includes(each)),
  );
}

// The playground with the GPU in place of the CPU; and the inspector alone, which comes on top.
const chosen = { 'index.html#device=gpu': 'gpu', 'index.html, inspector': 'inspector' };

/** [{ page, files: [[name, bytes]], bytes, limit }] of a built page. */
export function pageSizes(folder, limits) {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8'));
  const sizes = new Map();
  const size = (file) => {
    if (!sizes.has(file))
      sizes.set(file, gzipSync(readFileSync(join(folder, file)), { level: 9 }).length);
    return sizes.get(file);
  };
  const entries = Object.keys(manifest).filter((key) => manifest[key].isEntry);
  const measure = (page, key, limit, later) => {
    const all = filesOf(folder, manifest, key, later).map((file) => [file, size(file)]);
    const files = ofOneVisitor(all, chosen[page]);
    return { page, files, bytes: files.reduce((sum, [, bytes]) => sum + bytes, 0), limit };
  };
  const isExhibit = (key) => /exhibits\//.test(key);
  return entries.flatMap((key) => {
    const limitOf = (page) => limits.find(([pattern]) => pattern.test(page))?.[1] ?? 0;
    const limit = limitOf(key);
    if (key !== 'embed.html')
      // A lesson has all its exhibits loaded when it has been read, the playground all its parts when
      // it has been used.
      return [
        measure(key, key, limit, key.startsWith('lesson-') ? isExhibit : () => true),
        ...(key === 'index.html' ? Object.keys(chosen) : []).map((page) =>
          measure(page, key, limitOf(page), () => true),
        ),
      ];
    const widgets = Object.values(manifest)
      .flatMap(({ dynamicImports = [] }) => dynamicImports)
      .filter((other) => /^src\/exhibits\//.test(other));
    return [...new Set(widgets)].map((widget) => {
      const name = basename(widget, '.ts');
      const text = `lessons/exhibits/${name}.md`;
      const wanted = (other) => other === widget || other === text;
      return measure(`${key}#exhibit=${name}`, key, limit, wanted);
    });
  });
}

/** [[name, bytes]] of what visitors wait for before the engine runs, in each of its builds, brotli. */
export function engineSizes(folder) {
  const names = readdirSync(join(folder, 'assets')).filter((name) =>
    /\.first-.*\.wasm$/.test(name),
  );
  return names.map((name) => {
    const bytes = readFileSync(join(folder, 'assets', name));
    const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
    return [name, brotliCompressSync(bytes, { params }).length];
  });
}
