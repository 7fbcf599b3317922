import { create } from 'zustand';
import type { OperationResponse, Refusal } from '../../shared/contract.ts';
import type { Failure, Result } from '../../shared/result.ts';
import { call } from '../bridge.ts';

/** Files that could not be taken, newest first. Bounded: nobody reads more, and each check again makes it shorter. */
export type RefusalPages = {
  readonly rows: readonly Refusal[];
  readonly more: boolean;
  readonly loaded: boolean;
  readonly failure: Failure | null;
};

const PAGE_ROWS = 100;
const MOST_ROWS = 1_000;

export const useRefusals = create<RefusalPages>()(() => ({ rows: [], more: false, loaded: false, failure: null }));

let loading = false;

/** Reads the list from its beginning until it has `wanted` rows. */
async function load(wanted: number): Promise<void> {
  if (loading) return;
  loading = true;
  const rows: Refusal[] = [];
  let cursor: string | null = null;
  do {
    const answer: Result<OperationResponse<'refusals.page'>> = await call('refusals.page', {
      cursor,
      limit: PAGE_ROWS,
    });
    if (!answer.ok) {
      useRefusals.setState({ failure: answer.error, loaded: true });
      loading = false;
      return;
    }
    rows.push(...answer.value.rows);
    cursor = answer.value.nextCursor;
  } while (cursor !== null && rows.length < wanted);
  loading = false;
  useRefusals.setState({ rows, more: cursor !== null && rows.length < MOST_ROWS, loaded: true, failure: null });
}

export const reloadRefusals = (): Promise<void> => load(Math.max(PAGE_ROWS, useRefusals.getState().rows.length));
export const loadMoreRefusals = (): Promise<void> => load(useRefusals.getState().rows.length + PAGE_ROWS);
