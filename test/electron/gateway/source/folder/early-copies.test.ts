import { describe, expect, it } from 'vitest';
import { EarlyCopies, isCertain, isRewritten } from '../../../../../electron/gateway/source/folder/early-copies.ts';
import { Settling } from '../../../../../electron/gateway/source/folder/settling.ts';

const at = 1_700_000_000_123.5;
const file = { path: 'last.jpg', bytes: 9, modifiedMs: at, changedMs: at, inode: '7' };

describe('a version that was read early', () => {
  it.each([
    ['as soon as it was written', file, at + 5, false],
    ['after a tick of the clock', file, at + 30, true],
    ['soon after only its time of change', { ...file, changedMs: at + 1_000 }, at + 1_005, false],
    ['where times are whole seconds', { ...file, modifiedMs: 1_000, changedMs: 1_000 }, 2_500, false],
    ['where times are whole seconds, later', { ...file, modifiedMs: 1_000, changedMs: 1_000 }, 3_001, true],
    ['of a clock that is behind the share’s', file, at - 60_000, false],
  ])('is the content for certain or not: %s', (_what, version, readAt, expected) => {
    expect(isCertain(version, readAt)).toBe(expected);
  });

  it('is held within bounds, and given back once', () => {
    const copies = new EarlyCopies();
    const settling = new Settling({ quietMilliseconds: 500 });
    settling.see(file, 0);
    const [candidate] = settling.due(500, 1);
    if (candidate === undefined) throw new Error('nothing is due');
    expect(copies.reserve(16_000_001)).toBe(false);
    for (let count = 0; count < 4; count += 1) expect(copies.reserve(16_000_000)).toBe(true);
    expect(copies.reserve(1)).toBe(false);
    copies.keep(candidate, { file, bytes: Buffer.alloc(16_000_000), isCertain: true });
    copies.drop(candidate);
    copies.drop(candidate);
    expect(copies.of(candidate, file)).toBeNull();
    expect(copies.reserve(16_000_000)).toBe(true);
    expect(copies.reserve(1)).toBe(false);
    // Another version has the name by now.
    copies.keep(candidate, { file, bytes: Buffer.alloc(16_000_000), isCertain: true });
    expect(copies.of(candidate, file)).not.toBeNull();
    expect(copies.of(candidate, { ...file, bytes: 10 })).toBeNull();
    expect(copies.of(candidate, file)).toBeNull();
    expect(copies.reserve(16_000_000)).toBe(true);
  });
});

describe('another version under a name', () => {
  const seenAt = at + 60;
  it.each([
    ['another size', { bytes: 10 }, true],
    ['another file', { inode: '8' }, true],
    ['a later time', { modifiedMs: seenAt + 5 }, true],
    ['the time of its origin, set by the program that copied it', { modifiedMs: at - 86_400_000 }, false],
    ['only its rights', { changedMs: at + 90 }, false],
  ])('%s', (_what, change, expected) => {
    expect(isRewritten(file, { ...file, ...change }, seenAt)).toBe(expected);
  });
});
