import { describe, expect, it } from 'vitest';
import {
  emptyWindow,
  evictFar,
  indexOfImage,
  MOST_ROWS,
  missingPages,
  nextCursorOf,
  type PageWindow,
  pageIndexOf,
  rowAt,
  withFirstPage,
  withNextPage,
  withReloadedPage,
  withRows,
} from '../../../renderer/queue/page-window.ts';
import type { QueueRow } from '../../../shared/contract.ts';
import { queueRow } from './queue-row.ts';

const rows = (from: number, count: number): QueueRow[] =>
  Array.from({ length: count }, (_, index) => queueRow(`image-${from + index}`));

/** `pages` pages of ten rows; page n ends with the cursor `c<n+1>`. */
function windowOf(pages: number, more = true): PageWindow {
  let window = withFirstPage({ rows: rows(0, 10), nextCursor: 'c1' });
  for (let page = 1; page < pages; page += 1) {
    const nextCursor = page === pages - 1 && !more ? null : `c${page + 1}`;
    window = withNextPage(window, `c${page}`, { rows: rows(page * 10, 10), nextCursor });
  }
  return window;
}

describe('a window of pages', () => {
  it('finds each row by its index and each image by its id', () => {
    const window = windowOf(5);
    expect(window.rowCount).toBe(50);
    expect([0, 9, 10, 37, 49].map((index) => rowAt(window, index)?.imageId)).toEqual([
      'image-0',
      'image-9',
      'image-10',
      'image-37',
      'image-49',
    ]);
    expect(indexOfImage(window, 'image-37')).toBe(37);
    expect(indexOfImage(window, 'elsewhere')).toBe(-1);
    expect([pageIndexOf(window, 50), pageIndexOf(window, -1), pageIndexOf(emptyWindow, 0)]).toEqual([-1, -1, -1]);
    expect(rowAt(window, 50)).toBeUndefined();
  });

  it('ends where the last page has no next cursor', () => {
    expect(nextCursorOf(windowOf(3))).toBe('c3');
    expect(nextCursorOf(windowOf(3, false))).toBeNull();
    expect(nextCursorOf(emptyWindow)).toBeNull();
  });

  it('leaves out an answer that came too late to be the next page', () => {
    const window = windowOf(3);
    expect(withNextPage(window, 'c2', { rows: rows(20, 10), nextCursor: 'c3' })).toBe(window);
  });

  it('lets go of rows far from the view, keeps their places and its first page, and fetches them again', () => {
    const window = windowOf(20);
    const small = evictFar(window, 100, 109, 2);
    expect(small.rowCount).toBe(window.rowCount);
    expect(small.pages.flatMap((page, index) => (page.rows === null ? [] : [index]))).toEqual([0, 8, 9, 10, 11, 12]);
    expect(rowAt(small, 55)).toBeUndefined();
    expect(missingPages(small, 55, 85)).toEqual([5, 6, 7]);
    const back = withReloadedPage(small, 5, rows(50, 10));
    expect(rowAt(back, 55)?.imageId).toBe('image-55');
    expect(missingPages(back, 55, 85)).toEqual([6, 7]);
  });

  it('does not build a new window when there is nothing to let go', () => {
    const window = windowOf(3);
    expect(evictFar(window, 0, 9, 4)).toBe(window);
  });

  it('shows no image twice when rows before it have left the filter', () => {
    const window = evictFar(windowOf(4), 30, 39, 0);
    const full = withReloadedPage(window, 2, rows(25, 10));
    expect(full.rowCount).toBe(35);
    expect(rowAt(full, 24)?.imageId).toBe('image-29');
    expect(rowAt(full, 25)?.imageId).toBe('image-30');
  });

  it('renews rows in place', () => {
    const window = withRows(windowOf(3), [{ ...queueRow('image-12'), state: 'acknowledged' }]);
    expect(rowAt(window, 12)?.state).toBe('acknowledged');
    expect(rowAt(window, 11)?.state).toBe('pending');
  });

  it('holds at most the rows of a few pages, however far someone scrolls', () => {
    let window = withFirstPage({ rows: rows(0, 100), nextCursor: 'c1' });
    for (let page = 1; nextCursorOf(window) !== null; page += 1) {
      window = withNextPage(window, `c${page}`, { rows: rows(page * 100, 100), nextCursor: `c${page + 1}` });
      window = evictFar(window, window.rowCount - 10, window.rowCount - 1, 4);
    }
    expect(window.rowCount).toBe(MOST_ROWS);
    const held = window.pages.reduce((sum, page) => sum + (page.rows?.length ?? 0), 0);
    expect(held).toBeLessThanOrEqual(700);
  });
});
