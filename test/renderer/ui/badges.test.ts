import { describe, expect, it } from 'vitest';
import { areaPath, sparkPoints, sparkTop } from '../../../renderer/overview/sparkline.tsx';
import { classStyles } from '../../../renderer/preview/class-style.ts';

describe('the looks of classes', () => {
  it('differ in colour, dash and glyph for up to six classes of a picture', () => {
    const looks = [...classStyles(['a', 'b', 'c', 'd', 'e', 'f', 'a']).values()];
    for (const part of ['color', 'dash', 'glyph'] as const)
      expect(new Set(looks.map((look) => look[part])).size).toBe(6);
  });

  it('stay with a class from picture to picture where nothing collides', () => {
    expect(classStyles(['scratch']).get('scratch')).toBe(classStyles(['scratch', 'scratch']).get('scratch'));
  });

  it('are there for any number of classes', () => {
    const names = Array.from({ length: 80 }, (_, index) => `class ${index}`);
    expect(classStyles(names).size).toBe(80);
  });
});

describe('the curve of the last minute', () => {
  it('ends at the right edge and begins further right when it is short', () => {
    expect(sparkPoints([0, 5, 10], 5, 10, 80, 20)).toEqual([
      { x: 40, y: 20 },
      { x: 60, y: 10 },
      { x: 80, y: 0 },
    ]);
  });

  it('has a scale that jumps rarely', () => {
    expect([sparkTop([0], []), sparkTop([3], [11]), sparkTop([99]), sparkTop([100])]).toEqual([1, 20, 100, 100]);
  });

  it('draws nothing for no history', () => {
    expect(areaPath(sparkPoints([], 60, 1, 100, 10), 10)).toBe('');
  });
});
