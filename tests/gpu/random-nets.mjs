// Networks that nobody would draw, to try layers together: 28×28 pictures in, ten classes out.

/** Small and seeded: only which net comes of which number matters. */
function dice(seed) {
  let state = seed * 2654435761;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return (state >>> 8) % sides;
  };
}

const activations = ['relu', 'leaky_relu', 'sigmoid', 'tanh'];
const modes = ['zeros', 'reflect', 'replicate', 'circular'];

export function randomNet(seed) {
  const roll = dice(seed);
  const layers = [];
  let last = 'input';
  const add = (layer) => {
    last = `l${layers.length + 1}`;
    layers.push({ ...layer, name: last });
    return last;
  };
  const pick = (list) => list[roll(list.length)];
  add({
    ...{ type: 'conv2d', out_channels: 4, kernel_size: 3 + roll(3), stride: 2 },
    ...{ padding: 2, padding_mode: pick(modes) },
  });
  const blocks = 2 + roll(2);
  for (let block = 0; block < blocks; block++) {
    const kind = roll(6);
    if (kind === 0)
      add({
        type: 'conv2d',
        out_channels: 4,
        kernel_size: 3,
        padding: 'same',
        groups: pick([1, 2, 4]),
      });
    if (kind === 1)
      add({
        type: 'conv2d',
        out_channels: 4,
        kernel_size: 2,
        dilation: 2,
        padding: 1,
        bias: false,
      });
    if (kind === 2) add({ type: 'batch_norm2d' });
    if (kind === 3) add({ type: 'max_pool2d', kernel_size: 3, stride: 1, padding: 1 });
    if (kind === 4) add({ type: 'dropout', p: 0.25 });
    if (kind === 5) {
      const [one, other] = [last, last];
      const left = add({ type: pick(activations), inputs: [one] });
      const right = add({ type: 'conv2d', out_channels: 4, kernel_size: 1, inputs: [other] });
      add({ type: pick(['add', 'concat']), inputs: [left, right] });
    }
    add({ type: pick(activations) });
  }
  if (roll(2)) add({ type: 'adaptive_avg_pool2d', output_size: 3 });
  else add({ type: 'avg_pool2d', kernel_size: 3, stride: 2 });
  add({ type: 'flatten' });
  add({ type: 'linear', out_features: 10 });
  return { input: [1, 28, 28], layers };
}
