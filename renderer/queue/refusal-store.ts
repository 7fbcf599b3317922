import type { Refusal } from '../../shared/contract.ts';
import { call } from '../gateway/bridge.ts';
import { pagedList } from '../gateway/paged-list.ts';

/** Nobody reads more, and each check again makes the list shorter. */
const MOST_ROWS = 1_000;

/** Files that could not be taken, newest first. */
export const {
  useList: useRefusals,
  reload: reloadRefusals,
  loadMore: loadMoreRefusals,
} = pagedList<Refusal>((request) => call('refusals.page', request), MOST_ROWS);
