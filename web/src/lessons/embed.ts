// One exhibit alone, for other people's pages: embed.html#exhibit=stride&stride=3&theme=dark
//
// It remembers nothing: the state is in this frame's address, and the host gets messages.
import '../style.css';
import './lessons.css';
import { Host, type Answered, type HostMessage } from '../app/host';
import { followSystem, imposeTheme } from '../app/theme';
import '../exhibits/question';
import type { ConvExhibit } from '../exhibits/exhibit';
import '../exhibits/exhibit';
import { writeHash } from './address';

const texts = import.meta.glob<{ title: string; html: string }>('../../lessons/exhibits/*.md', {
  import: 'default',
});

const address = () => new URLSearchParams(location.hash.slice(1));
const host = new Host(address().get('id') ?? address().get('exhibit') ?? '');
const main = document.querySelector('main') as HTMLElement;
/** Settings of the frame itself, not of the exhibit. */
const own = ['exhibit', 'theme', 'id'];

function complain(name: string) {
  const known = Object.keys(texts).map((path) => path.replace(/^.*\/|\.md$/g, ''));
  const what = name ? `There is no exhibit “${name}”.` : 'No exhibit is named.';
  const text = document.createElement('p');
  text.setAttribute('role', 'alert');
  text.textContent = `${what} The address names one after #exhibit=: ${[...known, 'playground'].sort().join(', ')}.`;
  main.replaceChildren(text);
}

function follow(exhibit: ConvExhibit) {
  exhibit.addEventListener('settings', () => {
    const kept = [...address()].filter(([key]) => own.includes(key));
    writeHash(new URLSearchParams([...kept, ...exhibit.changes]).toString());
  });
  exhibit.addEventListener('told', (event) =>
    host.tell((event as CustomEvent<HostMessage>).detail),
  );
}
main.addEventListener('answered', (event) =>
  host.tell({ kind: 'answered', ...(event as CustomEvent<Answered>).detail }),
);

const settings = () => [...address()].filter(([key]) => !own.includes(key));

/** The whole laboratory, in the frame that a teacher has put round it. */
async function openPlayground() {
  const [{ App }, { report }] = await Promise.all([import('../app/app'), import('../app/report')]);
  const app = new App();
  app.embedded = true;
  main.className = '';
  main.replaceChildren(app);
  report(app.lab, host);
}

async function open(name: string) {
  document.documentElement.dataset.embedded = '';
  if (name === 'playground') return openPlayground();
  const text = await texts[`../../lessons/exhibits/${name}.md`]?.();
  if (name !== shown) return; // another was asked for meanwhile
  if (!text) return complain(name);
  document.title = `${text.title} – Convolab`;
  const template = document.createElement('template');
  template.innerHTML = text.html; // compiled from our own file
  const parts = document.importNode(template.content, true);
  const exhibit = parts.querySelector('conv-exhibit') as ConvExhibit;
  main.replaceChildren(parts);
  exhibit.apply(settings());
  follow(exhibit);
  await exhibit.loaded;
  host.ready();
}

let shown = address().get('exhibit') ?? '';
addEventListener('hashchange', () => {
  imposeTheme(address().get('theme'));
  const name = address().get('exhibit') ?? '';
  // The playground has workers and listeners all over the page: only a new page is rid of them.
  if (name !== shown && shown === 'playground') location.reload();
  else if (name !== shown) void open((shown = name));
  else document.querySelector<ConvExhibit>('conv-exhibit')?.apply(settings());
});
followSystem();
imposeTheme(address().get('theme'));
host.follow(document.body);
void open(shown);
