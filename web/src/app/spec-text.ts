// A network as a short text for the address, and back:
//
//   c1=conv,o6,k5,p2;relu;pool,k2;flatten;fc,f10        a name where it is not the usual one
//   sum=add@a2_norm/stem_relu                           inputs other than the layer before
//
// The whole network's "init" stands first, as "init,he_normal". A sign of the grammar inside of a
// name is written as its number: "~3d." for "=". What the short form cannot say is written as JSON,
// after a "!".
import type { LayerSpec, NetworkSpec } from '../engine/api';
import { attributesInOrder, withNames, withoutNames } from './spec-names';

type Body = Pick<NetworkSpec, 'layers' | 'init'>;

const types = new Map([
  ['conv', 'conv2d'],
  ['fc', 'linear'],
  ['pool', 'max_pool2d'],
  ['avg', 'avg_pool2d'],
  ['fit', 'adaptive_avg_pool2d'],
  ['gap', 'global_avg_pool2d'],
  ['leaky', 'leaky_relu'],
  ['bn', 'batch_norm2d'],
  ['drop', 'dropout'],
]);
const keys = new Map([
  ['o', 'out_channels'],
  ['f', 'out_features'],
  ['k', 'kernel_size'],
  ['s', 'stride'],
  ['p', 'padding'],
  ['d', 'dilation'],
  ['g', 'groups'],
  ['b', 'bias'],
  ['m', 'padding_mode'],
  ['i', 'init'],
]);
const reversed = (table: Map<string, string>) =>
  new Map([...table].map(([short, long]) => [long, short]));
const shortType = reversed(types);
const shortKey = reversed(keys);

// The grammar's signs, and what no address can hold: controls, ends of lines, halves of characters.
const special = /[~=,;@/!:\p{Cc}\p{Cs}\u2028\u2029]/gu;
const unfit = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

const numbered = (character: string) => `~${character.codePointAt(0)?.toString(16)}.`;
const escaped = (text: string) => text.replace(special, numbered);
const unescaped = (text: string) =>
  text.replace(/~([\da-f]{1,6})\./g, (whole, digits: string) => {
    const code = parseInt(digits, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

function valueText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value))
    return value.every((each) => typeof each === 'number') ? value.join('x') : undefined;
  if (typeof value !== 'string') return undefined;
  // What would read as something else says by an escape that it is a text.
  const text = escaped(value);
  return valueOf(text) === value ? text : text.replace(/^./u, numbered);
}

function valueOf(text: string): unknown {
  if (text === 'yes') return true;
  if (text === 'no') return false;
  if (/^-?\d+(x-?\d+)+$/.test(text)) return text.split('x').map(Number);
  const number = /^-?[\d.]+(e[-+]?\d+)?$/.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : unescaped(text);
}

function layerText({ type, name, inputs, ...attributes }: LayerSpec) {
  const parts = [shortType.get(type) ?? type];
  for (const [key, value] of attributesInOrder(attributes))
    parts.push(`${shortKey.get(key) ?? `${key}:`}${valueText(value) ?? '?'}`);
  const from = inputs && inputs.length > 0 ? `@${inputs.map(escaped).join('/')}` : '';
  return `${name === undefined ? '' : `${escaped(name)}=`}${parts.join(',')}${from}`;
}

const own = new Set(['type', 'name', 'inputs']);

function layerOf(text: string): LayerSpec {
  const [, name, body = '', from] = /^(?:([^=,]*)=)?([^@]*)(?:@(.*))?$/su.exec(text) ?? [];
  const [short = '', ...parts] = body.split(',');
  const attributes = parts.map((part): [string, unknown] => {
    const cut = part.indexOf(':');
    const key = cut < 0 ? (keys.get(part.slice(0, 1)) ?? part) : part.slice(0, cut);
    return [key, valueOf(part.slice(cut < 0 ? 1 : cut + 1))];
  });
  return {
    ...Object.fromEntries(attributes.filter(([key]) => !own.has(key))),
    type: types.get(short) ?? short,
    ...(name === undefined ? {} : { name: unescaped(name) }),
    ...(from === undefined ? {} : { inputs: from.split('/').map(unescaped) }),
  };
}

const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

const jsonText = (body: object) =>
  `!${JSON.stringify(body).replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`)}`;

const isLayer = (value: unknown): value is LayerSpec => {
  const { type, name, inputs } = value as LayerSpec;
  return (
    typeof type === 'string' &&
    (name === undefined || typeof name === 'string') &&
    (inputs === undefined ||
      (Array.isArray(inputs) && inputs.every((each) => typeof each === 'string')))
  );
};

function fromJson(json: string): Body | undefined {
  try {
    const { layers, init } = JSON.parse(json) as Partial<NetworkSpec>;
    if (!Array.isArray(layers) || layers.length === 0 || !layers.every(isLayer)) return undefined;
    return { layers: withNames(layers), ...(typeof init === 'string' ? { init } : {}) };
  } catch {
    return undefined;
  }
}

/** The layers (and initialiser) of a network. */
export function specToText({ layers, init }: Body): string {
  const named = withNames(layers);
  const start = init !== undefined && init !== 'pytorch' ? [`init,${escaped(init)}`] : [];
  const text = [...start, ...withoutNames(named).map(layerText)].join(';');
  const whole = { layers: named, ...(start.length > 0 ? { init } : {}) };
  return !unfit.test(text) && same(specFromText(text), whole) ? text : jsonText(whole);
}

/** What the text says, with all names, whether or not it would work; undefined: nothing. */
export function specFromText(text: string): Body | undefined {
  if (text.startsWith('!')) return fromJson(text.slice(1));
  const [first = '', ...rest] = text.split(';');
  const init = first.startsWith('init,') ? unescaped(first.slice(5)) : undefined;
  const layers = init === undefined ? [first, ...rest] : rest;
  if (text === '' || layers.length === 0) return undefined;
  return { layers: withNames(layers.map(layerOf)), ...(init === undefined ? {} : { init }) };
}
