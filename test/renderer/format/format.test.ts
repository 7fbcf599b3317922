import { describe, expect, it } from 'vitest';
import { fileName, sourceIdFor } from '../../../renderer/format/file-name.ts';
import {
  formatBigCount,
  formatBytes,
  formatCount,
  formatRate,
  formatShortCount,
  fractionOf,
  plural,
} from '../../../renderer/format/numbers.ts';
import {
  formatCapture,
  formatDuration,
  formatMoment,
  formatOffset,
  formatUntil,
} from '../../../renderer/format/time.ts';
import { folderSourceSchema } from '../../../shared/source-config.ts';

describe('durations', () => {
  it.each([
    [-5_000, '0 s'],
    [999, '0 s'],
    [42_900, '42 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3 * 60_000 + 59_000, '3 min'],
    [3_600_000, '1 h'],
    [2 * 3_600_000 + 5 * 60_000, '2 h 5 min'],
    [24 * 3_600_000, '1 d'],
    [99 * 3_600_000, '4 d 3 h'],
  ])('says %i ms as "%s", never more than has passed', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('counts down without ever saying "in 0 s"', () => {
    expect([1, 999, 1_000, 1_001, 59_000, 61_000].map((left) => formatUntil(left, 0))).toEqual([
      'in 1 s',
      'in 1 s',
      'in 1 s',
      'in 2 s',
      'in 59 s',
      'in 1 min',
    ]);
    expect(formatUntil(0, 0)).toBe('now');
  });
});

describe('sizes and counts', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [2_140_000, '2.1 MB'],
    [99_960_000, '100 MB'],
    [999_600_000, '1 GB'],
    [50_000_000_000, '50 GB'],
    [9_007_199_254_740_991, '9 PB'],
  ])('says %i bytes as "%s"', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('keeps the share of a bar between nothing and everything', () => {
    expect([fractionOf(5, 10), fractionOf(20, 10), fractionOf(-1, 10), fractionOf(1, 0)]).toEqual([0.5, 1, 0, 0]);
  });

  it('shortens a count only where it has six digits, and never upwards', () => {
    expect([0, 99_999, 100_000, 999_999, 1_254_331, 98_765_432_109].map(formatShortCount)).toEqual([
      '0',
      '99,999',
      '100 k',
      '999 k',
      '1.25 M',
      '98.7 G',
    ]);
  });

  it('shows a large figure exactly as long as its digits have room', () => {
    expect([formatBigCount(999_999_999), formatBigCount(98_765_432_109)]).toEqual(['999,999,999', '98.7 G']);
    expect(formatCount(1_254_331)).toBe('1,254,331');
  });

  it('says one box and two boxes', () => {
    expect([plural(0, 'box', 'boxes'), plural(1, 'box', 'boxes'), plural(1_000, 'file')]).toEqual([
      '0 boxes',
      '1 box',
      '1,000 files',
    ]);
  });

  it('never shows a small rate as no rate', () => {
    expect([0, 0.04, 0.1, 9.94, 9.96, 1_234.5].map(formatRate)).toEqual(['0', '<0.1', '0.1', '9.9', '10', '1,235']);
  });
});

describe('times', () => {
  it('puts the day before a time of another day only', () => {
    const noon = new Date(2026, 10, 21, 12, 0, 0).getTime();
    expect(formatMoment(noon, noon + 3_600_000)).toBe('12:00:00');
    expect(formatMoment(noon, noon + 86_400_000)).toMatch(/^21 Nov.* 12:00:00$/);
  });

  it('shows a capture time on the camera’s clock with its zone', () => {
    const at = Date.UTC(2026, 10, 21, 22, 30, 5);
    expect(formatCapture(at, 120)).toBe('2026-11-22, 00:30:05 +02:00');
    expect(formatCapture(at, -210)).toBe('2026-11-21, 19:00:05 −03:30');
    expect(formatCapture(at, null)).toContain('this PC’s time');
    expect(formatOffset(0)).toBe('+00:00');
  });
});

describe('names', () => {
  it('takes the last part of paths of both kinds', () => {
    expect(['/in/a.png', 'C:\\in\\b.png', '/in/dir/', 'c.png'].map(fileName)).toEqual([
      'a.png',
      'b.png',
      'dir',
      'c.png',
    ]);
  });

  it.each(['/data/Prüfung 3', '/data/検査', '/', 'C:\\Line 7\\-out-', `/x/${'long '.repeat(40)}`, '/a/...'])(
    'makes of %j a source id that the configuration accepts',
    (path) => {
      const id = sourceIdFor(path, []);
      expect(folderSourceSchema.safeParse({ id, kind: 'folder', path }).success).toBe(true);
    },
  );

  it('gives two folders of one name two ids', () => {
    expect(sourceIdFor('/b/Prüfung 3', ['prufung-3', 'prufung-3-2'])).toBe('prufung-3-3');
  });
});
