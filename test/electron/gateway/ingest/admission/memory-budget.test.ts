import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteBudget } from '../../../../../electron/gateway/ingest/admission/memory-budget.ts';

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
