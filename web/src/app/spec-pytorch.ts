// A network as PyTorch code: an nn.Module whose state_dict has the names of the engine's parameters.
import type { CheckedNetwork, LayerSpec, LayerSummary, NetworkSpec } from '../engine/api';
import { attributesInOrder, picture } from './spec-names';

const keywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except ' +
    'finally for from global if import in is lambda nonlocal not or pass raise return try while with ' +
    // What a module, or the code below, already calls by that name.
    'F nn torch x image self training forward train eval add_module parameters modules buffers children ' +
    'apply float half double cpu cuda to type state_dict dump_patches register_buffer compile share_memory'
  ).split(' '),
);

/** A name of Python's for every layer, and for the picture. */
function identifiers(layers: LayerSummary[]): Map<string, string> {
  const taken = new Set<string>();
  const given = new Map([[picture, 'x']]);
  for (const { name } of layers) {
    const plain = name.normalize('NFKD').replace(/[^A-Za-z0-9_]/g, '_');
    const stem = /^[A-Za-z]/.test(plain) && !keywords.has(plain) ? plain : `layer_${plain}`;
    let free = stem;
    for (let count = 2; taken.has(free); count++) free = `${stem}_${count}`;
    taken.add(free);
    given.set(name, free);
  }
  return given;
}

function python(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `(${value.map(python).join(', ')})`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

const isUneven = (padding: unknown): padding is number[] =>
  Array.isArray(padding) && padding.length === 4;

/** The layer's attributes as keyword arguments. */
function keywordArguments({ type, name: _name, inputs: _inputs, ...attributes }: LayerSpec) {
  return attributesInOrder(attributes)
    .filter(([key, value]) => {
      const none = type === 'avg_pool2d' && key === 'divisor_override' && value === 0;
      const elsewhere = isUneven(value) || (key === 'padding_mode' && isUneven(attributes.padding));
      return key !== 'init' && !none && !elsewhere;
    })
    .map(([key, value]) => `${key}=${python(value)}`);
}

const modules = new Map([
  ['conv2d', 'Conv2d'],
  ['linear', 'Linear'],
  ['max_pool2d', 'MaxPool2d'],
  ['avg_pool2d', 'AvgPool2d'],
  ['adaptive_avg_pool2d', 'AdaptiveAvgPool2d'],
  ['batch_norm2d', 'BatchNorm2d'],
  ['leaky_relu', 'LeakyReLU'],
  ['dropout', 'Dropout'],
]);
const withInput = new Set(['conv2d', 'linear', 'batch_norm2d']);

function constructor(layer: LayerSpec, channels: number) {
  const module = modules.get(layer.type);
  if (!module) return undefined;
  const { out_channels, out_features, ...others } = layer;
  const sizes = withInput.has(layer.type) ? [channels, out_channels ?? out_features] : [];
  const places = sizes.filter((size) => size !== undefined).map(python);
  return `nn.${module}(${[...places, ...keywordArguments(others)].join(', ')})`;
}

/** What the layer makes of its inputs, as an expression. */
function expression(layer: LayerSpec, self: string, inputs: string[]) {
  const [first = 'x'] = inputs;
  const { padding, padding_mode = 'zeros' } = layer;
  if (layer.type === 'conv2d' && isUneven(padding)) {
    const [top, bottom, left, right] = padding;
    const mode = padding_mode === 'zeros' ? 'constant' : String(padding_mode);
    return `self.${self}(F.pad(${first}, (${left}, ${right}, ${top}, ${bottom}), mode='${mode}'))`;
  }
  const functions: Record<string, string> = {
    relu: `torch.relu(${first})`,
    tanh: `torch.tanh(${first})`,
    sigmoid: `torch.sigmoid(${first})`,
    softmax: `torch.softmax(${first}, dim=1)`,
    flatten: `torch.flatten(${first}, 1)`,
    global_avg_pool2d: `${first}.mean(dim=(2, 3))`,
    add: inputs.join(' + '),
    concat: `torch.cat([${inputs.join(', ')}], dim=1)`,
  };
  return functions[layer.type] ?? `self.${self}(${first})`;
}

const initialisers: Record<string, string> = {
  he_normal: `kaiming_normal_(W, nonlinearity='relu')`,
  he_uniform: `kaiming_uniform_(W, nonlinearity='relu')`,
  xavier_normal: 'xavier_normal_(W)',
  xavier_uniform: 'xavier_uniform_(W)',
};

/** How the weights start, where that is not as PyTorch would do it. */
function initialisation({ init, layers }: NetworkSpec, names: string[]) {
  return layers.flatMap((layer, i) => {
    const call = initialisers[(layer.init as string | undefined) ?? init ?? 'pytorch'];
    if (!call || (layer.type !== 'conv2d' && layer.type !== 'linear')) return [];
    const self = `self.${names[i] ?? ''}`;
    const weight = `nn.init.${call.replace('W', `${self}.weight`)}`;
    return layer.bias === false ? [weight] : [weight, `nn.init.zeros_(${self}.bias)`];
  });
}

/** "small-resnet" → "SmallResnet". */
function className(name: string) {
  const words = name.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? [];
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Z]/.test(joined) && joined !== 'Own'
    ? joined
    : `Net${joined === 'Own' ? '' : joined}`;
}

/**
 * The variable that holds what each layer makes: always x where only the next layer reads it, a name
 * of its own where it is still wanted later.
 */
function variables(layers: LayerSummary[], names: Map<string, string>) {
  const readers = (name: string) =>
    layers.flatMap(({ inputs }, i) => (inputs.includes(name) ? [i] : []));
  const simple = (name: string, at: number) =>
    readers(name).every((reader) => reader === at + 1) || at === layers.length - 1;
  const held = new Map([[picture, 'x']]);
  layers.forEach(({ name }, i) =>
    held.set(name, simple(name, i) ? 'x' : (names.get(name) ?? name)),
  );
  // The picture is x from the start: who reads it later needs it under another name.
  if (!simple(picture, -1)) held.set(picture, 'image');
  return held;
}

export function pytorchCode({ spec, summary }: CheckedNetwork): string {
  const names = identifiers(summary.layers);
  const held = variables(summary.layers, names);
  const outputs = new Map([[picture, summary.input]]);
  const make: string[] = [];
  const run: string[] = [];
  summary.layers.forEach((shape, i) => {
    const layer = spec.layers[i] ?? { type: shape.type };
    const self = names.get(shape.name) ?? '';
    const channels = outputs.get(shape.inputs[0] ?? picture)?.[0] ?? 1;
    outputs.set(shape.name, shape.output);
    const made = constructor(layer, channels);
    if (made) make.push(`self.${self} = ${made}`);
    const inputs = shape.inputs.map((input) => held.get(input) ?? 'x');
    run.push(`${held.get(shape.name) ?? 'x'} = ${expression(layer, self, inputs)}`);
  });
  make.push(
    ...initialisation(
      spec,
      summary.layers.map(({ name }) => names.get(name) ?? ''),
    ),
  );
  const image = held.get(picture) ?? 'x';
  return [
    'import torch',
    'from torch import nn',
    ...(run.some((line) => line.includes('F.pad')) ? ['from torch.nn import functional as F'] : []),
    '',
    '',
    `class ${className(spec.name)}(nn.Module):`,
    `    # Input: batch × ${summary.input.join(' × ')}`,
    '    def __init__(self):',
    '        super().__init__()',
    ...make.map((line) => `        ${line}`),
    '',
    `    def forward(self, ${image}):`,
    ...run.map((line) => `        ${line}`),
    '        return x',
    '',
  ].join('\n');
}
