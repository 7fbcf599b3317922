import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteBudget } from '../../../electron/gateway/ingest/byte-budget.ts';

it('never holds more than its capacity, lets everything in, and in the order of asking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 150 }), { maxLength: 40 }), async (wishes) => {
      const budget = new ByteBudget(100);
      let held = 0;
      const order: number[] = [];
      await Promise.all(
        wishes.map((bytes, index) =>
          budget.hold(bytes, async () => {
            order.push(index);
            held += Math.min(bytes, 100);
            expect(held).toBeLessThanOrEqual(100);
            await new Promise((resolve) => setImmediate(resolve));
            held -= Math.min(bytes, 100);
          }),
        ),
      );
      expect(order).toEqual(wishes.map((_, index) => index));
    }),
    { numRuns: 50 },
  );
});

it('gives the bytes back when the work fails', async () => {
  const budget = new ByteBudget(10);
  await expect(budget.hold(10, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(budget.hold(10, () => Promise.resolve('in'))).resolves.toBe('in');
});

it('lends memory of exactly the length that is asked for, never to two at once, and lends it again', async () => {
  const budget = new ByteBudget(50_000_000);
  const lent = new Set<ArrayBufferLike>();
  const ever = new Set<ArrayBufferLike>();
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(
      [200_000, 200_001, 65_536, 1, 0, 9_000_000, 180_000].map((bytes) =>
        budget.hold(bytes, async (buffer) => {
          expect(buffer).toHaveLength(bytes);
          expect(lent.has(buffer.buffer)).toBe(false);
          lent.add(buffer.buffer);
          if (bytes < 9_000_000) ever.add(buffer.buffer);
          buffer.fill(bytes % 251);
          await new Promise((resolve) => setImmediate(resolve));
          expect(buffer.every((value) => value === bytes % 251)).toBe(true);
          lent.delete(buffer.buffer);
        }),
      ),
    );
  }
  expect(ever.size).toBe(6);
});
