import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffDelay, GrowingDelay, withoutJitter } from '../../../../electron/gateway/platform/backoff.ts';
import { gateBackoff } from '../../../../electron/gateway/sync/connectivity.ts';
import { entryBackoff } from '../../../../electron/gateway/sync/retry-policy.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const limits = fc.constantFrom(entryBackoff, gateBackoff);

describe('the growing delay', () => {
  test('doubles with each failure until it reaches the longest', () => {
    const middle = [0, 1, 2, 3, 4, 5, 6, 7].map((failures) => backoffDelay(failures, gateBackoff, 0.999_999));
    expect(middle).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('lies between half of the full delay and the full delay, whatever the chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), random, limits, (failures, chance, { first, longest }) => {
        const full = Math.min(longest, first * 2 ** Math.min(failures, 30));
        const delay = backoffDelay(failures, { first, longest }, chance);
        expect(delay).toBeGreaterThanOrEqual(full / 2);
        expect(delay).toBeLessThanOrEqual(full);
      }),
    );
  });

  test('spreads devices that failed together over half of the delay', () => {
    const delays = Array.from({ length: 100 }, (_, index) => backoffDelay(5, entryBackoff, index / 100));
    expect(new Set(delays).size).toBe(100);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(15_000);
  });

  test('is never longer than an hour for an entry and a minute for the way', () => {
    expect(backoffDelay(Number.MAX_SAFE_INTEGER, entryBackoff, 0.9999)).toBeLessThanOrEqual(3_600_000);
    expect(backoffDelay(Number.MAX_SAFE_INTEGER, gateBackoff, 0.9999)).toBeLessThanOrEqual(60_000);
  });

  test('begins again once it has worked', () => {
    const delay = new GrowingDelay({ first: 500, longest: 2_000 }, withoutJitter);
    expect([delay.next(), delay.next(), delay.next(), delay.next()]).toEqual([500, 1_000, 2_000, 2_000]);
    delay.reset();
    expect(delay.next()).toBe(500);
  });
});
