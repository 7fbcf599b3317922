import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { Failure, Result } from '../../shared/result.ts';

/** A list on view, read from its beginning. */
export type PagedList<Row> = {
  readonly rows: readonly Row[];
  readonly more: boolean;
  readonly loaded: boolean;
  readonly failure: Failure | null;
};

/** One page: those after `cursor`, or the first where it is null. */
export type ReadPage<Row> = (request: {
  readonly cursor: string | null;
  readonly limit: number;
}) => Promise<Result<{ readonly rows: readonly Row[]; readonly nextCursor: string | null }>>;

export type PagedListStore<Row> = {
  readonly useList: UseBoundStore<StoreApi<PagedList<Row>>>;
  /** Reads again as many rows as there are. */
  readonly reload: () => Promise<void>;
  readonly loadMore: () => Promise<void>;
};

const PAGE_ROWS = 100;

/**
 * A list that grows by a page at a time and is always read anew as a whole: what happened meanwhile may have changed
 * any of its rows. Nobody is offered more than `mostRows`. A list that can't be read keeps what it has.
 */
export function pagedList<Row>(read: ReadPage<Row>, mostRows: number): PagedListStore<Row> {
  const useList = create<PagedList<Row>>()(() => ({ rows: [], more: false, loaded: false, failure: null }));
  let loading = false;

  /** Reads the list from its beginning until it has `wanted` rows; one reading at a time. */
  async function load(wanted: number): Promise<void> {
    if (loading) return;
    loading = true;
    try {
      const rows: Row[] = [];
      let cursor: string | null = null;
      do {
        const answer = await read({ cursor, limit: PAGE_ROWS });
        if (!answer.ok) {
          useList.setState({ failure: answer.error, loaded: true });
          return;
        }
        rows.push(...answer.value.rows);
        cursor = answer.value.nextCursor;
      } while (cursor !== null && rows.length < wanted);
      useList.setState({ rows, more: cursor !== null && rows.length < mostRows, loaded: true, failure: null });
    } finally {
      loading = false;
    }
  }

  const rowCount = (): number => useList.getState().rows.length;
  return {
    useList,
    reload: () => load(Math.max(PAGE_ROWS, rowCount())),
    loadMore: () => load(rowCount() + PAGE_ROWS),
  };
}
