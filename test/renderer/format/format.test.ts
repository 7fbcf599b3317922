import { describe, expect, it } from 'vitest';
import { fileName, sourceIdFor } from '../../../renderer/format/file-name.ts';
import { formatCapture, formatMoment } from '../../../renderer/format/time.ts';
import { folderSourceSchema } from '../../../shared/source-config.ts';

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
    expect(formatCapture(at, null)).toContain('this site’s time');
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
