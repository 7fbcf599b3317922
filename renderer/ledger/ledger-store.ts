import type { LedgerRow } from '../../shared/contract.ts';
import { call } from '../gateway/bridge.ts';
import { pagedList } from '../gateway/paged-list.ts';
import { inquire } from '../gateway/requests.ts';

const MOST_ROWS = 2_000;

/** The ledger on view, newest shift first. */
export const {
  useList: useLedger,
  reload: reloadLedger,
  loadMore: loadMoreLedger,
} = pagedList<LedgerRow>((request) => call('ledger.page', request), MOST_ROWS);

/** Checks the whole chain; its rows are read again, for the check may have found other counts. */
export async function verifyLedger(): Promise<void> {
  await inquire('ledger.verify');
  await reloadLedger();
}
