// npm run dev: the page from its sources, reloading as they change. The engine is built once, before.
import { buildWasm } from './build.mjs';
import { bin, must } from './lib/run.mjs';
import { setup } from './setup.mjs';

await setup('page');
buildWasm();
must(bin('vite'), process.argv.slice(2));
