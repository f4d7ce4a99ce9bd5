// Names of layers. One that has none gets the engine's: its type's short name and the first number
// that is free.
import type { LayerSpec } from '../engine/api';

/** Where the engine's short name is not the type itself; a test holds it against the engine. */
const stems = new Map([
  ['conv2d', 'conv'],
  ['max_pool2d', 'pool'],
  ['avg_pool2d', 'pool'],
  ['adaptive_avg_pool2d', 'pool'],
  ['global_avg_pool2d', 'pool'],
  ['batch_norm2d', 'norm'],
]);

export const stemOf = (type: string) => stems.get(type) ?? type;

export type Named = LayerSpec & { name: string };

/** The name that the picture itself goes by. */
export const picture = 'input';

/** Attributes in the order in which one writes them; any others follow by their names. */
const order = [
  ...['type', 'name', 'inputs', 'out_channels', 'out_features', 'kernel_size', 'output_size'],
  ...['stride', 'padding', 'dilation', 'groups', 'bias', 'padding_mode'],
];

export function attributesInOrder(layer: object): [string, unknown][] {
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.entries(layer).sort(
    ([a], [b]) => place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
}

/** Every layer with its name, as the engine would name it. */
export function withNames(layers: LayerSpec[]): Named[] {
  const taken = new Set([picture, ...layers.map(({ name }) => name ?? '')]);
  const counters = new Map<string, number>();
  return layers.map((layer) => {
    if (layer.name !== undefined) return { ...layer, name: layer.name };
    const stem = stemOf(layer.type);
    let name: string;
    do {
      const count = (counters.get(stem) ?? 0) + 1;
      counters.set(stem, count);
      name = `${stem}${count}`;
    } while (taken.has(name));
    taken.add(name);
    return { ...layer, name };
  });
}

/** The layers without the names that they would get anyway. */
export function withoutNames(layers: Named[]): LayerSpec[] {
  const kept = new Set(
    layers.flatMap(({ type, name }, i) => (/^\d+$/.test(rest(name, stemOf(type))) ? [] : [i])),
  );
  for (;;) {
    const some = layers.map((layer, i) => (kept.has(i) ? layer : nameless(layer)));
    const named = withNames(some);
    const wrong = layers.findIndex(({ name }, i) => named[i]?.name !== name);
    if (wrong < 0) return some;
    // A number further on: every later one of its stem follows from it, so one at a time.
    kept.add(wrong);
  }
}

const rest = (name: string, stem: string) => (name.startsWith(stem) ? name.slice(stem.length) : '');

function nameless({ name: _, ...layer }: Named): LayerSpec {
  return { ...layer, type: layer.type };
}
