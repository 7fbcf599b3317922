import { create } from 'zustand';
import type { LedgerRow, LedgerVerdict } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { call } from '../gateway/bridge.ts';
import { pagedList } from '../gateway/paged-list.ts';

/** The last check of all of the ledger. It goes on when the screen is left. */
export type Verification =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'done'; readonly at: number; readonly verdict: LedgerVerdict }
  | { readonly kind: 'failed'; readonly failure: Failure };

const MOST_ROWS = 2_000;

/** The ledger on view, newest shift first. */
export const {
  useList: useLedger,
  reload: reloadLedger,
  loadMore: loadMoreLedger,
} = pagedList<LedgerRow>((request) => call('ledger.page', request), MOST_ROWS);

export const useVerification = create<Verification>()(() => ({ kind: 'none' }));

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
