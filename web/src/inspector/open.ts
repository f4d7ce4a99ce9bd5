// Opens the inspector's panel on a page, ties it to the laboratory, and closes it again.
import type { Lab } from '../app/lab';
import type { InspectorPanel } from './element';
import './element';
import { feedOf, type InspectorFeed } from './feed';
import { kinds, type Command } from './messages';

const nothing: Command = { kind: 0, name: '', names: [], count: 0, value: 0, on: false };

/** What the inspector asks for: the laboratory's own affairs are its own, the engine does the rest. */
async function obey(lab: Lab, feed: InspectorFeed, command: Command) {
  const kind = kinds[command.kind];
  const pass = () => feed.pass(lab.engine, command);
  switch (kind) {
    case 'start':
    case 'go_on':
      if (!lab.course.busy) lab.toggle();
      break;
    case 'pause':
      if (lab.course.busy) lab.toggle();
      break;
    case 'step_batch':
      lab.step();
      break;
    case 'rate':
      if (command.value > 0) await lab.set('rate', command.value);
      break;
    case 'restart':
      if (command.count !== lab.settings.seed) await lab.set('seed', command.count);
      else lab.reset();
      break;
    case 'picture':
      if (command.count !== lab.settings.picture) await lab.set('picture', command.count);
      await pass();
      break;
    case 'perturb':
      await lab.changeWeights(`Noise in ${command.name}`, pass);
      break;
    case 'reset_layer':
      await lab.changeWeights(`Reset of ${command.name}`, pass);
      break;
    case 'step_plan':
    case 'run_to':
    case 'rewind':
    case 'leave_batch':
      if (lab.course.busy) await lab.engine.pause();
      await pass();
      break;
    default:
      await pass();
  }
}

/** Puts the panel into the page of `host`; one that is there already comes to the front. */
export async function openInspector(lab: Lab, host: HTMLElement): Promise<InspectorPanel> {
  const root = host.shadowRoot ?? host;
  const before = root.querySelector('conv-inspector');
  if (before) {
    before.shadowRoot?.querySelector('canvas')?.focus();
    return before;
  }
  if (lab.settings.device !== 'cpu') {
    await lab.set('device', 'cpu');
    lab.inform('Training goes on on the CPU while the inspector looks at it.');
  }
  const opener = document.activeElement;
  const panel = document.createElement('conv-inspector');
  const feed = feedOf(panel);
  let last: Promise<unknown> = Promise.resolve();
  panel.addEventListener('inspector-command', (event) => {
    const { detail } = event as CustomEvent<Command>;
    last = last.then(() => obey(lab, feed, detail)).catch((error: unknown) => console.error(error));
  });
  // The page's picture is the inspector's, whoever picks it.
  let picked = lab.settings.picture;
  const pick = () =>
    feed.pass(lab.engine, { ...nothing, kind: kinds.indexOf('picture'), count: picked });
  const follow = () => {
    if (lab.settings.picture === picked) return;
    picked = lab.settings.picture;
    void pick();
  };
  lab.addEventListener('change', follow);
  panel.addEventListener('close', () => {
    lab.removeEventListener('change', follow);
    panel.remove();
    document.body.style.removeProperty('padding-bottom');
    void lab.inspect(null);
    if (opener instanceof HTMLElement) opener.focus();
  });
  root.append(panel);
  // Nothing of the page is out of reach behind the panel.
  document.body.style.setProperty('padding-bottom', '64vh');
  await panel.updateComplete;
  await lab.inspect(feed);
  await pick();
  return panel;
}
