// What is measured: networks and single layers as specs, which every library's part of the
// benchmark translates, with weights and pictures that are the same for all.

const conv = (out_channels, kernel_size, rest = {}) => ({
  type: 'conv2d',
  out_channels,
  kernel_size,
  ...rest,
});
const linear = (out_features) => ({ type: 'linear', out_features });
const relu = { type: 'relu' };
const pool = { type: 'max_pool2d', kernel_size: 2 };
const flatten = { type: 'flatten' };
const same = (channels) => [conv(channels, 3, { padding: 1 }), relu];

const adam = { type: 'adam', lr: 0.001 };
const momentum = { type: 'sgd', lr: 0.01, momentum: 0.9 };

const described = [
  {
    net: 'U',
    about: 'conv 5×5 1→8, conv 3×3 8→16, linear 400→10; 28×28×1; Adam',
    input: [1, 28, 28],
    optimizer: adam,
    layers: [conv(8, 5), relu, pool, conv(16, 3), relu, pool, flatten, linear(10)],
  },
  {
    net: 'L',
    about: 'LeNet-5: conv 5×5 1→6, conv 5×5 6→16, 400-120-84-10; 28×28×1; SGD with momentum',
    input: [1, 28, 28],
    optimizer: momentum,
    layers: [
      ...[conv(6, 5, { padding: 2 }), relu, pool, conv(16, 5), relu, pool, flatten],
      ...[linear(120), relu, linear(84), relu, linear(10)],
    ],
  },
  {
    net: 'V',
    about: 'conv 3×3: 2 × 32, 2 × 64 channels, 4096-128-10; 32×32×3; Adam',
    input: [3, 32, 32],
    optimizer: adam,
    layers: [
      ...[...same(32), ...same(32), pool, ...same(64), ...same(64), pool, flatten],
      ...[linear(128), relu, linear(10)],
    ],
  },
];

const alone = (net, input, layer) => ({ net, input, layers: [layer] });
const describedConvs = [
  alone('3×3 64→64, 56²', [64, 56, 56], conv(64, 3, { padding: 1 })),
  alone('3×3 128→128, 28²', [128, 28, 28], conv(128, 3, { padding: 1 })),
  alone('5×5 8→16, 24²', [8, 24, 24], conv(16, 5, { padding: 2 })),
  alone('1×1 256→256, 14²', [256, 14, 14], conv(256, 1)),
  alone('depthwise 3×3 64, 56²', [64, 56, 56], conv(64, 3, { padding: 1, groups: 64 })),
];

const size = (shape) => shape.reduce((product, n) => product * n, 1);

/** The layers with their names, shapes (channels, height, width), weights' shapes, multiply-adds. */
export function withShapes({ layers, ...net }) {
  let shape = net.input;
  const seen = layers.map((layer, i) => {
    const [channels, h, w] = shape;
    const from = shape;
    const parameters = {};
    let multiplyAdds = 0;
    const pad = layer.padding ?? 0;
    const k = layer.kernel_size;
    if (layer.type === 'conv2d') {
      shape = [layer.out_channels, h + 2 * pad - k + 1, w + 2 * pad - k + 1];
      parameters.weight = [layer.out_channels, channels / (layer.groups ?? 1), k, k];
      multiplyAdds = (size(shape) * size(parameters.weight)) / layer.out_channels;
    } else if (layer.type === 'max_pool2d') {
      shape = [channels, Math.floor(h / k), Math.floor(w / k)];
    } else if (layer.type === 'flatten') {
      shape = [size(shape)];
    } else if (layer.type === 'linear') {
      shape = [layer.out_features];
      parameters.weight = [layer.out_features, size(from)];
      multiplyAdds = size(parameters.weight);
    }
    if (parameters.weight) parameters.bias = [shape[0]];
    return { ...layer, name: `l${i}`, from, to: shape, parameters, multiplyAdds };
  });
  return { ...net, layers: seen, multiplyAdds: seen.reduce((n, l) => n + l.multiplyAdds, 0) };
}

export const nets = described.map(withShapes);
export const convs = describedConvs.map(withShapes);

/** The network as Convolab reads it. */
export const specOf = ({ input, layers }) =>
  JSON.stringify({
    name: 'bench',
    input,
    layers: layers.map((layer) => {
      const { from, to, parameters, multiplyAdds, ...spec } = layer;
      void [from, to, parameters, multiplyAdds];
      return spec;
    }),
  });

/** Draws from [0, 1), the same ones for the same seed (xorshift32). */
function draws(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Weights in PyTorch's order by name, `l0.weight`, uniform in ±1/√fan-in as PyTorch draws them. */
export function weightsOf({ layers }) {
  const next = draws(1);
  const weights = {};
  for (const { name, parameters } of layers) {
    for (const [kind, shape] of Object.entries(parameters)) {
      const bound = 1 / Math.sqrt(size(parameters.weight) / parameters.weight[0]);
      const values = Float32Array.from({ length: size(shape) }, () => (2 * next() - 1) * bound);
      weights[`${name}.${kind}`] = values;
    }
  }
  return weights;
}

/** `count` random pictures (count, channels, height, width) as bytes, with labels. */
export function picturesOf({ input }, count, classes = 10) {
  const next = draws(2);
  return {
    count,
    bytes: Uint8Array.from({ length: count * size(input) }, () => 256 * next()),
    labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
  };
}

/** Bytes as a network sees them, in PyTorch's order. */
export const floatsOf = (bytes) => Float32Array.from(bytes, (byte) => byte / 255);

/** (n, channels, height, width) → (n, height, width, channels). */
export function toChannelsLast(values, n, [channels, h, w]) {
  const out = new Float32Array(values.length);
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let p = 0; p < h * w; p++)
      for (let c = 0; c < channels; c++) out[at++] = values[(i * channels + c) * h * w + p];
  return out;
}

export function fromChannelsLast(values, n, [channels, h, w]) {
  const out = new Float32Array(values.length);
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < h * w; p++) out[at++] = values[(i * h * w + p) * channels + c];
  return out;
}

/** A linear layer's weights (out, in), with inputs that came flattened as channels last. */
export function linearForChannelsLast(values, layers, index) {
  const before = layers[index - 1];
  return before?.type === 'flatten' && before.from.length === 3
    ? toChannelsLast(values, values.length / layers[index].from[0], before.from)
    : values;
}

export { size };
