import { describe, expect, test } from 'vitest';
import { Settling } from '../../../../../electron/gateway/source/folder/settling.ts';

const quiet = 500;
const version = (path: string, bytes = 10, modifiedMs = 1) => ({ path, bytes, modifiedMs });
const paths = (settling: Settling, now: number, limit = 100): string[] =>
  settling.due(now, limit).map(({ path }) => path);

describe('a file on its way in', () => {
  test('is due once it was quiet for the settle time', () => {
    const settling = new Settling({ quietMilliseconds: quiet });
    settling.see(version('a'), 0);
    expect(paths(settling, 499)).toEqual([]);
    expect(paths(settling, 500)).toEqual(['a']);
  });

  test('is due sooner when it is known to have been quiet before', () => {
    const settling = new Settling({ quietMilliseconds: quiet });
    settling.see(version('a'), 0, 400);
    settling.see(version('b'), 0, Number.POSITIVE_INFINITY);
    expect(paths(settling, 0)).toEqual(['b']);
    expect(paths(settling, 100)).toEqual(['a', 'b']);
    const [a] = settling.due(100, 1);
    if (a !== undefined) expect(settling.quietFor(a, 100)).toBe(500);
  });

  test('begins again with each change', () => {
    const settling = new Settling({ quietMilliseconds: quiet });
    settling.see(version('a', 1), 0, 400);
    settling.see(version('a', 2), 90);
    expect(paths(settling, 589)).toEqual([]);
    const [a] = settling.due(590, 1);
    expect(a?.file.bytes).toBe(2);
    if (a !== undefined) expect(settling.quietFor(a, 590)).toBe(500);
  });

  test('stands there once, whatever number of events it has', () => {
    const settling = new Settling({ quietMilliseconds: quiet });
    for (let event = 0; event < 1_000; event += 1) settling.see(version('a'), event);
    expect(settling.waiting).toBe(1);
    expect(paths(settling, 1_000)).toEqual(['a']);
  });

  test('is not due while it is offered, nor before the time it is put off to', () => {
    const settling = new Settling({ quietMilliseconds: quiet });
    settling.see(version('a'), 0);
    const [a] = settling.due(500, 1);
    if (a === undefined) throw new Error('not due');
    a.offered = true;
    expect(paths(settling, 600)).toEqual([]);
    a.offered = false;
    settling.again(a, 600, 400, false);
    expect(paths(settling, 999)).toEqual([]);
    expect(paths(settling, 1_000)).toEqual(['a']);
  });

  test('that was dropped and seen again is another one', () => {
    const settling = new Settling({ quietMilliseconds: quiet });
    settling.see(version('a'), 0);
    const [first] = settling.due(500, 1);
    if (first === undefined) throw new Error('not due');
    settling.drop(first);
    settling.see(version('a', 2), 600);
    settling.drop(first);
    expect(settling.waiting).toBe(1);
  });
});

describe('many files', () => {
  test('have their turn one after the other, although the first are not ready again and again', () => {
    const settling = new Settling({ quietMilliseconds: 0 });
    for (let index = 0; index < 100; index += 1) settling.see(version(`${index}`), 0);
    const seen = new Set<string>();
    for (let turn = 0; turn < 10; turn += 1) {
      for (const candidate of settling.due(turn, 10)) {
        seen.add(candidate.path);
        settling.again(candidate, turn, 0, false);
      }
    }
    expect(seen.size).toBe(100);
  });

  test('are counted apart from sidecars without a picture', () => {
    const settling = new Settling({ quietMilliseconds: 0 });
    for (const path of ['a', 'b', 'c']) settling.see(version(path), 0);
    const [a, b] = settling.due(0, 2);
    if (a === undefined || b === undefined) throw new Error('not due');
    settling.again(a, 0, 10, true);
    settling.again(b, 0, 10, true);
    expect([settling.waiting, settling.unmatched]).toEqual([1, 2]);
    settling.changed(a, version('a', 2), 1);
    expect([settling.waiting, settling.unmatched]).toEqual([2, 1]);
    settling.drop(b);
    expect([settling.waiting, settling.unmatched]).toEqual([2, 0]);
  });
});

describe('sidecars', () => {
  test('have the places that pictures leave over', () => {
    const settling = new Settling({ quietMilliseconds: quiet });
    settling.see(version('a.txt'), 0, 0, 10_000);
    settling.see(version('a.jpg'), 0);
    settling.see(version('b.jpg'), 0);
    expect(paths(settling, quiet, 2)).toEqual(['a.jpg', 'b.jpg']);
    expect(paths(settling, quiet, 3)).toEqual(['a.jpg', 'b.jpg', 'a.txt']);
  });

  test('give way while many pictures wait, and no longer than they may', () => {
    const settling = new Settling({ quietMilliseconds: 0 });
    settling.see(version('a.txt'), 0, 1, 1_000);
    for (let index = 0; index < 30; index += 1) settling.see(version(`${index}.jpg`), 0, 1);
    expect(paths(settling, 999)).not.toContain('a.txt');
    expect(paths(settling, 1_000)).toContain('a.txt');
    for (const candidate of settling.due(999, 10)) settling.drop(candidate);
    expect(paths(settling, 999)).toContain('a.txt');
  });
});
