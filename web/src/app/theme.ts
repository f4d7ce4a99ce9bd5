// Light or dark: the system's choice until the visitor makes one, which is remembered here.
const key = 'convolab-theme';

export type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function remembered(): Theme | undefined {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined; // storage may be forbidden
  }
}

export const theme = (): Theme =>
  (document.documentElement.dataset.theme as Theme | undefined) ??
  (system.matches ? 'dark' : 'light');

export function toggleTheme() {
  const next: Theme = theme() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(key, next);
  } catch {
    // then it lasts as long as the page
  }
  listeners.forEach((listener) => listener());
}

/** Calls the listener after every change of theme; returns what stops that. */
export function onTheme(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function applyTheme() {
  const choice = remembered();
  if (choice) document.documentElement.dataset.theme = choice;
  followSystem();
}

/** Tells of changes of the system's theme. */
export function followSystem() {
  system.addEventListener('change', () => listeners.forEach((listener) => listener()));
}

/** A theme that somebody else chooses, or the system's; nothing is remembered. */
export function imposeTheme(choice: string | null) {
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
  listeners.forEach((listener) => listener());
}
