// What every widget of an exhibit is, and where each comes from.
import type { LooseSettings, Quantity } from './settings';

export interface Widget extends HTMLElement {
  settings: LooseSettings;
  /** What a reset goes back to. */
  start: LooseSettings;
  /** A quantity for these settings, as the engine computes it; waits until it is known. */
  quantity(asked: Quantity, settings: LooseSettings): Promise<number | string>;
  /** What has to be done first, in words, when the answer has to wait. */
  waitingFor?: string;
}

type Loader = () => Promise<Widget>;
const element = (name: string) => document.createElement(name) as unknown as Widget;

/** The widgets by the exhibit's name; each is a piece of code of its own. */
export const widgets: Record<string, Loader | undefined> = {
  'sliding-window': () => import('./sliding-window').then(() => element('conv-sliding-window')),
  stride: () => import('./stride').then(() => element('conv-stride')),
  edges: () => import('./edges').then(() => element('conv-edges')),
  'dense-against-conv': () =>
    import('./dense-against-conv').then(() => element('conv-dense-against-conv')),
};
