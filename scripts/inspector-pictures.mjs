// Pictures of every view of the inspector for docs/inspector.md, drawn without a display, into
// build/docs/inspector/: <view>.png in a wide window, <view>-phone.png alone in a narrow one, and
// both with -dark.
//
//   node scripts/inspector-pictures.mjs [view …]        (all of them when none is named)
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildArgs, configure } from './build.mjs';
import { fail, must, root } from './lib/run.mjs';
import { setup } from './setup.mjs';

const list = readFileSync(join(root, 'engine/inspector/views.inc'), 'utf8');
const views = [...list.matchAll(/^CONVOLAB_VIEW\((\w+),/gm)].map(([, name]) => name);

// What makes a view worth looking at: batches before, and where in the next one it stands.
const scenes = {
  stepper: ['--at', '14', '--select', 'd_output'],
  tensor: ['--select', 'c1.weight'],
  model: ['--select', 'c3.weight'],
  data: ['--at', '12'],
  memory: ['--at', '14', '--select', 's2'],
  time_machine: ['--record', '4'],
};
const shapes = { '': '1280x800', '-phone': '360x740' };
const themes = { '': '--light', '-dark': '--dark' };

const wanted = process.argv.slice(2);
const unknown = wanted.find((view) => !views.includes(view));
if (unknown) fail(`There is no view ${unknown}; there are ${views.join(', ')}.`);

await setup('native');
configure('native', must);
must('cmake', buildArgs('native', ['convolab_programs']));
const folder = join(root, 'build', 'docs', 'inspector');
mkdirSync(folder, { recursive: true });
for (const view of wanted.length > 0 ? wanted : views) {
  for (const [shape, size] of Object.entries(shapes)) {
    for (const [theme, flag] of Object.entries(themes)) {
      const file = join(folder, `${view}${shape}${theme}.png`);
      const { status } = spawnSync(
        join(root, 'build/native/convolab-inspector'),
        [
          ...['--headless-frames', '4', '--steps', '150', '--seed', '1', '--view', view],
          ...['--size', size, flag, '--screenshot', file, ...(scenes[view] ?? [])],
        ],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      );
      if (status !== 0) fail(`The view ${view} could not be drawn.`);
    }
  }
}
console.log(`The pictures are in ${folder}.`);
