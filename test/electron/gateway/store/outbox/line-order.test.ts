import { describe, expect, it } from 'vitest';
import { type Line, lineOf, plainLine } from '../../../../../electron/gateway/store/outbox/line-order.ts';
import { newImage } from '../../../../support/store.ts';

const order = { order: 'oldest-first', goodClasses: [], classPriorities: {} } as const;
const imageWith = (classes: readonly string[], sourceId = 'aoi', capturedAt = 1_000) => {
  const box = { xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 };
  const annotations = classes.map((classValue) => ({ ...box, classValue }));
  return newImage({ sourceId, modifiedMs: capturedAt, content: { annotations } }).image;
};
const rankOf = (line: Line, classes: readonly string[], sourceId?: string): number =>
  line.place(imageWith(classes, sourceId)).rank;

describe('the place in line', () => {
  it('goes by the time of capture, from either end', () => {
    expect(lineOf(order, []).place(imageWith([], 'aoi', 1_000.6))).toEqual({ rank: 0, position: 1_001 });
    expect(lineOf({ ...order, order: 'newest-first' }, []).place(imageWith([], 'aoi', 5_000))).toEqual({
      rank: 0,
      position: -5_000,
    });
  });

  it('puts a higher priority of the source, and of the best of the classes, into a better rank', () => {
    const line = lineOf({ ...order, classPriorities: { scratch: 3, dent: 1, ok: -2 } }, [
      { id: 'top', priority: 2 },
      { id: 'side', priority: -1 },
    ]);
    const ranks = {
      plain: rankOf(line, []),
      top: rankOf(line, [], 'top'),
      side: rankOf(line, [], 'side'),
      both: rankOf(line, ['dent', 'scratch', 'unknown'], 'top'),
      unknown: rankOf(line, ['unknown', 'ok']),
      good: rankOf(line, ['ok']),
    };
    expect(ranks).toEqual({ plain: 0, top: -4, side: 2, both: -10, unknown: 0, good: 4 });
    expect(Object.is(ranks.plain, 0)).toBe(true);
  });

  it('puts defects before all others of the same priority, and no priority behind them', () => {
    const line = lineOf({ ...order, order: 'defects-first', goodClasses: ['ok'], classPriorities: { dust: -1 } }, [
      { id: 'top', priority: 1 },
    ]);
    expect(rankOf(line, ['scratch'])).toBe(-1);
    expect(rankOf(line, ['ok', 'scratch'])).toBe(-1);
    expect(rankOf(line, ['ok'])).toBe(0);
    expect(rankOf(line, [])).toBe(0);
    expect(rankOf(line, ['dust'])).toBe(1);
    expect(rankOf(line, [], 'top')).toBeLessThan(rankOf(line, ['scratch']));
    expect(rankOf(line, ['scratch'], 'top')).toBeLessThan(rankOf(line, [], 'top'));
  });

  it('is found for a picture with more boxes than a function takes arguments', () => {
    const line = lineOf({ ...order, order: 'defects-first', classPriorities: { x: 5 } }, []);
    expect(line.place(imageWith(Array.from({ length: 300_000 }, () => 'x'))).rank).toBe(-11);
  });
});

describe('the signature of a policy', () => {
  it('is the same for policies that place every image alike', () => {
    const sources = [
      { id: 'a', priority: 1 },
      { id: 'b', priority: 0 },
    ];
    const same = lineOf({ ...order, goodClasses: ['ok'], classPriorities: { x: 1, y: 2, z: 0 } }, sources).signature;
    expect(
      lineOf({ ...order, classPriorities: { y: 2, x: 1 } }, [{ id: 'c', priority: 0 }, ...sources.slice(0, 1)])
        .signature,
    ).toBe(same);
    expect(lineOf(order, [{ id: 'a', priority: 0 }]).signature).toBe(plainLine.signature);
  });

  it('differs with everything that moves an image', () => {
    const signatures = [
      lineOf(order, []),
      lineOf({ ...order, order: 'newest-first' }, []),
      lineOf({ ...order, order: 'defects-first' }, []),
      lineOf({ ...order, order: 'defects-first', goodClasses: ['ok'] }, []),
      lineOf({ ...order, classPriorities: { ok: 1 } }, []),
      lineOf(order, [{ id: 'ok', priority: 1 }]),
    ].map(({ signature }) => signature);
    expect(new Set(signatures).size).toBe(signatures.length);
  });
});
