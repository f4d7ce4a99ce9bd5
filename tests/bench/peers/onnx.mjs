// Writes a network as an .onnx file: the few parts of the protocol buffers that this takes.

const varint = (value) => {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
};

const join = (parts) => {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

const integer = (field, value) => Uint8Array.from([...varint(field << 3), ...varint(value)]);
const bytes = (field, value) =>
  join([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value]);
const text = (field, value) => bytes(field, new globalThis.TextEncoder().encode(value));
const message = (field, ...parts) => bytes(field, join(parts));

// The numbers of the fields are those of onnx.proto, named beside them.
const attribute = (name, value) =>
  Array.isArray(value)
    ? message(5, text(1, name), ...value.map((each) => integer(8, each)), integer(20, 7)) // ints
    : message(5, text(1, name), integer(3, value), integer(20, 2)); // int

const node = (type, inputs, output, attributes = {}) =>
  message(
    1, // GraphProto.node
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, type),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  );

const initializer = (name, shape, values) =>
  message(
    5, // GraphProto.initializer
    ...shape.map((n) => integer(1, n)),
    integer(2, 1), // float
    text(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );

const value = (field, name, shape) => {
  const dimensions = message(2, ...shape.map((n) => message(1, integer(1, n))));
  return message(field, text(1, name), message(2, message(1, integer(1, 1), dimensions)));
};

const operators = {
  conv2d: ({ kernel_size: k, padding = 0, groups = 1 }) => [
    'Conv',
    { kernel_shape: [k, k], pads: [padding, padding, padding, padding], group: groups },
  ],
  max_pool2d: ({ kernel_size: k }) => ['MaxPool', { kernel_shape: [k, k], strides: [k, k] }],
  relu: () => ['Relu'],
  flatten: () => ['Flatten', { axis: 1 }],
  linear: () => ['Gemm', { transB: 1 }],
};

/** The file, for a batch of that size; its input is `x`, its output `y`. */
export function onnxOf({ input, layers }, batch, weights) {
  const parts = [];
  let from = 'x';
  layers.forEach((layer, i) => {
    const [type, attributes] = operators[layer.type](layer);
    const names = Object.keys(layer.parameters).map((kind) => `${layer.name}.${kind}`);
    const to = i === layers.length - 1 ? 'y' : layer.name;
    parts.push(node(type, [from, ...names], to, attributes));
    for (const [kind, shape] of Object.entries(layer.parameters))
      parts.push(initializer(`${layer.name}.${kind}`, shape, weights[`${layer.name}.${kind}`]));
    from = to;
  });
  const graph = message(
    7, // ModelProto.graph
    ...parts,
    text(2, 'bench'),
    value(11, 'x', [batch, ...input]),
    value(12, 'y', [batch, ...layers.at(-1).to]),
  );
  return join([integer(1, 8), graph, message(8, integer(2, 13))]); // IR version 8, opset 13
}
