import { expect, test } from 'vitest';
import { BufferPool } from '../../../../electron/gateway/platform/buffer-pool.ts';

const granule = 65_536;

test('a buffer is at least as long as asked for, never lent to two at once, and lent again once it is back', () => {
  const buffers = new BufferPool(10 * granule, 4 * granule);
  const [first, second] = [buffers.take(100), buffers.take(100)];
  expect(first).not.toBe(second);
  expect(first.byteLength).toBeGreaterThanOrEqual(100);
  buffers.give(first);
  expect(buffers.take(granule)).toBe(first);
});

test('the smallest that fits is taken; one that is too small is not', () => {
  const buffers = new BufferPool(10 * granule, 4 * granule);
  const [small, large] = [buffers.take(granule), buffers.take(3 * granule)];
  buffers.give(large);
  buffers.give(small);
  expect(buffers.take(10)).toBe(small);
  expect(buffers.take(2 * granule)).toBe(large);
});

test('no more is kept than is allowed, in all and of each', () => {
  const buffers = new BufferPool(4 * granule, 3 * granule);
  const [one, three, huge] = [1, 3, 4].map((count) => buffers.take(count * granule));
  if (one === undefined || three === undefined || huge === undefined) throw new Error('no buffers');
  buffers.give(huge);
  expect(buffers.take(4 * granule)).not.toBe(huge);
  const two = buffers.take(2 * granule);
  for (const buffer of [one, two, three]) buffers.give(buffer);
  // The longest are kept: one and two had to go.
  expect(buffers.take(granule)).toBe(three);
  expect([one, two]).not.toContain(buffers.take(granule));
});
