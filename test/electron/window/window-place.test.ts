import { describe, expect, test } from 'vitest';
import { liesOutside, placeIn } from '../../../electron/window/window-place.ts';

const areas = [
  [1_024, 600],
  [1_024, 560],
  [1_280, 720],
  [1_280, 800],
  [1_366, 728],
  [1_920, 1_040],
  [800, 480],
  [3_840, 2_120],
].map(([width = 0, height = 0]) => ({ x: 0, y: 0, width, height }));

describe('the window', () => {
  test.each(areas)('lies inside of $width × $height, and can be made no smaller than fits there', (area) => {
    const place = placeIn(area);
    expect(liesOutside(place, area)).toBe(false);
    expect(place.minWidth).toBeLessThanOrEqual(place.width);
    expect(place.minHeight).toBeLessThanOrEqual(place.height);
  });

  test('has its own size where there is room for it and its title, in the middle', () => {
    expect(placeIn({ x: 0, y: 0, width: 1_920, height: 1_040 })).toMatchObject({
      x: 320,
      y: 120,
      width: 1_280,
      height: 800,
      fills: false,
    });
  });

  test('fills a screen that has less room, beside a taskbar wherever that is', () => {
    expect(placeIn({ x: 64, y: 27, width: 1_216, height: 693 })).toMatchObject({
      x: 64,
      y: 27,
      width: 1_216,
      height: 693,
      fills: true,
    });
    // The title has no room either.
    expect(placeIn({ x: 0, y: 0, width: 1_280, height: 800 }).fills).toBe(true);
  });

  test('lies outside when any edge does', () => {
    const area = { x: 10, y: 10, width: 100, height: 100 };
    expect(liesOutside(area, area)).toBe(false);
    for (const off of [{ x: 9 }, { y: 9 }, { width: 101 }, { height: 101 }])
      expect(liesOutside({ ...area, ...off }, area)).toBe(true);
  });
});
