import { create } from 'zustand';
import type { LedgerRow, LedgerVerdict, OperationResponse } from '../../shared/contract.ts';
import type { Failure, Result } from '../../shared/result.ts';
import { call } from '../bridge.ts';

/** The ledger on view, newest shift first, and the last check of all of it. A check goes on when the screen is left. */
export type LedgerPages = {
  readonly rows: readonly LedgerRow[];
  readonly more: boolean;
  readonly loaded: boolean;
  readonly failure: Failure | null;
};

export type Verification =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'done'; readonly at: number; readonly verdict: LedgerVerdict }
  | { readonly kind: 'failed'; readonly failure: Failure };

const PAGE_ROWS = 100;
const MOST_ROWS = 2_000;

export const useLedger = create<LedgerPages>()(() => ({ rows: [], more: false, loaded: false, failure: null }));
export const useVerification = create<Verification>()(() => ({ kind: 'none' }));

let loading = false;

/** Reads the ledger from its beginning until it has `wanted` rows. */
async function load(wanted: number): Promise<void> {
  if (loading) return;
  loading = true;
  const rows: LedgerRow[] = [];
  let cursor: string | null = null;
  do {
    const answer: Result<OperationResponse<'ledger.page'>> = await call('ledger.page', { cursor, limit: PAGE_ROWS });
    if (!answer.ok) {
      useLedger.setState({ failure: answer.error, loaded: true });
      loading = false;
      return;
    }
    rows.push(...answer.value.rows);
    cursor = answer.value.nextCursor;
  } while (cursor !== null && rows.length < wanted);
  loading = false;
  useLedger.setState({ rows, more: cursor !== null && rows.length < MOST_ROWS, loaded: true, failure: null });
}

export const reloadLedger = (): Promise<void> => load(Math.max(PAGE_ROWS, useLedger.getState().rows.length));
export const loadMoreLedger = (): Promise<void> => load(useLedger.getState().rows.length + PAGE_ROWS);

/** Checks the whole chain; one check at a time. */
export async function verifyLedger(): Promise<void> {
  if (useVerification.getState().kind === 'running') return;
  useVerification.setState({ kind: 'running', since: Date.now() }, true);
  const answer = await call('ledger.verify', {});
  useVerification.setState(
    answer.ok ? { kind: 'done', at: Date.now(), verdict: answer.value } : { kind: 'failed', failure: answer.error },
    true,
  );
  void reloadLedger();
}
