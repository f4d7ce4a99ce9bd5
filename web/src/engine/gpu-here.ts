// Whether a page or a worker may have a GPU; a file of its own, because both ask.
import type { GpuAdapter } from './gpu-device.mjs';

/** What is used of navigator.gpu. */
interface WebGpu {
  requestAdapter(options: { powerPreference: string }): Promise<GpuAdapter | null>;
}

/** Why there is none, as far as that is known without asking the browser for one. */
export function whyNoGpu(): string | undefined {
  if ('gpu' in navigator) return undefined;
  return isSecureContext
    ? 'The GPU cannot be chosen: this browser has no WebGPU.'
    : 'The GPU cannot be chosen: browsers open WebGPU only for pages from https or this computer.';
}

export async function findAdapter(): Promise<GpuAdapter | null> {
  const { gpu } = navigator as unknown as { gpu: WebGpu };
  return gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
}

export const noAdapter =
  'The GPU cannot be chosen: this browser has WebGPU, but finds no GPU for it here.';

/** The same, having asked. */
export async function whyNoAdapter(): Promise<string | undefined> {
  return whyNoGpu() ?? ((await findAdapter()) ? undefined : noAdapter);
}
