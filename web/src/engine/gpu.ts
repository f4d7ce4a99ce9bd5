// The browser's GPU for the worker, opened when somebody wants it.
import { failure, type Answer } from './api';
import type { GpuDevice } from './gpu-device.mjs';
import { openGpu } from './gpu-device.mjs';
import { findAdapter, noAdapter, whyNoGpu } from './gpu-here';
import { shaders } from './shaders';

const refusal = (message: string) => failure('unsupported', 'GPU', message);

export async function openPageGpu(): Promise<Answer<GpuDevice>> {
  const why = whyNoGpu();
  if (why) return refusal(why);
  const adapter = await findAdapter();
  if (!adapter) return refusal(noAdapter);
  try {
    return { value: await openGpu(adapter, shaders) };
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    return refusal(`The GPU could not be opened (${said}).`);
  }
}
