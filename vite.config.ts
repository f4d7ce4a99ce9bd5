import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, minify, type Plugin } from 'vite';
import { answer, isolation } from './scripts/serve.mjs';
import { lessonPages, lessons } from './web/lessons/plugin';
import { shortTemplates } from './web/lessons/templates';

const here = fileURLToPath(new URL('.', import.meta.url));
const web = resolve(here, 'web');
const data = resolve(web, 'data');

/** The built-in datasets, at data/<set>/<file>, byte for byte. */
function datasets(): Plugin {
  return {
    name: 'convolab-datasets',
    // Vite would serve .gz files with a Content-Encoding, and the browser would unpack them.
    configureServer(server) {
      server.middlewares.use('/data', (request, response) => void answer(data, request, response));
    },
    generateBundle() {
      for (const set of existsSync(data) ? readdirSync(data, { withFileTypes: true }) : []) {
        if (!set.isDirectory()) continue;
        for (const file of readdirSync(resolve(data, set.name))) {
          const source = readFileSync(resolve(data, set.name, file));
          this.emitFile({ type: 'asset', fileName: `data/${set.name}/${file}`, source });
        }
      }
    },
  };
}

/** Emscripten's JavaScript for threads is no part of any script: it is made small by itself. */
function smallGlue(): Plugin {
  return {
    name: 'convolab-small-glue',
    async generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !/convolab_(probe_)?threads.*\.js$/.test(file.fileName))
          continue;
        const module = !/\.(worker|helper)/.test(file.fileName);
        const text = Buffer.from(file.source).toString();
        file.source = (await minify(file.fileName, text, { module })).code;
      }
    },
  };
}

/**
 * What several pages share, in three files: what every page begins with, what starts an engine, and
 * what elements are made of. Left to itself, the bundler makes a dozen, and each costs a visit a
 * request.
 */
const shared = {
  theme: /\/web\/src\/app\/theme\.ts/,
  start:
    /preload-helper|\/node_modules\/comlink\/|\/web\/src\/(app\/database|engine\/(ahead|api|client|files|threads))\.ts/,
  parts:
    /\/node_modules\/(@lit|lit)|\/web\/src\/(app\/spec-names|elements\/(icons|legend|set-style|theme-toggle|words))\.ts/,
};

/** The playground's elements are on their way while its first script runs, which asks for them. */
function fetchedAhead(): Plugin {
  return {
    name: 'convolab-fetched-ahead',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path, bundle }) {
        if (path !== '/index.html' || !bundle) return undefined;
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const files = new Set<string>();
        const take = (name: string) => {
          if (files.has(name)) return;
          files.add(name);
          chunks.find(({ fileName }) => fileName === name)?.imports.forEach(take);
        };
        const app = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('/app/app.ts'));
        if (app) take(app.fileName);
        const wanted = [...files].filter((name) => !html.includes(name));
        return wanted.map((name) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `./${name}` },
          injectTo: 'head' as const,
        }));
      },
    },
  };
}

export default defineConfig({
  root: web,
  base: './',
  publicDir: false,
  resolve: {
    alias: {
      '@wasm-threads': resolve(here, 'build/wasm-threads'),
      '@wasm': resolve(here, 'build/wasm'),
    },
  },
  plugins: [datasets(), lessons(web), shortTemplates(), smallGlue(), fetchedAhead()],
  worker: { format: 'es' },
  server: { fs: { allow: [here] }, headers: isolation },
  build: {
    outDir: resolve(here, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // everything is a file of its own: the page's policy allows nothing inline
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true, // what each page loads, for the check of sizes
    rolldownOptions: {
      input: [
        ...['index.html', 'lessons.html', 'embed.html'].map((name) => resolve(web, name)),
        ...lessonPages(web),
        resolve(web, 'src/lessons/convolab.ts'),
      ],
      output: {
        codeSplitting: {
          groups: Object.entries(shared).map(([name, test]) => ({ name, test, minShareCount: 2 })),
        },
        // Other sites name the element's script, so its name stays.
        entryFileNames: ({ name }) =>
          name === 'convolab' ? 'convolab.js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
