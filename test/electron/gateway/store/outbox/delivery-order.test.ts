import { describe, expect, it } from 'vitest';
import {
  type DeliveryOrder,
  deliveryOrderOf,
  plainOrder,
} from '../../../../../electron/gateway/store/outbox/delivery-order.ts';
import { newImage } from '../../../../support/store.ts';

const order = { order: 'oldest-first', goodClasses: [], classPriorities: {} } as const;
const imageWith = (classes: readonly string[], sourceId = 'aoi', capturedAt = 1_000) => {
  const box = { xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 };
  const annotations = classes.map((classValue) => ({ ...box, classValue }));
  return newImage({ sourceId, modifiedMs: capturedAt, content: { annotations } }).image;
};
const rankOf = (order: DeliveryOrder, classes: readonly string[], sourceId?: string): number =>
  order.place(imageWith(classes, sourceId)).rank;

describe('the place in line', () => {
  it('goes by the time of capture, from either end', () => {
    expect(deliveryOrderOf(order, []).place(imageWith([], 'aoi', 1_000.6))).toEqual({ rank: 0, position: 1_001 });
    expect(deliveryOrderOf({ ...order, order: 'newest-first' }, []).place(imageWith([], 'aoi', 5_000))).toEqual({
      rank: 0,
      position: -5_000,
    });
  });

  it('puts a higher priority of the source, and of the best of the classes, into a better rank', () => {
    const placed = deliveryOrderOf({ ...order, classPriorities: { scratch: 3, dent: 1, ok: -2 } }, [
      { id: 'top', priority: 2 },
      { id: 'side', priority: -1 },
    ]);
    const ranks = {
      plain: rankOf(placed, []),
      top: rankOf(placed, [], 'top'),
      side: rankOf(placed, [], 'side'),
      both: rankOf(placed, ['dent', 'scratch', 'unknown'], 'top'),
      unknown: rankOf(placed, ['unknown', 'ok']),
      good: rankOf(placed, ['ok']),
    };
    expect(ranks).toEqual({ plain: 0, top: -4, side: 2, both: -10, unknown: 0, good: 4 });
    expect(Object.is(ranks.plain, 0)).toBe(true);
  });

  it('puts defects before all others of the same priority, and no priority behind them', () => {
    const placed = deliveryOrderOf(
      { ...order, order: 'defects-first', goodClasses: ['ok'], classPriorities: { dust: -1 } },
      [{ id: 'top', priority: 1 }],
    );
    expect(rankOf(placed, ['scratch'])).toBe(-1);
    expect(rankOf(placed, ['ok', 'scratch'])).toBe(-1);
    expect(rankOf(placed, ['ok'])).toBe(0);
    expect(rankOf(placed, [])).toBe(0);
    expect(rankOf(placed, ['dust'])).toBe(1);
    expect(rankOf(placed, [], 'top')).toBeLessThan(rankOf(placed, ['scratch']));
    expect(rankOf(placed, ['scratch'], 'top')).toBeLessThan(rankOf(placed, [], 'top'));
  });

  it('is found for a picture with more boxes than a function takes arguments', () => {
    const placed = deliveryOrderOf({ ...order, order: 'defects-first', classPriorities: { x: 5 } }, []);
    expect(placed.place(imageWith(Array.from({ length: 300_000 }, () => 'x'))).rank).toBe(-11);
  });
});

describe('the signature of a policy', () => {
  it('is the same for policies that place every image alike', () => {
    const sources = [
      { id: 'a', priority: 1 },
      { id: 'b', priority: 0 },
    ];
    const same = deliveryOrderOf(
      { ...order, goodClasses: ['ok'], classPriorities: { x: 1, y: 2, z: 0 } },
      sources,
    ).signature;
    expect(
      deliveryOrderOf({ ...order, classPriorities: { y: 2, x: 1 } }, [{ id: 'c', priority: 0 }, ...sources.slice(0, 1)])
        .signature,
    ).toBe(same);
    expect(deliveryOrderOf(order, [{ id: 'a', priority: 0 }]).signature).toBe(plainOrder.signature);
  });

  it('differs with everything that moves an image', () => {
    const signatures = [
      deliveryOrderOf(order, []),
      deliveryOrderOf({ ...order, order: 'newest-first' }, []),
      deliveryOrderOf({ ...order, order: 'defects-first' }, []),
      deliveryOrderOf({ ...order, order: 'defects-first', goodClasses: ['ok'] }, []),
      deliveryOrderOf({ ...order, classPriorities: { ok: 1 } }, []),
      deliveryOrderOf(order, [{ id: 'ok', priority: 1 }]),
    ].map(({ signature }) => signature);
    expect(new Set(signatures).size).toBe(signatures.length);
  });
});
