// npm start: set up, build, serve.
import { buildPage } from './build.mjs';
import { optionsOf } from './lib/run.mjs';
import { portOption, serve } from './serve.mjs';
import { setup } from './setup.mjs';

const { port } = optionsOf(portOption, 'npm start [-- --port 4173]');
await setup('page');
buildPage();
console.log(`\nConvolab is at ${await serve(undefined, Number(port))}   (Ctrl+C ends it)`);
