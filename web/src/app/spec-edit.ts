// Changes of a network, as pure functions: a spec in, a spec out. They rewire what the change
// touches; whether the result works, the engine says.
//
// A layer that is put between two others takes over the wire between them. Where a value has several
// readers, only the one that stands next in the list is rewired, so that shortcuts stay.
import type { LayerSpec, NetworkSpec } from '../engine/api';
import { picture, stemOf, withNames, type Named } from './spec-names';

export type Wired = Named & { inputs: string[] };

/** Every layer with its name and its inputs written out. */
export function wired(spec: NetworkSpec): Wired[] {
  const named = withNames(spec.layers);
  return named.map((layer, i) => ({
    ...layer,
    inputs: layer.inputs?.length ? [...layer.inputs] : [named[i - 1]?.name ?? picture],
  }));
}

/** The spec of these layers; inputs that go without saying are left out. */
function tidied(spec: NetworkSpec, layers: Wired[]): NetworkSpec {
  return {
    ...spec,
    layers: layers.map(({ inputs, ...layer }, i): LayerSpec => {
      const before = layers[i - 1]?.name ?? picture;
      const plain: LayerSpec = { ...layer, type: layer.type };
      return inputs.length === 1 && inputs[0] === before ? plain : { ...plain, inputs };
    }),
  };
}

const indexOf = (layers: Wired[], name: string) => layers.findIndex((each) => each.name === name);

const reading = (layer: Wired, from: string, to: string): Wired => ({
  ...layer,
  inputs: layer.inputs.map((input) => (input === from ? to : input)),
});

/** The first name of this stem that no layer has. */
export function freeName(layers: { name?: string }[], stem: string) {
  const taken = new Set(layers.map(({ name }) => name));
  for (let count = 1; ; count++) if (!taken.has(`${stem}${count}`)) return `${stem}${count}`;
}

/** Puts layers after a value (a layer's name, or the picture's); the last of them takes its place. */
function spliceAfter(layers: Wired[], after: string, block: Wired[]): Wired[] {
  const at = indexOf(layers, after) + 1;
  const last = block.at(-1)?.name ?? after;
  const next = layers[at];
  const rest = next?.inputs.includes(after)
    ? [reading(next, after, last), ...layers.slice(at + 1)]
    : layers.slice(at).map((layer) => reading(layer, after, last));
  return [...layers.slice(0, at), ...block, ...rest];
}

/** Puts a layer before another: between it and its first input. */
function spliceBefore(layers: Wired[], before: string, layer: Wired): Wired[] {
  const at = indexOf(layers, before);
  const target = layers[at];
  if (!target) return layers;
  const taken = { ...target, inputs: [layer.name, ...target.inputs.slice(1)] };
  return [...layers.slice(0, at), layer, taken, ...layers.slice(at + 1)];
}

/** Between which two: after a value, or before a layer. */
export type Place = { after: string } | { before: string };

function put(layers: Wired[], place: Place, layer: Wired): Wired[] {
  const first = 'after' in place ? place.after : layers[indexOf(layers, place.before)]?.inputs[0];
  const fed = { ...layer, inputs: [first ?? picture, ...layer.inputs.slice(1)] };
  return 'after' in place
    ? spliceAfter(layers, place.after, [fed])
    : spliceBefore(layers, place.before, fed);
}

/** What a layer at this place would read first. */
export function sourceAt(spec: NetworkSpec, place: Place) {
  if ('after' in place) return place.after;
  return wired(spec).find(({ name }) => name === place.before)?.inputs[0] ?? picture;
}

/** A new layer; of its inputs, the first is what stands there. */
export function insert(spec: NetworkSpec, place: Place, layer: LayerSpec): NetworkSpec {
  const layers = wired(spec);
  const name = layer.name ?? freeName(layers, stemOf(layer.type));
  return tidied(spec, put(layers, place, { ...layer, name, inputs: layer.inputs ?? [] }));
}

/** The layers without this one: who read it reads its first input instead. */
function without(layers: Wired[], name: string): Wired[] {
  const gone = layers.find((each) => each.name === name);
  if (!gone) return layers;
  const source = gone.inputs[0] ?? picture;
  const others = layers.filter((each) => each !== gone);
  const rewired = others.map((layer) => {
    const twice = layer.inputs.includes(name) && layer.inputs.includes(source);
    if (!twice) return reading(layer, name, source);
    return { ...layer, inputs: layer.inputs.filter((input) => input !== name) };
  });
  // A sum or a stack of one thing is that thing.
  const lone = rewired.find(
    ({ inputs }, i) => inputs.length === 1 && (others[i]?.inputs.length ?? 1) > 1,
  );
  return lone ? without(rewired, lone.name) : rewired;
}

export function remove(spec: NetworkSpec, name: string): NetworkSpec {
  return tidied(spec, without(wired(spec), name));
}

/** The same, and whatever then has no reader. */
export function removeWithBranch(spec: NetworkSpec, name: string): NetworkSpec {
  let layers = without(wired(spec), name);
  for (;;) {
    const read = new Set(layers.flatMap(({ inputs }) => inputs));
    const used = layers.filter((layer, i) => i === layers.length - 1 || read.has(layer.name));
    if (used.length === layers.length) return tidied(spec, layers);
    layers = used;
  }
}

/** Takes a layer out and puts it elsewhere; of its inputs, only the first changes. */
export function move(spec: NetworkSpec, name: string, place: Place): NetworkSpec {
  const layers = wired(spec);
  const layer = layers.find((each) => each.name === name);
  const where = 'after' in place ? place.after : place.before;
  if (!layer || where === name) return spec;
  const source = layer.inputs[0] ?? picture;
  const others = layers.filter((each) => each !== layer).map((each) => reading(each, name, source));
  return tidied(spec, put(others, place, layer));
}

/** One place earlier or later in the list; undefined at its ends. */
export function step(spec: NetworkSpec, name: string, by: -1 | 1): NetworkSpec | undefined {
  const layers = wired(spec);
  const neighbour = layers[indexOf(layers, name) + by]?.name;
  if (neighbour === undefined) return undefined;
  return move(spec, name, by < 0 ? { before: neighbour } : { after: neighbour });
}

export function duplicate(spec: NetworkSpec, name: string): NetworkSpec {
  const layer = wired(spec).find((each) => each.name === name);
  if (!layer) return spec;
  const copy = { ...layer, name: freeName(spec.layers, stemOf(layer.type)) };
  return insert(spec, { after: name }, copy);
}

export function rename(spec: NetworkSpec, name: string, to: string): NetworkSpec {
  const layers = wired(spec).map((layer) => {
    const read = reading(layer, name, to);
    return layer.name === name ? { ...read, name: to } : read;
  });
  return tidied(spec, layers);
}

/** Undefined leaves the attribute out, so that its default holds. */
export function setAttribute(
  spec: NetworkSpec,
  name: string,
  attribute: string,
  value: unknown,
): NetworkSpec {
  const layers = withNames(spec.layers).map((layer) => {
    if (layer.name !== name) return layer;
    const others = Object.entries(layer).filter(([key]) => key !== attribute);
    const all = value === undefined ? others : [...others, [attribute, value]];
    return Object.fromEntries(all) as Named;
  });
  return { ...spec, layers };
}

export function setInputs(spec: NetworkSpec, name: string, inputs: string[]): NetworkSpec {
  return tidied(
    spec,
    wired(spec).map((layer) => (layer.name === name ? { ...layer, inputs } : layer)),
  );
}

/** What a layer can read: the picture, and every layer before it. */
export function sourcesOf(spec: NetworkSpec, name: string): string[] {
  const layers = wired(spec);
  return [picture, ...layers.slice(0, indexOf(layers, name)).map((layer) => layer.name)];
}

/** What a new layer at this place could read. */
export function sourcesAt(spec: NetworkSpec, place: Place): string[] {
  if ('before' in place) return sourcesOf(spec, place.before);
  return place.after === picture ? [picture] : [...sourcesOf(spec, place.after), place.after];
}

/** Adds what a layer reads to what it makes. */
export function skipAround(spec: NetworkSpec, name: string): NetworkSpec {
  const layer = wired(spec).find((each) => each.name === name);
  if (!layer) return spec;
  return insert(spec, { after: name }, { type: 'add', inputs: [name, layer.inputs[0] ?? picture] });
}

export type BranchKind = 'residual' | 'inception';

/** Paths side by side from a value of this shape, and the layer that brings them together. */
export function branch(
  spec: NetworkSpec,
  after: string,
  kind: BranchKind,
  shape: number[],
): NetworkSpec {
  const layers = wired(spec);
  const block: Wired[] = [];
  const add = (layer: LayerSpec, ...inputs: string[]) => {
    const name = freeName([...layers, ...block], stemOf(layer.type));
    block.push({ ...layer, name, inputs });
    return name;
  };
  const [channels = 1] = shape;
  const conv = (out_channels: number, kernel_size: number): LayerSpec => ({
    ...{ type: 'conv2d', out_channels, kernel_size },
    ...(kernel_size > 1 ? { padding: 'same' } : {}),
  });
  if (kind === 'residual') {
    const mix: LayerSpec =
      shape.length === 3 ? conv(channels, 3) : { type: 'linear', out_features: channels };
    const bent = add({ type: 'relu' }, add(mix, after));
    add({ type: 'relu' }, add({ type: 'add' }, add(mix, bent), after));
  } else {
    const each = Math.min(Math.max(channels, 4), 16);
    const paths = [1, 3, 5].map((size) => add(conv(each, size), after));
    add({ type: 'relu' }, add({ type: 'concat' }, ...paths));
  }
  return tidied(spec, spliceAfter(layers, after, block));
}

/** A layer of this type with usual settings, for an input of this shape. */
export function newLayer(type: string, shape: number[]): LayerSpec {
  const [channels = 1, height = 1] = shape;
  const usual: Record<string, Record<string, unknown>> = {
    conv2d: { out_channels: channels >= 4 ? channels : 8, kernel_size: 3, padding: 'same' },
    linear: { out_features: 64 },
    max_pool2d: { kernel_size: 2 },
    avg_pool2d: { kernel_size: 2 },
    adaptive_avg_pool2d: { output_size: Math.max(1, Math.ceil(height / 2)) },
  };
  return { type, ...usual[type] };
}
