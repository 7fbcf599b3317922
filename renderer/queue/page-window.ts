import type { QueueRow } from '../../shared/contract.ts';

/**
 * The part of an endless keyset-paged list that the window knows. Pages stand in order, newest first. A page far from
 * the rows on view keeps its cursor and its length but not its rows, so that memory does not grow with scrolling.
 *
 * Invariant: page 0 (cursor null) never loses its rows. "The newest" is another page a moment later, so it could not
 * be fetched again.
 */
export type Page = {
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly count: number;
  readonly rows: readonly QueueRow[] | null;
};

export type PageWindow = {
  readonly pages: readonly Page[];
  /** Index of each page's first row. */
  readonly offsets: readonly number[];
  readonly rowCount: number;
};

export type Answer = { readonly rows: readonly QueueRow[]; readonly nextCursor: string | null };

/** More rows than this make the list taller than a browser can lay out; a filter is the way to older ones. */
export const MOST_ROWS = 300_000;

export const emptyWindow: PageWindow = { pages: [], offsets: [], rowCount: 0 };

function withPages(pages: readonly Page[]): PageWindow {
  let rowCount = 0;
  const offsets = pages.map((page) => {
    const offset = rowCount;
    rowCount += page.count;
    return offset;
  });
  return { pages, offsets, rowCount };
}

/** Forgets everything and begins anew with the newest page. */
export const withFirstPage = ({ rows, nextCursor }: Answer): PageWindow =>
  withPages([{ cursor: null, nextCursor, count: rows.length, rows }]);

/** The cursor of the next page to load; null when the end is reached or the list is as long as it may be. */
export const nextCursorOf = (window: PageWindow): string | null =>
  window.rowCount >= MOST_ROWS ? null : (window.pages.at(-1)?.nextCursor ?? null);

/** Appends the answer to `cursor`; an answer that is no longer the next page is left out. */
export function withNextPage(window: PageWindow, cursor: string, { rows, nextCursor }: Answer): PageWindow {
  if (window.pages.at(-1)?.nextCursor !== cursor) return window;
  return withPages([...window.pages, { cursor, nextCursor, count: rows.length, rows }]);
}

/** Puts the rows of a page back that were let go. Rows that the following page shows already are left out. */
export function withReloadedPage(window: PageWindow, index: number, rows: readonly QueueRow[]): PageWindow {
  const page = window.pages[index];
  if (page === undefined) return window;
  const following = new Set(window.pages[index + 1]?.rows?.map((row) => row.imageId));
  const own = rows.filter((row) => !following.has(row.imageId));
  return withPages(window.pages.with(index, { ...page, rows: own, count: own.length }));
}

/** Replaces rows by their image id; places do not change. */
export function withRows(window: PageWindow, rows: readonly QueueRow[]): PageWindow {
  const fresh = new Map(rows.map((row) => [row.imageId, row]));
  const pages = window.pages.map((page) =>
    page.rows?.some((row) => fresh.has(row.imageId))
      ? { ...page, rows: page.rows.map((row) => fresh.get(row.imageId) ?? row) }
      : page,
  );
  return { ...window, pages };
}

/** Index of the page that holds the row; -1 for a row beyond the list. */
export function pageIndexOf(window: PageWindow, rowIndex: number): number {
  if (rowIndex < 0 || rowIndex >= window.rowCount) return -1;
  let low = 0;
  let high = window.pages.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((window.offsets[middle] ?? 0) <= rowIndex) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The row at an index; undefined where it is not loaded. */
export function rowAt(window: PageWindow, rowIndex: number): QueueRow | undefined {
  const index = pageIndexOf(window, rowIndex);
  return window.pages[index]?.rows?.[rowIndex - (window.offsets[index] ?? 0)];
}

/** Where an image stands among the loaded rows; -1 where it is not among them. */
export function indexOfImage(window: PageWindow, imageId: string): number {
  for (const [index, page] of window.pages.entries()) {
    const within = page.rows?.findIndex((row) => row.imageId === imageId) ?? -1;
    if (within >= 0) return (window.offsets[index] ?? 0) + within;
  }
  return -1;
}

/** Pages in the range of rows whose rows were let go. */
export function missingPages(window: PageWindow, firstRow: number, lastRow: number): readonly number[] {
  const first = Math.max(0, pageIndexOf(window, firstRow));
  const last = pageIndexOf(window, Math.min(lastRow, window.rowCount - 1));
  return window.pages.flatMap((page, index) => (index >= first && index <= last && page.rows === null ? [index] : []));
}

/** Lets go of the rows of pages more than `keep` pages away from the rows on view. */
export function evictFar(window: PageWindow, firstRow: number, lastRow: number, keep: number): PageWindow {
  const first = Math.max(0, pageIndexOf(window, firstRow));
  const last = Math.max(first, pageIndexOf(window, Math.min(lastRow, window.rowCount - 1)));
  const far = (index: number): boolean => index > 0 && (index < first - keep || index > last + keep);
  if (!window.pages.some((page, index) => page.rows !== null && far(index))) return window;
  return { ...window, pages: window.pages.map((page, index) => (far(index) ? { ...page, rows: null } : page)) };
}
