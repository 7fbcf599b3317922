import { describe, expect, it } from 'vitest';
import { areaPath, sparkPoints, sparkTop } from '../../renderer/overview/spark-path.ts';
import { classStyles } from '../../renderer/preview/class-style.ts';
import { faultsOf, missingFields, otherFaults } from '../../renderer/settings/setup-draft.ts';

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

describe('the set-up form', () => {
  const setup = { baseUrl: 'https://x/api', deviceId: 'line-7', deviceKey: '', folders: [{ id: 'a', path: '/a' }] };

  it('asks for what is missing, but not for a key that is stored', () => {
    expect(missingFields(setup, true)).toEqual([]);
    expect(missingFields({ ...setup, baseUrl: ' ', folders: [] }, false).map((fault) => fault.path)).toEqual([
      'cloud.baseUrl',
      'deviceKey',
      'sources',
    ]);
  });

  it('puts each fault beside its field, and the rest above the form', () => {
    const faults = [
      { path: 'cloud.baseUrl', message: 'must be an address' },
      { path: 'sources[0].path', message: 'is not there' },
      { path: 'sources[1].path', message: 'is of a folder that was removed' },
      { path: 'store.maxBytes', message: 'is too small' },
    ];
    expect(faultsOf(faults, 'sources[0].path', 'sources[0].id')).toEqual(['is not there']);
    expect(otherFaults(faults, 1).map((fault) => fault.path)).toEqual(['sources[1].path', 'store.maxBytes']);
  });
});
