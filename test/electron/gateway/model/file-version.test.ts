import { describe, expect, it } from 'vitest';
import { fileVersion, sameVersion } from '../../../../electron/gateway/model/file-version.ts';

const seen = { bytes: 3, modifiedMs: 1_000, changedMs: 1_500, inode: '7' };

describe('two looks at one name', () => {
  it.each([
    ['nothing changed', seen, true],
    ['another size', { ...seen, bytes: 4 }, false],
    ['another modification time', { ...seen, modifiedMs: 1_001 }, false],
    ['rewritten with the old size and time', { ...seen, changedMs: 1_501 }, false],
    ['a new mount gave it another number', { ...seen, inode: '8' }, true],
    ['no time of change: another number', { ...seen, changedMs: undefined, inode: '8' }, false],
    ['no time of change: the same number', { ...seen, changedMs: undefined }, true],
    ['neither time of change nor number', { bytes: 3, modifiedMs: 1_000 }, true],
  ])('%s', (_what, later, isSame) => {
    expect(sameVersion(seen, later)).toBe(isSame);
    expect(sameVersion(later, seen)).toBe(isSame);
  });

  it('a number that JavaScript rounds, or none, tells nothing', () => {
    const facts = { size: 1, mtimeMs: 1, ctimeMs: 1 };
    expect(fileVersion('a', { ...facts, ino: 2 ** 53 + 2 }).inode).toBeUndefined();
    expect(fileVersion('a', { ...facts, ino: 0 }).inode).toBeUndefined();
    expect(fileVersion('a', { ...facts, ino: 12 }).inode).toBe('12');
  });
});
