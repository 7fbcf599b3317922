import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxRect, canPan, clampView, fitView, panBy, type Size, zoomAt } from '../../../renderer/preview/geometry.ts';

const picture: Size = { width: 2000, height: 1000 };
const stage: Size = { width: 400, height: 400 };

describe('a picture on its stage', () => {
  it('fits whole and in the middle', () => {
    expect(fitView(picture, stage)).toEqual({ scale: 0.2, x: 0, y: 100 });
    expect(fitView({ width: 100, height: 50 }, stage)).toEqual({ scale: 4, x: 0, y: 100 });
  });

  it('survives a stage that has no size yet', () => {
    expect(fitView(picture, { width: 0, height: 0 }).scale).toBeGreaterThan(0);
  });

  it('keeps the point under the pointer where it is while zooming', () => {
    const at = { x: 100, y: 200 };
    const before = { scale: 1, x: -500, y: -300 };
    const after = zoomAt(before, 2, at, picture, stage);
    expect((at.x - after.x) / after.scale).toBeCloseTo((at.x - before.x) / before.scale);
    expect((at.y - after.y) / after.scale).toBeCloseTo((at.y - before.y) / before.scale);
  });

  it('cannot be zoomed out of sight, nor beyond 32 screen pixels a pixel', () => {
    const fitted = fitView(picture, stage);
    expect(zoomAt(fitted, 0.01, { x: 0, y: 0 }, picture, stage).scale).toBe(0.2);
    expect(zoomAt(fitted, 1e9, { x: 0, y: 0 }, picture, stage).scale).toBe(32);
  });

  it('shows a small picture at one to one, although it would fit larger', () => {
    const small = { width: 100, height: 50 };
    expect(zoomAt(fitView(small, stage), 0.25, { x: 200, y: 200 }, small, stage)).toEqual({ scale: 1, x: 150, y: 175 });
  });

  it('never leaves a gap at an edge it could fill, wherever it is dragged', () => {
    const amount = fc.integer({ min: -5_000, max: 5_000 });
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 32, noNaN: true }), amount, amount, (scale, dx, dy) => {
        const view = panBy(clampView({ scale, x: 0, y: 0 }, picture, stage), dx, dy, picture, stage);
        const right = view.x + picture.width * scale;
        if (picture.width * scale >= stage.width) {
          expect(view.x).toBeLessThanOrEqual(0);
          expect(right).toBeGreaterThanOrEqual(stage.width - 1e-6);
        } else expect(view.x).toBeCloseTo((stage.width - picture.width * scale) / 2);
      }),
    );
  });

  it('has something to pan only when it is larger than the stage', () => {
    expect(canPan(fitView(picture, stage), picture, stage)).toBe(false);
    expect(canPan({ scale: 0.3, x: 0, y: 0 }, picture, stage)).toBe(true);
  });
});

describe('a box on its picture', () => {
  const view = { scale: 0.2, x: 10, y: 100 };

  it('lies where its centre and size say', () => {
    const box = { classValue: 'a', xCenter: 0.5, yCenter: 0.5, width: 0.25, height: 0.5 };
    expect(boxRect(box, picture, view)).toEqual({ x: 160, y: 150, width: 100, height: 100 });
  });

  it('is cut at the edge of the picture', () => {
    const box = { classValue: 'a', xCenter: 0, yCenter: 1, width: 0.5, height: 0.5 };
    expect(boxRect(box, picture, view)).toEqual({ x: 10, y: 250, width: 100, height: 50 });
  });
});
