// Headless Chromium with WebGPU: SwiftShader plays the GPU, unless CONVOLAB_GPU=real asks for the
// machine's own.
import { openBrowser } from './chromium.mjs';

export const real = process.env.CONVOLAB_GPU === 'real';

const flags = real
  ? ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist']
  : ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** The last is ours on one thread of the CPU. */
export const openWebgpu = () => openBrowser(['convolab-webgpu', 'tfjs-webgpu', 'convolab'], flags);
