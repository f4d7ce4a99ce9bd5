// How a teacher frames the laboratory: a title, an instruction, and what is hidden or locked. It
// stands in the address beside the settings: #heading=…&say=…&hide=curves,layer:c1&lock=network
import { encoded } from './settings';

export interface Frame {
  heading: string;
  say: string;
  hide: string[];
  lock: string[];
}

interface Part {
  title: string;
  group: 'Controls' | 'Views';
  /** Whether it can be shown and yet not be changed. */
  lockable?: boolean;
}

/** Everything that can be hidden; layers come on top of it, as "layer:" and their name. */
export const parts: Record<string, Part> = {
  train: { title: 'Train, Step, Epoch, Reset', group: 'Controls' },
  undo: { title: 'Undo and redo', group: 'Controls' },
  dataset: { title: 'Dataset', group: 'Controls', lockable: true },
  network: { title: 'Network and its editor', group: 'Controls', lockable: true },
  optimizer: { title: 'Optimiser', group: 'Controls', lockable: true },
  rate: { title: 'Learning rate', group: 'Controls', lockable: true },
  batch: { title: 'Batch size', group: 'Controls', lockable: true },
  schedule: { title: 'Schedule', group: 'Controls', lockable: true },
  epochs: { title: 'Epochs', group: 'Controls', lockable: true },
  seed: { title: 'Seed', group: 'Controls', lockable: true },
  augment: { title: 'Augmentation', group: 'Controls', lockable: true },
  threads: { title: 'Threads', group: 'Controls', lockable: true },
  device: { title: 'CPU or GPU', group: 'Controls', lockable: true },
  choose: { title: 'Choosing a picture', group: 'Controls' },
  draw: { title: 'Drawing', group: 'Controls' },
  open: { title: 'Opening a picture', group: 'Controls' },
  weights: { title: 'Editing weights', group: 'Controls' },
  more: { title: 'Link to the whole playground', group: 'Controls' },
  input: { title: 'Input', group: 'Views' },
  maps: { title: 'Feature maps', group: 'Views' },
  prediction: { title: 'Prediction', group: 'Views' },
  unit: { title: 'This unit', group: 'Views' },
  kernels: { title: 'Kernels', group: 'Views' },
  curves: { title: 'Curves', group: 'Views' },
  confusion: { title: 'Confusion matrix and mistakes', group: 'Views' },
  layers: { title: 'Table of layers', group: 'Views' },
  profile: { title: 'Time of a training step', group: 'Views' },
};

/** Those that are settings. */
export const settingsParts = Object.entries(parts)
  .filter(([, { lockable }]) => lockable)
  .map(([name]) => name);

const listed = (text: string | null) => (text ?? '').split(',').filter((each) => each !== '');

export function frameFrom(hash: string): Frame {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    heading: (given.get('heading') ?? '').slice(0, 200),
    say: (given.get('say') ?? '').slice(0, 2000),
    hide: listed(given.get('hide')),
    lock: listed(given.get('lock')),
  };
}

/** The frame as settings: what is not said is left out. */
export function frameEntries({ heading, say, hide, lock }: Frame): [string, string][] {
  const all = { heading, say, hide: hide.join(), lock: lock.join() };
  return Object.entries(all).filter(([, value]) => value !== '');
}

export const entriesText = (entries: [string, string][]) =>
  entries.map(([key, value]) => `${key}=${encoded(value)}`).join('&');

const layersOf = new WeakMap<readonly string[], readonly string[]>();

/** The layers that a list of parts names: for the same list the same, or views would draw anew. */
export function layersIn(list: readonly string[]): readonly string[] {
  const known = layersOf.get(list);
  if (known) return known;
  const layers = list.filter((each) => each.startsWith('layer:')).map((each) => each.slice(6));
  layersOf.set(list, layers);
  return layers;
}
