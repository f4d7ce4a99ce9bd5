// npm start: set up, build, serve.
import { parseArgs } from 'node:util';
import { buildPage } from './build.mjs';
import { serve } from './serve.mjs';
import { setup } from './setup.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' } } });
setup('page');
buildPage();
console.log(`\nConvolab is at ${await serve(undefined, Number(values.port))}   (Ctrl+C ends it)`);
