// WebGPU in node: Dawn, from the npm package `webgpu`. It is large (130 MB) and only what trains or
// tests on a GPU without a page needs it, so it is installed into build/ when it is first asked for.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openGpu } from '../../web/src/engine/gpu-device.mjs';
import { root } from './run.mjs';

const from = join(root, 'scripts', 'webgpu');
const folder = join(root, 'build', 'webgpu');
const files = ['package.json', 'package-lock.json', '.npmrc'];

/** The texts of shaders/*.wgsl by stem. */
export const shaderSources = () =>
  Object.fromEntries(
    readdirSync(join(root, 'shaders'))
      .filter((name) => name.endsWith('.wgsl'))
      .map((name) => [name.slice(0, -5), readFileSync(join(root, 'shaders', name), 'utf8')]),
  );

function install() {
  const text = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const current =
    existsSync(join(folder, 'node_modules', '.package-lock.json')) &&
    files.every((name) => text(join(from, name)) === text(join(folder, name)));
  if (current) return;
  console.error('Installing WebGPU for node');
  mkdirSync(folder, { recursive: true });
  for (const name of files) copyFileSync(join(from, name), join(folder, name));
  // Its install script only looks for libraries of a desktop.
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', folder], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('the npm package `webgpu` could not be installed');
}

// Where Debian's chromium package keeps the Vulkan driver that needs no GPU.
const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Installs Dawn where it is missing, and returns its `gpu`: what browsers call navigator.gpu.
 * `flags` are Dawn's, such as 'enable-dawn-features=…'.
 * Without a GPU of its own, and when CONVOLAB_GPU is not set to `real`, SwiftShader plays one.
 */
export async function nodeGpu(...flags) {
  install();
  if (process.env.CONVOLAB_GPU !== 'real' && existsSync(swiftshader))
    process.env.VK_ICD_FILENAMES ??= swiftshader;
  const { create } = await import(
    pathToFileURL(join(folder, 'node_modules', 'webgpu', 'index.js')).href
  );
  return create(flags);
}

/** A GpuDevice over it, with openGpu's options, or an error that says what is missing. */
export async function openNodeGpu({ flags = [], ...options } = {}) {
  const gpu = await nodeGpu(...flags);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error(`WebGPU finds no adapter here; ${swiftshader} would be one`);
  // Dawn ends with its `gpu`, so that the device has to keep it.
  return Object.assign(await openGpu(adapter, shaderSources(), options), { gpu });
}
