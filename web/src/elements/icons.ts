// The few pictures on buttons.
import { svg } from 'lit';

const icon = (path: string) =>
  svg`<svg viewBox="0 0 16 16" aria-hidden="true"><path d=${path} /></svg>`;

export const play = icon('M3 1.5v13l11-6.5z');
export const pause = icon('M3 2h4v12H3zM9 2h4v12H9z');
export const stepOn = icon('M2 2v12l8-6zM11 2h3v12h-3z');
export const epochOn = icon('M1 2v12l6-6zM7 2v12l6-6zM13 2h2v12h-2z');
export const back = icon(
  'M8 2a6 6 0 1 1-5.9 7.1l2-.4A4 4 0 1 0 5.5 5L8 7.5H1V.5L4 3.6A6 6 0 0 1 8 2z',
);
export const undo = icon('M6 1.5v3h4.5a4.5 4.5 0 0 1 0 9H5v-2h5.5a2.5 2.5 0 0 0 0-5H6v3L.8 5.5z');
export const redo = icon('M10 1.5v3H5.5a4.5 4.5 0 0 0 0 9H11v-2H5.5a2.5 2.5 0 0 1 0-5H10v3l5.2-4z');
export const dice = icon(
  'M3 1h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2zm0 2v10h10V3zm1.5 1.5h2v2h-2zm5 0h2v2h-2zm-2.5 2.500h2v2H7zm-2.500 2.500h2v2h-2zm5 0h2v2h-2z',
);
export const sun = icon(
  'M8 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM7.2 0h1.6v2.8H7.2zM7.2 13.2h1.6V16H7.2zM0 7.2h2.8v1.6H0zM13.2 7.2H16v1.6h-2.8zM1.8 2.9l1.1-1.1 2 2-1.1 1.1zM11.1 12.2l1.1-1.1 2 2-1.1 1.1zM13.1 1.8l1.1 1.1-2 2-1.1-1.1zM3.8 11.1l1.1 1.1-2 2-1.1-1.1z',
);
export const moon = icon('M6 1a7 7 0 1 0 9 9 6 6 0 0 1-9-9z');
