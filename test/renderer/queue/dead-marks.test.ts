import { describe, expect, it } from 'vitest';
import {
  countMarks,
  isMarked,
  MOST_MARKS,
  mark,
  markState,
  noMarks,
  pruneMarks,
  toggleAll,
  toggleMark,
  toSelection,
} from '../../../renderer/queue/dead-marks.ts';
import { selectionSchema } from '../../../shared/contract.ts';

const loaded = ['a', 'b', 'c'];

describe('marks of dead letters', () => {
  it('are set and taken back one by one', () => {
    const one = toggleMark(noMarks, 'b', loaded);
    expect(toSelection(one)).toEqual(['b']);
    expect(toSelection(toggleMark(one, 'b', loaded))).toBeNull();
    expect(noMarks).toEqual(new Set());
  });

  it('name all as all, so that those not loaded are meant too', () => {
    const all = toggleAll(noMarks, 4_512);
    expect(toSelection(all)).toBe('all');
    expect([isMarked(all, 'unseen'), countMarks(all, 4_512)]).toEqual([true, 4_512]);
    expect(toggleAll(all, 4_512)).toEqual(noMarks);
  });

  it('fall back to what is loaded when one of all is taken away, and the count says so', () => {
    const rest = toggleMark('all', 'b', loaded);
    expect(toSelection(rest)).toEqual(['a', 'c']);
    expect(countMarks(rest, 4_512)).toBe(2);
  });

  it('are never more than one order may name', () => {
    const many = Array.from({ length: MOST_MARKS }, (_, index) => `n${index}`);
    const full = mark(noMarks, many);
    expect(selectionSchema.safeParse(toSelection(full)).success).toBe(true);
    expect(mark(full, ['one-more'])).toBe(full);
    expect(mark(full, ['n3'])).toEqual(full);
    expect(countMarks(toggleMark('all', 'n0', [...many, 'x', 'y']), 5_000)).toBe(MOST_MARKS);
  });

  it('show in the box above the list as none, some or all', () => {
    expect(markState(noMarks, 3)).toBe('none');
    expect(markState(new Set(['a']), 3)).toBe('some');
    expect(markState(new Set(loaded), 3)).toBe('all');
    expect(markState('all', 3)).toBe('all');
    expect(markState('all', 0)).toBe('none');
  });

  it('go from what was delivered meanwhile, but not from what is merely not on view', () => {
    const marks = new Set(['a', 'b', 'far']);
    const rows = [
      { imageId: 'a', state: 'pending' },
      { imageId: 'b', state: 'dead' },
    ] as const;
    expect(pruneMarks(marks, rows, false)).toEqual(new Set(['b', 'far']));
    expect(pruneMarks(marks, rows, true)).toEqual(new Set(['b']));
    expect(pruneMarks('all', rows, true)).toBe('all');
    const same = new Set(['b']);
    expect(pruneMarks(same, rows, true)).toBe(same);
  });
});
