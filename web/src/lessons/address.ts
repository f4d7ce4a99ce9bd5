// Keeps the states of a lesson's exhibits in the page's address, each setting with its exhibit's id
// before it, so that a reload or a link shows what was there: #stride.stride=3&edges.layers=4
import type { ConvExhibit } from '../exhibits/exhibit';

const parts = (hash: string) => [...new URLSearchParams(hash.replace(/^#/, ''))];

const pause = 200; // ms between two changes at least: browsers take only so many in a minute
let pending: string | undefined;
let written = -Infinity;
let timer = 0;

/** The part after #, as it is or is about to be. */
export const currentHash = () => pending ?? location.hash;

function write() {
  clearTimeout(timer);
  timer = 0;
  if (pending === undefined) return;
  history.replaceState(null, '', pending || location.pathname + location.search);
  pending = undefined;
  written = performance.now();
}

/** Puts a text after #, at once or as soon as the pause after the last one is over. */
export function writeHash(text: string) {
  pending = text ? `#${text}` : '';
  const wait = written + pause - performance.now();
  if (wait <= 0) write();
  else timer ||= window.setTimeout(write, wait);
}

/** What the address says of one exhibit. */
export const settingsFor = (id: string, hash: string): [string, string][] =>
  parts(hash)
    .filter(([key]) => key.startsWith(`${id}.`))
    .map(([key, value]) => [key.slice(id.length + 1), value]);

/** The address's text with other settings for one exhibit. */
export function withSettings(id: string, settings: [string, string][], hash: string): string {
  const others = parts(hash).filter(([key]) => key.includes('.') && !key.startsWith(`${id}.`));
  const own = settings.map(([key, value]) => [`${id}.${key}`, value]);
  return new URLSearchParams([...others, ...own]).toString();
}

export function keepInAddress(root: Document) {
  const exhibits = [...root.querySelectorAll<ConvExhibit>('conv-exhibit')];
  const follow = () => {
    for (const exhibit of exhibits) exhibit.apply(settingsFor(exhibit.id, location.hash));
  };
  for (const exhibit of exhibits)
    exhibit.addEventListener('settings', () => {
      writeHash(withSettings(exhibit.id, exhibit.changes, currentHash()));
    });
  addEventListener('hashchange', follow);
  follow();
}
