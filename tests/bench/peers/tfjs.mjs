// TensorFlow.js on its WebAssembly or WebGPU backend: its operations directly, without tfjs-layers.
import { floatsOf, linearForChannelsLast, size, toChannelsLast } from '../nets.mjs';
import { checkFilterGradient, registerFilterGradient } from './filter-gradient.mjs';

/** As many batches on their way as ours has on a GPU. */
const depth = 3;

const transposed = (values, rows, columns) => {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
  return out;
};

/** A layer's weights and biases in its shapes: (h, w, in, out) and (in, out). */
function tensorsOf(tf, layers, index, weights) {
  const layer = layers[index];
  const [count, ...rest] = layer.parameters.weight;
  const values = weights[`${layer.name}.weight`];
  const bias = tf.tensor1d(weights[`${layer.name}.bias`]);
  if (layer.type === 'linear') {
    const ordered = linearForChannelsLast(values, layers, index);
    return { weight: tf.tensor2d(transposed(ordered, count, rest[0]), [rest[0], count]), bias };
  }
  const [channels, h, w] = rest;
  const ordered = toChannelsLast(values, count, rest); // (out, h, w, in)
  const shape = (layer.groups ?? 1) > 1 ? [h, w, count, 1] : [h, w, channels, count];
  return { weight: tf.tensor4d(transposed(ordered, count, size(rest)), shape), bias };
}

/** The layers as functions, an activation fused with the layer before where it can be. */
function stepsOf(tf, { layers }, parameters) {
  const steps = [];
  layers.forEach((layer, i) => {
    const relu = layers[i + 1]?.type === 'relu';
    const activation = relu ? 'relu' : 'linear';
    const own = parameters[layer.name];
    if (layer.type === 'conv2d') {
      const depthwise = (layer.groups ?? 1) > 1;
      const run = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
      const pad = layer.padding ? 'same' : 'valid';
      const rest = { strides: 1, pad, activation };
      steps.push((x) => run({ x, filter: own.weight, bias: own.bias, ...rest }));
    } else if (layer.type === 'linear') {
      steps.push((a) => tf.fused.matMul({ a, b: own.weight, bias: own.bias, activation }));
    } else if (layer.type === 'max_pool2d') {
      const k = layer.kernel_size;
      steps.push((x) => tf.maxPool(x, k, k, 'valid'));
    } else if (layer.type === 'flatten') {
      steps.push((x) => tf.reshape(x, [x.shape[0], -1]));
    }
  });
  return (x) => steps.reduce((value, step) => step(value), x);
}

function build(tf, net, weights, wrap = (tensor) => tensor) {
  const parameters = {};
  net.layers.forEach((layer, i) => {
    if (!layer.parameters.weight) return;
    const { weight, bias } = tensorsOf(tf, net.layers, i, weights);
    parameters[layer.name] = { weight: wrap(weight), bias: wrap(bias) };
  });
  const all = Object.values(parameters).flatMap(({ weight, bias }) => [weight, bias]);
  return { forward: stepsOf(tf, net, parameters), all };
}

let ready = false;
async function prepare(tf, loadGradients, device) {
  if (ready) return;
  await loadGradients();
  if (!device) {
    registerFilterGradient(tf);
    checkFilterGradient(tf);
  }
  ready = true;
}

/** Steps whose losses are read one after the other, as a CPU has them. */
const inTurn = (step) => ({
  note: 'with a filter gradient patched in',
  run() {
    const loss = step();
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  },
});

/** Steps whose losses come later, as a GPU has them. */
function pipelined(step, device) {
  const onTheirWay = [];
  const begin = async () => {
    const loss = step();
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
  return {
    device,
    run() {
      while (onTheirWay.length < depth) onTheirWay.push(begin());
      return onTheirWay.shift();
    },
    drain: async () => (await Promise.all(onTheirWay.splice(0))).length,
  };
}

/**
 * `loadGradients`: loads the part of tfjs-core that it needs for training only; `device`: the GPU
 * that its backend has opened, if it is that one.
 */
export const peer = ({ tf, loadGradients, device }) => ({
  async train(net, batch, { bytes, labels, weights }) {
    await prepare(tf, loadGradients, device);
    const variables = [];
    const { forward, all } = build(tf, net, weights, (tensor) => {
      variables.push(tf.variable(tensor));
      return variables.at(-1);
    });
    const { type, lr, momentum } = net.optimizer;
    const optimizer = type === 'sgd' ? tf.train.momentum(lr, momentum) : tf.train.adam(lr);
    const shape = [net.input[1], net.input[2], net.input[0]];
    const pictures = toChannelsLast(floatsOf(bytes), labels.length, net.input);
    const batches = [];
    for (let first = 0; first + batch <= labels.length; first += batch) {
      const of = pictures.subarray(first * size(shape), (first + batch) * size(shape));
      batches.push({
        x: tf.tensor4d(of, [batch, ...shape]),
        y: tf.oneHot(tf.tensor1d([...labels.subarray(first, first + batch)], 'int32'), 10),
      });
    }
    let next = 0;
    const step = () => {
      const { x, y } = batches[next++ % batches.length];
      return optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(y, forward(x)),
        true,
        variables,
      );
    };
    return {
      images: batch,
      ...(device ? pipelined(step, device) : inTurn(step)),
      close() {
        optimizer.dispose();
        tf.dispose([all, batches]);
      },
    };
  },

  infer(net, batch, weights, pictures) {
    const { forward, all } = build(tf, net, weights);
    const [channels, h, w] = net.input;
    const ordered = toChannelsLast(pictures, batch, net.input);
    return {
      images: batch,
      channelsLast: net.layers.at(-1).type === 'conv2d',
      // (tidy would look for tensors in every number that its function returns.)
      run() {
        const out = tf.tidy(() => forward(tf.tensor4d(ordered, [batch, h, w, channels])));
        const values = out.dataSync();
        out.dispose();
        return values;
      },
      close: () => tf.dispose(all),
    };
  },
});
