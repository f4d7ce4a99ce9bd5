import { afterEach, describe, expect, test, vi } from 'vitest';
import { buildReason, buildText } from '../../web/src/elements/words';
import { compiled, first, handOver } from '../../web/src/engine/files';
import { choose } from '../../web/src/engine/threads';

describe('which build of the engine runs', () => {
  const here = { isolated: true, cores: 2 };

  test('two threads where the page is isolated and a second core is there', () => {
    expect(choose('auto', here)).toEqual({ threads: 2 });
    expect(choose('2', { isolated: true, cores: 1 })).toEqual({ threads: 2 });
  });

  test('one thread otherwise, with the reason', () => {
    expect(choose('1', here)).toEqual({ threads: 1, why: 'wanted' });
    expect(choose('auto', { isolated: true, cores: 1 })).toEqual({ threads: 1, why: 'one-core' });
    for (const wanted of ['auto', '2'] as const)
      expect(choose(wanted, { isolated: false, cores: 8 })).toEqual({
        threads: 1,
        why: 'not-isolated',
      });
  });

  test('is said in words', () => {
    expect(buildText(choose('auto', here))).toBe('SIMD ×2');
    expect(buildReason(choose('auto', here))).toBe('2 threads train.');
    expect(buildReason(choose('auto', { isolated: false, cores: 2 }))).toMatch(/not isolated/);
  });
});

describe('the page compiles for its worker', () => {
  const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const other = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));

  /** Compiling gives `result`; returns the addresses that were fetched. */
  function fetching(result: Promise<WebAssembly.Module>) {
    const fetched: string[] = [];
    vi.stubGlobal('fetch', (url: string) => fetched.push(url));
    vi.spyOn(WebAssembly, 'compileStreaming').mockReturnValue(result);
    return fetched;
  }

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  const handed = (build: Parameters<typeof handOver>[1]) =>
    new Promise<{ url: string; module?: WebAssembly.Module }>((done) =>
      handOver({ postMessage: done } as unknown as Worker, build),
    );

  test('what it will run, and sends it', async () => {
    const fetched = fetching(Promise.resolve(module));
    expect(await handed({ threads: 1 })).toEqual({ url: first.alone, module });
    expect(await handed({ threads: 2 })).toEqual({ url: first.threads, module });
    expect(fetched).toEqual([first.alone, first.threads]);
  });

  test('nothing for a build that is compiled where it runs', () => {
    const fetched = fetching(Promise.resolve(module));
    handOver({} as Worker, { threads: 1, gpu: true });
    handOver({} as Worker, { threads: 2, inspect: true });
    expect(fetched).toEqual([]);
  });

  test('the worker takes what it was sent, when it is the right one', async () => {
    const fetched = fetching(Promise.resolve(other));
    expect(await compiled('a', Promise.resolve({ url: 'a', module }))).toBe(module);
    expect(fetched).toEqual([]);
    expect(await compiled('b', Promise.resolve({ url: 'a', module }))).toBe(other);
    expect(fetched).toEqual(['b']);
  });

  test('a page that could not says so, and the worker tries for itself', async () => {
    fetching(Promise.reject(new Error('offline')));
    const given = await handed({ threads: 1 });
    expect(given).toEqual({ url: first.alone });
    fetching(Promise.resolve(other));
    expect(await compiled(first.alone, Promise.resolve(given))).toBe(other);
  });
});
