import type { QueueRow, Selection } from '../../shared/contract.ts';

/**
 * Which dead letters a person has marked. `all` means every one there is, loaded or not; a set names them one by one,
 * at most as many as one order may name.
 */
export type Marks = 'all' | ReadonlySet<string>;

export const noMarks: Marks = new Set<string>();
export const MOST_MARKS = 1_000;

export const isMarked = (marks: Marks, imageId: string): boolean => marks === 'all' || marks.has(imageId);

export const countMarks = (marks: Marks, total: number): number => (marks === 'all' ? total : marks.size);

/** For the box above the list. */
export function markState(marks: Marks, total: number): 'none' | 'some' | 'all' {
  if (marks === 'all') return total === 0 ? 'none' : 'all';
  if (marks.size === 0) return 'none';
  return marks.size >= total ? 'all' : 'some';
}

/** Marks these as well. Returns the same object where that would be more than one order may name. */
export function mark(marks: Marks, imageIds: readonly string[]): Marks {
  if (marks === 'all') return marks;
  const more = new Set([...marks, ...imageIds]);
  return more.size > MOST_MARKS ? marks : more;
}

/**
 * Turns one mark over. Taking one away from `all` leaves the others that are loaded: what was never on the screen is
 * then not marked any more, and the count beside the box says so.
 */
export function toggleMark(marks: Marks, imageId: string, loadedIds: readonly string[]): Marks {
  if (marks === 'all') return new Set(loadedIds.filter((id) => id !== imageId).slice(0, MOST_MARKS));
  if (!marks.has(imageId)) return mark(marks, [imageId]);
  const fewer = new Set(marks);
  fewer.delete(imageId);
  return fewer;
}

export const toggleAll = (marks: Marks, total: number): Marks =>
  markState(marks, total) === 'all' || total === 0 ? noMarks : 'all';

/**
 * Forgets marks of entries that are seen not to be dead letters any more; where `rows` are all there are, of those
 * that are not among them too. Returns the same object where there are none.
 */
export function pruneMarks(
  marks: Marks,
  rows: readonly Pick<QueueRow, 'imageId' | 'state'>[],
  complete: boolean,
): Marks {
  if (marks === 'all' || marks.size === 0) return marks;
  const dead = new Map(rows.map((row) => [row.imageId, row.state === 'dead']));
  const kept = [...marks].filter((id) => dead.get(id) ?? !complete);
  return kept.length === marks.size ? marks : new Set(kept);
}

/** As the gateway wants it; null while nothing is marked. */
export const toSelection = (marks: Marks): Selection | null =>
  marks === 'all' ? 'all' : marks.size === 0 ? null : [...marks];
