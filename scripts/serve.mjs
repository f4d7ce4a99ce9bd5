// Serves the built page (dist/) with the headers it is meant to be served with.
//
//   node scripts/serve.mjs [--port n]     0 takes any free port
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { optionsOf, root } from './lib/run.mjs';

// The engine needs 'wasm-unsafe-eval' and nothing more: no eval, no inline script, no other host.
// Other sites may frame embed.html and load convolab.js, and nothing else.
const policy = (ancestors) =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "connect-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors}`,
  ].join('; ');

// A page that is isolated from all others may share memory between threads. A frame becomes so only
// when its host is and allows it; on any other page it is a frame like all.
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const forAll = {
  ...isolation,
  'Content-Security-Policy': policy("'self'"),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};
const forOthers = { 'Cross-Origin-Resource-Policy': 'cross-origin' };

/**
 * The headers that go with a file, by its path.
 *
 * @type {(path: string) => Record<string, string>}
 */
export const headersFor = (path) => {
  if (path === '/embed.html')
    return { ...forAll, ...forOthers, 'Content-Security-Policy': policy('*') };
  if (path === '/convolab.js')
    return { ...forAll, ...forOthers, 'Access-Control-Allow-Origin': '*' };
  // Their names change with their contents: browsers keep them.
  if (path.startsWith('/assets/'))
    return { ...forAll, 'Cache-Control': 'public, max-age=31536000, immutable' };
  return forAll;
};

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '': 'text/plain; charset=utf-8', // LICENSE
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  // Datasets travel as they are: a Content-Encoding would have the browser unpack them unasked.
  '.gz': 'application/gzip',
};

const compressible = new Set(['.html', '.js', '.css', '.json', '.md', '.txt', '.svg', '.wasm']);
const packedFiles = new Map(); // path → {time, bytes}

/** A file of the page, packed once. */
function packedFile(file) {
  const { mtimeMs: time } = statSync(file);
  const known = packedFiles.get(file);
  if (known?.time === time) return known.bytes;
  const bytes = gzipSync(readFileSync(file));
  packedFiles.set(file, { time, bytes });
  return bytes;
}

/** Answers one request with a file of `folder`, or 404. */
export function answer(folder, request, response, headers = headersFor) {
  const refuse = (status) =>
    response.writeHead(status, { ...forAll, 'Content-Type': 'text/plain' }).end(`${status}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
  let path;
  let file;
  let size;
  let state;
  try {
    path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    // normalize() of an absolute path cannot climb above the root.
    file = join(folder, normalize(path.endsWith('/') ? `${path}index.html` : path));
    const stat = statSync(file);
    if (!stat.isFile()) return refuse(404);
    size = stat.size;
    state = `"${stat.size.toString(36)}-${Math.round(stat.mtimeMs).toString(36)}"`;
  } catch {
    return refuse(404);
  }
  const head = {
    ...headers(path),
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    ETag: state,
  };
  // The browser asks whether what it has kept is still true.
  if (request.headers['if-none-match'] === state) return response.writeHead(304, head).end();
  const packs = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (packs && compressible.has(extname(file))) {
    const packed = packedFile(file);
    head['Content-Encoding'] = 'gzip';
    head.Vary = 'Accept-Encoding';
    response.writeHead(200, { ...head, 'Content-Length': packed.length });
    return response.end(request.method === 'HEAD' ? undefined : packed);
  }
  response.writeHead(200, { ...head, 'Content-Length': size });
  if (request.method === 'HEAD') return response.end();
  return createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

/**
 * Resolves to the server's address; a taken port moves on to the next one.
 *
 * @type {(folder?: string, port?: number, headers?: typeof headersFor) => Promise<string>}
 */
export function serve(folder = join(root, 'dist'), port = 4173, headers = headersFor) {
  return new Promise((done, failed) => {
    const server = createServer((request, response) => answer(folder, request, response, headers));
    let tries = 0;
    server.on('error', (error) => {
      if (error.code === 'EADDRINUSE' && ++tries < 50) server.listen(port + tries, '127.0.0.1');
      else failed(error);
    });
    server.on('listening', () => done(`http://localhost:${server.address().port}/`));
    server.listen(port, '127.0.0.1');
  });
}

export const portOption = { port: { type: 'string', default: '4173' } };

if (process.argv[1] === import.meta.filename) {
  const { port } = optionsOf(portOption, 'node scripts/serve.mjs [--port 4173]');
  console.log(`Convolab is at ${await serve(undefined, Number(port))}`);
}
