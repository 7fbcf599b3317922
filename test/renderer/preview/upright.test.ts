import { describe, expect, it } from 'vitest';
import { storedSize, uprightTransform } from '../../../renderer/preview/upright.ts';

/** Where a CSS transform about the upper left corner takes a point. */
function taken(transform: string, [x, y]: readonly [number, number]): readonly [number, number] {
  if (transform === '') return [x, y];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = transform.slice('matrix('.length, -1).split(',').map(Number);
  return [a * x + c * y + e, b * x + d * y + f];
}

describe('a stored picture of 300 × 200 that is shown upright', () => {
  const stored = { width: 300, height: 200 };
  // The corners 30,20 and 90,80 of a box, as Pillow's `exif_transpose` has them.
  it.each([
    [1, 30, 20, 90, 80],
    [2, 270, 20, 210, 80],
    [3, 270, 180, 210, 120],
    [4, 30, 180, 90, 120],
    [5, 20, 30, 80, 90],
    [6, 180, 30, 120, 90],
    [7, 180, 270, 120, 210],
    [8, 20, 270, 80, 210],
  ] as const)('by orientation %i has its box at %i,%i to %i,%i', (orientation, ...corners) => {
    const transform = uprightTransform(orientation, stored);
    expect([...taken(transform, [30, 20]), ...taken(transform, [90, 80])]).toEqual(corners);
    const upright = orientation >= 5 ? { width: 200, height: 300 } : stored;
    expect(storedSize(upright, orientation)).toEqual(stored);
  });
});
