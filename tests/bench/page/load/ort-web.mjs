import ort from 'onnxruntime-web/dist/ort.wasm.bundle.min.mjs';
import wasm from 'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm?url';
import { peer } from '../../peers/ort.mjs';

export function open() {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm };
  return peer({ ort });
}
