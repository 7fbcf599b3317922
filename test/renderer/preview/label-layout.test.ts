import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LABEL_HEIGHT, placeAlone, placeLabels } from '../../../renderer/preview/label-layout.ts';

const stage = { width: 400, height: 300 };
const box = (x: number, y: number, width = 40, height = 30) => ({ box: { x, y, width, height }, text: 'part' });

test('a label stands above its box, and inside it at the upper edge of the stage', () => {
  expect(placeLabels([box(50, 100)], stage)).toEqual([{ x: 50, y: 100 - LABEL_HEIGHT }]);
  expect(placeLabels([box(50, 5)], stage)).toEqual([{ x: 50, y: 5 }]);
});

test('of two boxes in one place the labels go to different rows', () => {
  const [first, second] = placeLabels([box(50, 100), box(50, 100, 60, 40)], stage);
  expect(first?.y).not.toBe(second?.y);
});

test('a label without a free place is left out, but shown for the box that is pointed at', () => {
  const crowd = Array.from({ length: 12 }, () => box(50, 100));
  expect(placeLabels(crowd, stage).filter((place) => place !== null).length).toBeLessThan(12);
  expect(placeAlone(box(50, 100), stage)).toEqual({ x: 50, y: 100 - LABEL_HEIGHT });
});

test('labels never overlap and never leave the stage', () => {
  const boxes = fc.array(
    fc.tuple(fc.integer({ min: -50, max: 420 }), fc.integer({ min: -50, max: 320 }), fc.integer({ min: 1, max: 200 })),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(boxes, (list) => {
      const width = 'part'.length * 8 + 28;
      const placed = placeLabels(
        list.map(([x, y, size]) => box(x, y, size, size)),
        stage,
      ).filter((place) => place !== null);
      for (const [index, a] of placed.entries()) {
        expect(a.x >= 0 && a.y >= 0 && a.x + width <= stage.width && a.y + LABEL_HEIGHT <= stage.height).toBe(true);
        for (const b of placed.slice(index + 1)) {
          expect(a.x < b.x + width && b.x < a.x + width && a.y < b.y + LABEL_HEIGHT && b.y < a.y + LABEL_HEIGHT).toBe(
            false,
          );
        }
      }
    }),
  );
});
