// Everything a visitor can choose, in one table that serves the form, the address and the engine.
// The address holds what differs from the defaults: #data=fashion&net=model-2&lr=0.01
import type { DeviceWanted, NetworkSpec, Preset, ThreadsWanted, TrainConfig } from '../engine/api';
import { specFromText } from './spec-text';

export interface Settings {
  dataset: 'digits' | 'fashion' | 'own';
  /** A preset's name, or 'own' for the layers below. */
  network: string;
  /** The visitor's own network, as spec-text.ts writes it. */
  layers: string;
  optimizer: string;
  rate: number;
  batch: number;
  schedule: 'constant' | 'step' | 'cosine';
  augment: boolean;
  epochs: number;
  seed: number;
  threads: ThreadsWanted;
  device: DeviceWanted;
  picture: number;
  range: 'local' | 'layer' | 'all';
  /** The pinned unit, as unit-text.ts writes it. */
  unit: string;
  /** The open cell of the confusion matrix: true class, answer. */
  cell: string;
}

interface Field<T> {
  /** Its name in the address. */
  key: string;
  fallback: T;
  label: string;
  /** One sentence for who stands before the control. */
  help: string;
  /** A choice among these (name → title); anything else is a number or a tick. */
  options?: Record<string, string>;
  /** A text of this form. */
  form?: RegExp;
  minimum?: number;
  maximum?: number;
  whole?: boolean;
}

export const optimizers: Record<string, { title: string; rate: number }> = {
  adam: { title: 'Adam', rate: 0.004 },
  adamw: { title: 'AdamW', rate: 0.004 },
  rmsprop: { title: 'RMSProp', rate: 0.001 },
  sgd: { title: 'SGD', rate: 0.1 },
  momentum: { title: 'SGD, momentum', rate: 0.02 },
  nesterov: { title: 'SGD, Nesterov', rate: 0.02 },
};

export const fields: { [K in keyof Settings]: Field<Settings[K]> } = {
  dataset: {
    key: 'data',
    fallback: 'digits',
    label: 'Dataset',
    help: 'The labelled pictures to learn from; part of them is kept aside to check what was learnt.',
    options: { digits: 'Digits', fashion: 'Fashion' },
  },
  network: {
    key: 'net',
    fallback: 'lenet-5',
    label: 'Network',
    help: 'The layers between picture and answer. Another network starts with fresh weights.',
    form: /^[\w-]+$/,
  },
  layers: {
    key: 'layers',
    fallback: '',
    label: 'Layers',
    help: 'The layers of a network of your own.',
    form: /^.{0,20000}$/,
  },
  optimizer: {
    key: 'opt',
    fallback: 'adam',
    label: 'Optimiser',
    help: 'How a gradient becomes a change of the weights. It can be changed while training runs.',
    options: Object.fromEntries(Object.entries(optimizers).map(([key, { title }]) => [key, title])),
  },
  rate: {
    key: 'lr',
    fallback: 0.004,
    label: 'Learning rate',
    help: 'How far each step goes. Too small crawls, too large jumps about; try ten times either way.',
    minimum: 0,
    maximum: 1000,
  },
  batch: {
    key: 'batch',
    fallback: 32,
    label: 'Batch size',
    help: 'How many pictures one step averages its gradient over.',
    minimum: 1,
    maximum: 4096,
    whole: true,
  },
  schedule: {
    key: 'schedule',
    fallback: 'cosine',
    label: 'Schedule',
    help: 'Whether the learning rate stays, halves every five epochs, or falls to nothing in half a cosine.',
    options: { constant: 'Constant', step: 'Halve every 5', cosine: 'Cosine' },
  },
  epochs: {
    key: 'epochs',
    fallback: 5,
    label: 'Epochs',
    help: 'How often training goes through all its pictures before it stops by itself.',
    minimum: 1,
    maximum: 100000,
    whole: true,
  },
  seed: {
    key: 'seed',
    fallback: 1,
    label: 'Seed',
    help: 'The number that fixes every random choice: the same seed gives the same run, to the last bit.',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    whole: true,
  },
  augment: {
    key: 'augment',
    fallback: false,
    label: 'Augmentation',
    help: 'Shifts, turns and scales every training picture a little at random, so that no two are alike.',
  },
  threads: {
    key: 'threads',
    fallback: 'auto',
    label: 'Threads',
    help: 'How many cores of this computer train together. The numbers are the same, to the last bit.',
    options: { auto: 'Auto', '1': 'One', '2': 'Two' },
  },
  device: {
    key: 'device',
    fallback: 'cpu',
    label: 'Train on',
    help: 'Whether the processor or the graphics chip trains; Auto times some steps of this network on the GPU and on one thread of the CPU. Small ones are quicker on the CPU.',
    options: { cpu: 'CPU', gpu: 'GPU', auto: 'Auto' },
  },
  picture: {
    key: 'picture',
    fallback: 0,
    label: 'Picture',
    help: 'The validation picture that flows through the network below.',
    minimum: 0,
    maximum: 1e9,
    whole: true,
  },
  range: {
    key: 'range',
    fallback: 'layer',
    label: 'Full colour at',
    help: 'Whether every map, or every layer, uses the whole colour scale, or all share one and can be compared.',
    options: {
      local: 'the largest of each map',
      layer: 'the largest of each layer',
      all: 'the largest of all layers',
    },
  },
  unit: {
    key: 'unit',
    fallback: '',
    label: 'Unit',
    help: 'The unit whose computation is shown.',
    form: /^.{1,100}:\d+(\.\d+)*$/,
  },
  cell: {
    key: 'cell',
    fallback: '',
    label: 'Cell',
    help: 'The true class and the answer whose pictures are shown, or all that is wrong.',
    form: /^(\d+-\d+|wrong)$/,
  },
};

export const names = Object.keys(fields) as (keyof Settings)[];

export const defaults = (): Settings => {
  const settings = {} as Settings;
  for (const name of names) Object.assign(settings, { [name]: fields[name].fallback });
  return settings;
};

/** The value that a text stands for, or undefined when it is not one for this field. */
export function parseValue(
  name: keyof Settings,
  text: string,
): Settings[keyof Settings] | undefined {
  const { fallback, options, form, minimum = 0, maximum = 0, whole } = fields[name];
  if (typeof fallback === 'boolean') return text === '1' ? true : text === '0' ? false : undefined;
  if (typeof fallback === 'string') {
    const known = options
      ? text in options || (name === 'dataset' && text === 'own')
      : form?.test(text) || text === fallback;
    return known ? text : undefined;
  }
  const value = text.trim() === '' ? NaN : Number(text);
  const fits = value >= minimum && value <= maximum && (!whole || Number.isInteger(value));
  return fits ? value : undefined;
}

const textOf = (value: Settings[keyof Settings]) =>
  typeof value === 'boolean' ? (value ? '1' : '0') : String(value);

/** Each setting that differs from its default, by its name in the address. */
export const toEntries = (settings: Settings): [string, string][] =>
  names
    .filter((name) => settings[name] !== fields[name].fallback)
    .map((name) => [fields[name].key, textOf(settings[name])]);

/** The address that says all this; `others` of the address before stay (a lesson's, a host's). */
export function toHash(settings: Settings, before = ''): string {
  const keys = new Set(names.map((name) => fields[name].key));
  const others = [...new URLSearchParams(before.replace(/^#/, ''))].filter(
    ([key]) => !keys.has(key),
  );
  const entries = [...others, ...toEntries(settings)];
  const text = entries.map(([key, value]) => `${key}=${encoded(value)}`).join('&');
  return text === '' ? '' : `#${text}`;
}

/** As an address needs it, and still to be read by people. */
export const encoded = (text: string) =>
  encodeURIComponent(text).replace(/%(3A|3B|2C|3D|40|2F)/g, decodeURIComponent);

/** What network the settings speak of. */
export function specOf(
  { network, layers }: Settings,
  presets: Preset[],
): { title: string; spec: NetworkSpec } | undefined {
  if (network !== 'own') return presets.find(({ name }) => name === network);
  const own = specFromText(layers);
  return own && { title: 'Your own network', spec: { name: 'own', input: [1, 28, 28], ...own } };
}

/** Which run it is: of two settings that say the same, one run is the continuation of the other. */
export const runKey = ({ dataset, network, layers, seed }: Settings) =>
  [dataset, network === 'own' ? layers : network, seed].join(' | ');

/** What the address says; what it does not say, or not sensibly, is as by default. */
export function fromHash(hash: string): Settings {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const settings = defaults();
  for (const name of names) {
    const text = given.get(fields[name].key);
    const value = text === null ? undefined : parseValue(name, text);
    if (value !== undefined) Object.assign(settings, { [name]: value });
  }
  return settings;
}

export function toTrainConfig(settings: Settings): TrainConfig {
  const { optimizer, rate: lr } = settings;
  const sgd = ['sgd', 'momentum', 'nesterov'].includes(optimizer);
  return {
    batch_size: settings.batch,
    epochs: settings.epochs,
    seed: settings.seed,
    optimizer: {
      ...{ type: sgd ? 'sgd' : optimizer, lr },
      ...(sgd && optimizer !== 'sgd' ? { momentum: 0.9 } : {}),
      ...(optimizer === 'nesterov' ? { nesterov: true } : {}),
    },
    schedule: { type: settings.schedule },
    augment: settings.augment
      ? { shift: 1, rotate: 15, scale: 0.15 }
      : { shift: 0, rotate: 0, scale: 0 },
  };
}
