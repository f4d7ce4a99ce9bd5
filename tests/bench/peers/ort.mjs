// onnxruntime-web, its WebAssembly provider. Training would need files that only its Python package
// makes, so it answers only.
import { onnxOf } from './onnx.mjs';

export const peer = ({ ort }) => ({
  train() {
    throw new Error('its training needs artifacts that only its Python package makes');
  },

  async infer(net, batch, weights, pictures) {
    const session = await ort.InferenceSession.create(onnxOf(net, batch, weights), {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    return {
      images: batch,
      run: async () => {
        const x = new ort.Tensor('float32', pictures, [batch, ...net.input]);
        return (await session.run({ x })).y.data;
      },
      close: () => session.release(),
    };
  },
});
