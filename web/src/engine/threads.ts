// Which of the engine's builds runs: on one thread, which every browser does wherever the page lies,
// or on several, which share memory. Browsers allow that only in a page that is isolated from all
// others, and a page is isolated when its server says so (docs/hosting.md).
import type { BuildWanted, DeviceWanted, EngineBuild, ThreadsWanted } from './api';

/** Which of them the settings ask for. */
export const buildOf = (asked: { device: DeviceWanted; threads: ThreadsWanted }): BuildWanted =>
  asked.device === 'cpu' ? asked.threads : 'gpu';

interface Allowed {
  isolated: boolean;
  cores: number;
}

/** What this browser and this page allow; the same in the page and in its workers. */
export const here = (): Allowed => ({
  isolated: self.crossOriginIsolated,
  cores: navigator.hardwareConcurrency,
});

/** What of it is wanted. */
export function choose(wanted: BuildWanted, { isolated, cores }: Allowed): EngineBuild {
  if (wanted === 'gpu') return { threads: 1, gpu: true };
  if (wanted.startsWith('inspect-')) {
    const threads = wanted.slice('inspect-'.length) as ThreadsWanted;
    return { ...choose(threads, { isolated, cores }), inspect: true };
  }
  if (wanted === '1') return { threads: 1, why: 'wanted' };
  if (!isolated) return { threads: 1, why: 'not-isolated' };
  if (wanted === 'auto' && cores < 2) return { threads: 1, why: 'one-core' };
  return { threads: 2 };
}
