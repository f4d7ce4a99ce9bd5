// Keeps the states of a lesson's exhibits in the page's address, each setting with its exhibit's id
// before it, so that a reload or a link shows what was there: #stride.stride=3&edges.layers=4
import type { ConvExhibit } from '../exhibits/exhibit';

const parts = (hash: string) => [...new URLSearchParams(hash.replace(/^#/, ''))];

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
      const text = withSettings(exhibit.id, exhibit.changes, location.hash);
      history.replaceState(null, '', text ? `#${text}` : location.pathname + location.search);
    });
  addEventListener('hashchange', follow);
  follow();
}
