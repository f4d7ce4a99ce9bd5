// ConvNetJS: plain JavaScript, double precision, one picture at a time.
import { floatsOf, linearForChannelsLast, toChannelsLast } from '../nets.mjs';

/** A picture (channels, height, width) as its volume. */
function volumeOf(lib, values, [channels, h, w]) {
  const volume = new lib.Vol(w, h, channels, 0);
  volume.w.set(toChannelsLast(values, 1, [channels, h, w]));
  return volume;
}

/** Its layers, an activation being part of the layer before; the last linear layer its softmax. */
function definitionsOf({ input: [channels, h, w], layers }) {
  const definitions = [{ type: 'input', out_sx: w, out_sy: h, out_depth: channels }];
  layers.forEach((layer, i) => {
    const k = layer.kernel_size;
    const activation = layers[i + 1]?.type === 'relu' ? { activation: 'relu' } : {};
    if (layer.type === 'conv2d') {
      if ((layer.groups ?? 1) !== 1) throw new Error('it has no depthwise convolution');
      const sizes = { sx: k, filters: layer.out_channels, stride: 1, pad: layer.padding ?? 0 };
      definitions.push({ type: 'conv', ...sizes, ...activation });
    } else if (layer.type === 'max_pool2d') definitions.push({ type: 'pool', sx: k, stride: k });
    else if (layer.type === 'linear' && i < layers.length - 1)
      definitions.push({ type: 'fc', num_neurons: layer.out_features, ...activation });
    else if (layer.type === 'linear')
      definitions.push({ type: 'softmax', num_classes: layer.out_features });
  });
  return definitions;
}

/** The layers that hold weights, in both lists' order. */
function setWeights(network, { layers }, weights) {
  const owners = network.layers.filter(({ filters }) => filters);
  layers.forEach((layer, index) => {
    if (!layer.parameters.weight) return;
    const owner = owners.shift();
    const values = weights[`${layer.name}.weight`];
    const [count] = layer.parameters.weight;
    const ordered =
      layer.type === 'conv2d'
        ? toChannelsLast(values, count, layer.parameters.weight.slice(1))
        : linearForChannelsLast(values, layers, index);
    owner.filters.forEach((filter, i) => {
      const length = filter.w.length;
      filter.w.set(ordered.subarray(i * length, (i + 1) * length));
    });
    owner.biases.w.set(weights[`${layer.name}.bias`]);
  });
}

function build(lib, net, weights) {
  const network = new lib.Net();
  network.makeLayers(definitionsOf(net));
  if (weights) setWeights(network, net, weights);
  return network;
}

const volumesOf = (lib, { input }, values) => {
  const length = input.reduce((product, n) => product * n, 1);
  return Array.from({ length: values.length / length }, (_, i) =>
    volumeOf(lib, values.subarray(i * length, (i + 1) * length), input),
  );
};

/** Runs picture after picture: a run is one of them, so that a slice of time is enough for some. */
export const peer = ({ convnetjs: lib }) => ({
  train(net, batch, { bytes, labels }) {
    const { type, lr, momentum = 0 } = net.optimizer;
    const network = build(lib, net);
    const trainer = new lib.Trainer(network, {
      ...{ method: type === 'sgd' ? 'sgd' : 'adadelta', batch_size: batch, l2_decay: 0 },
      ...{ learning_rate: lr, momentum },
    });
    const volumes = volumesOf(lib, net, floatsOf(bytes));
    let next = 0;
    return {
      images: 1,
      note: type === 'sgd' ? undefined : 'with Adadelta, for it has no Adam',
      run() {
        const at = next++ % volumes.length;
        return trainer.train(volumes[at], labels[at]).cost_loss;
      },
      close() {},
    };
  },

  infer(net, batch, weights, pictures) {
    const network = build(lib, net, weights);
    const volumes = volumesOf(lib, net, pictures);
    let next = 0;
    return {
      images: 1,
      probabilities: net.layers.at(-1).type === 'linear',
      channelsLast: net.layers.at(-1).type === 'conv2d',
      run: () => network.forward(volumes[next++ % volumes.length]).w,
      close() {},
    };
  },
});
