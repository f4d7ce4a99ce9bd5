// tfjs-backend-wasm 4.22 has no kernel for the gradient of a convolution's weights, so no network
// with a convolution trains on it. This gives it one, made of kernels that it has, in two ways:
//
//   as a convolution     x as (channels, H, W, batch), d_y as the filter (OH, OW, batch, filters)
//   tap by tap           for each tap of the window, its pixels (N·OH·OW, channels)ᵀ · d_y
//
// and takes for each shape whichever was faster when it was first asked.

const padded = (tf, x, [h, w], [outH, outW], [kernelH, kernelW]) => {
  const [rows, columns] = [outH + kernelH - 1 - h, outW + kernelW - 1 - w];
  if (rows === 0 && columns === 0) return x;
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return tf.pad(x, [
    [0, 0],
    [top, rows - top],
    [left, columns - left],
    [0, 0],
  ]);
};

const asConvolution = (tf, x, dy) => {
  const pictures = tf.transpose(x, [3, 1, 2, 0]);
  const filters = tf.transpose(dy, [1, 2, 0, 3]);
  return tf.transpose(tf.conv2d(pictures, filters, 1, 'valid'), [1, 2, 0, 3]);
};

const tapByTap = (tf, x, dy, [kernelH, kernelW]) => {
  const [batch, outH, outW, filters] = dy.shape;
  const channels = x.shape[3];
  const flat = tf.reshape(dy, [batch * outH * outW, filters]);
  const taps = [];
  for (let i = 0; i < kernelH; i++)
    for (let j = 0; j < kernelW; j++) {
      const pixels = tf.slice(x, [0, i, j, 0], [batch, outH, outW, channels]);
      taps.push(tf.matMul(tf.reshape(pixels, [-1, channels]), flat, true));
    }
  return tf.reshape(tf.stack(taps), [kernelH, kernelW, channels, filters]);
};

const ways = [asConvolution, tapByTap];

/** Times a way on a shape, after one run that counts for nothing. */
function seconds(tf, way, ...args) {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    tf.dispose(way(tf, ...args));
    if (i > 0) best = Math.min(best, performance.now() - began);
  }
  return best;
}

export function registerFilterGradient(tf) {
  const chosen = new Map();
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs: { x, dy }, attrs: { filterShape, strides } }) => {
      const stride = [strides].flat();
      if (stride.some((step) => step !== 1)) throw new Error('only for a stride of 1');
      const window = filterShape.slice(0, 2);
      return tf.tidy(() => {
        const picture = padded(tf, x, x.shape.slice(1, 3), dy.shape.slice(1, 3), window);
        const key = `${x.shape} ${dy.shape} ${filterShape}`;
        if (!chosen.has(key)) {
          const times = ways.map((way) => seconds(tf, way, picture, dy, window));
          chosen.set(key, ways[times.indexOf(Math.min(...times))]);
        }
        return chosen.get(key)(tf, picture, dy, window);
      });
    },
  });
}

/** Holds every way against the sum that the gradient is. */
export function checkFilterGradient(tf) {
  const [batch, size, channels, filters, k] = [2, 6, 3, 4, 3];
  const out = size - k + 1;
  const values = (n, factor) => Float32Array.from({ length: n }, (_, i) => Math.sin(factor * i));
  const x = tf.tensor(values(batch * size * size * channels, 1.7), [batch, size, size, channels]);
  const dy = tf.tensor(values(batch * out * out * filters, 0.9), [batch, out, out, filters]);
  const [xs, dys] = [x.dataSync(), dy.dataSync()];
  const results = ways.map((way) => tf.tidy(() => way(tf, x, dy, [k, k]).dataSync()));
  for (let at = 0; at < k * k * channels * filters; at++) {
    const f = at % filters;
    const c = Math.floor(at / filters) % channels;
    const j = Math.floor(at / (filters * channels)) % k;
    const i = Math.floor(at / (filters * channels * k));
    let sum = 0;
    for (let n = 0; n < batch; n++)
      for (let row = 0; row < out; row++)
        for (let column = 0; column < out; column++)
          sum +=
            xs[((n * size + row + i) * size + column + j) * channels + c] *
            dys[((n * out + row) * out + column) * filters + f];
    for (const result of results)
      if (!(Math.abs(result[at] - sum) < 1e-3))
        throw new Error(`the filter gradient is ${result[at]} where it should be ${sum}`);
  }
  tf.dispose([x, dy]);
}
