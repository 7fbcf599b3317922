import { create } from 'zustand';
import { sayNotDone } from '../view-state/notice-store.ts';
import { type Marks, MOST_MARKS, mark, noMarks, pruneMarks, toggleAll, toggleMark } from './dead-marks.ts';
import { indexOfImage, nextCursorOf, rowAt } from './page-window.ts';
import { useQueue } from './queue-store.ts';

/** The marked dead letters. `anchor` is the row that a range is counted from. */
export const useDeadMarks = create<{ readonly marks: Marks; readonly anchor: string | null }>()(() => ({
  marks: noMarks,
  anchor: null,
}));

export const clearMarks = (): void => useDeadMarks.setState({ marks: noMarks, anchor: null });

const loadedIds = (): string[] =>
  useQueue.getState().window.pages.flatMap((page) => page.rows?.map((row) => row.imageId) ?? []);

function put(change: (marks: Marks) => Marks, anchor: string | null): void {
  const before = useDeadMarks.getState().marks;
  const marks = change(before);
  useDeadMarks.setState({ marks, anchor });
  if (marks === before && marks !== 'all') {
    sayNotDone(
      `At most ${MOST_MARKS.toLocaleString('en-GB')} can be marked one by one.`,
      'Mark all of them with the box above the list, or put these back first.',
    );
  }
}

export const toggle = (imageId: string): void => put((marks) => toggleMark(marks, imageId, loadedIds()), imageId);

export const toggleEvery = (total: number): void => put((marks) => toggleAll(marks, total), null);

/** Marks everything from the last marked row to this one. */
export function markUpTo(imageId: string): void {
  const { window } = useQueue.getState();
  const { anchor } = useDeadMarks.getState();
  const to = indexOfImage(window, imageId);
  const from = anchor === null ? to : indexOfImage(window, anchor);
  if (to < 0 || from < 0) {
    toggle(imageId);
    return;
  }
  const ids: string[] = [];
  for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
    const row = rowAt(window, index);
    if (row !== undefined) ids.push(row.imageId);
  }
  put((marks) => (marks === 'all' ? marks : mark(marks, ids)), anchor ?? imageId);
}

// What was put back or deleted meanwhile is no longer marked; another list has no marks at all.
useQueue.subscribe((list, before) => {
  if (list.filter !== before.filter) {
    clearMarks();
    return;
  }
  if (list.window === before.window || list.filter !== 'dead') return;
  const { marks } = useDeadMarks.getState();
  const { pages } = list.window;
  const complete = pages.length > 0 && nextCursorOf(list.window) === null && pages.every((page) => page.rows !== null);
  const kept = pruneMarks(
    marks,
    pages.flatMap((page) => page.rows ?? []),
    complete,
  );
  if (kept !== marks) useDeadMarks.setState({ marks: kept });
});
