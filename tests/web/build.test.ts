import { describe, expect, test } from 'vitest';
import { buildReason, buildText } from '../../web/src/elements/words';
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
