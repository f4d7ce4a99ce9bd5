// A network as a short text for the address, and back:
//
//   c1=conv,o6,k5,p2;relu;pool,k2;flatten;fc,f10        a name where one was given
//   sum=add@a2_norm/stem_relu                           inputs other than the layer before
//
// The whole network's "init" stands first, as "init,he_normal". What the short form cannot say is
// written as JSON, after a "!".
import type { LayerSpec, NetworkSpec } from '../engine/api';

const types: Record<string, string> = {
  conv: 'conv2d',
  fc: 'linear',
  pool: 'max_pool2d',
  avg: 'avg_pool2d',
  fit: 'adaptive_avg_pool2d',
  gap: 'global_avg_pool2d',
  leaky: 'leaky_relu',
  bn: 'batch_norm2d',
  drop: 'dropout',
};
const keys: Record<string, string> = {
  o: 'out_channels',
  f: 'out_features',
  k: 'kernel_size',
  s: 'stride',
  p: 'padding',
  d: 'dilation',
  g: 'groups',
  b: 'bias',
  m: 'padding_mode',
  i: 'init',
};
const reversed = (table: Record<string, string>) =>
  Object.fromEntries(Object.entries(table).map(([short, long]) => [long, short]));
const shortType = reversed(types);
const shortKey = reversed(keys);

function valueText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  const list = Array.isArray(value) && value.every((each) => typeof each === 'number');
  return list ? value.join('x') : undefined;
}

function valueOf(text: string): unknown {
  if (text === 'yes') return true;
  if (text === 'no') return false;
  if (/^-?\d+(x-?\d+)+$/.test(text)) return text.split('x').map(Number);
  return /^-?[\d.]+(e[-+]?\d+)?$/.test(text) ? Number(text) : text;
}

function layerText({ type, name, inputs, ...attributes }: LayerSpec) {
  const parts = [shortType[type] ?? type];
  for (const [key, value] of Object.entries(attributes))
    parts.push(`${shortKey[key] ?? `${key}:`}${valueText(value) ?? '?'}`);
  const from = inputs && inputs.length > 0 ? `@${inputs.join('/')}` : '';
  return `${name === undefined ? '' : `${name}=`}${parts.join(',')}${from}`;
}

function layerOf(text: string): LayerSpec {
  const [, name, body = '', from] = /^(?:([^=,]*)=)?([^@]*)(?:@(.*))?$/.exec(text) ?? [];
  const [short = '', ...parts] = body.split(',');
  const layer: LayerSpec = { type: types[short] ?? short };
  if (name !== undefined) layer.name = name;
  if (from !== undefined) layer.inputs = from.split('/');
  for (const part of parts) {
    const cut = part.indexOf(':') + 1;
    const key = cut > 0 ? part.slice(0, cut - 1) : keys[part[0] ?? ''];
    layer[key ?? part] = valueOf(part.slice(cut || 1));
  }
  return layer;
}

const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

/** The layers (and initialiser) of a network. */
export function specToText({ layers, init }: Pick<NetworkSpec, 'layers' | 'init'>): string {
  const whole = init !== undefined && init !== 'pytorch' ? { layers, init } : { layers };
  const text = [...('init' in whole ? [`init,${init}`] : []), ...layers.map(layerText)].join(';');
  return same(specFromText(text), whole) ? text : `!${JSON.stringify(whole)}`;
}

/** What the text says, whether or not it would work; undefined when it says nothing. */
export function specFromText(text: string): Pick<NetworkSpec, 'layers' | 'init'> | undefined {
  if (text === '') return undefined;
  if (text.startsWith('!')) {
    try {
      const { layers, init } = JSON.parse(text.slice(1)) as Partial<NetworkSpec>;
      const list = Array.isArray(layers) && layers.every((each) => typeof each.type === 'string');
      return list ? { layers, ...(typeof init === 'string' ? { init } : {}) } : undefined;
    } catch {
      return undefined;
    }
  }
  const [first = '', ...rest] = text.split(';');
  const init = first.startsWith('init,') ? first.slice(5) : undefined;
  const layers = (init === undefined ? [first, ...rest] : rest).map(layerOf);
  return layers.length > 0 ? { layers, ...(init === undefined ? {} : { init }) } : undefined;
}
