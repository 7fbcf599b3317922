import { create } from 'zustand';
import { type QueueFilter, queueRowSchema } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import type { Snapshot } from '../../shared/snapshot.ts';
import { call } from '../gateway/bridge.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import {
  emptyWindow,
  evictFar,
  missingPages,
  nextCursorOf,
  type PageWindow,
  rowAt,
  withFirstPage,
  withNextPage,
  withReloadedPage,
  withRows,
} from './page-window.ts';

/**
 * The list on view. It is either *live* (the newest page, fetched again when something changed) or *held*: someone has
 * scrolled down or picked a row. A held list never moves; the rows on view are renewed one by one where they stand.
 */
export type QueueList = {
  readonly filter: QueueFilter;
  readonly window: PageWindow;
  readonly live: boolean;
  readonly loaded: boolean;
  readonly failure: Failure | null;
  /** `changeCounter` when the list was last brought up to date from its beginning. */
  readonly counterAtTop: number;
};

const PAGE_ROWS = 100;
const PAGES_KEPT_EACH_WAY = 4;
const MOST_ROWS_RENEWED = 24;

export const useQueue = create<QueueList>()(() => ({
  filter: 'all',
  window: emptyWindow,
  live: true,
  loaded: false,
  failure: null,
  counterAtTop: 0,
}));

/** A number that grows when the beginning of the filtered list may have changed. */
export function changeCounter(filter: QueueFilter, counts: Snapshot['counts']): number {
  if (filter === 'acknowledged') return counts.acknowledged;
  return filter === 'dead' ? counts.dead : counts.collected;
}

const counterNow = (filter: QueueFilter): number => {
  const snapshot = useGateway.getState().snapshot;
  return snapshot === null ? 0 : changeCounter(filter, snapshot.counts);
};

/** Each list that is begun has its own number; an answer for an older list is thrown away. */
let generation = 0;
const underWay = new Set<string>();

/** Runs one request of a kind at a time. */
async function once(key: string, work: () => Promise<void>): Promise<void> {
  const own = `${generation}:${key}`;
  if (underWay.has(own)) return;
  underWay.add(own);
  try {
    await work();
  } finally {
    underWay.delete(own);
  }
}

/** Fetches the beginning of the list. */
export const loadTop = (): Promise<void> =>
  once('top', async () => {
    const mine = generation;
    const { filter } = useQueue.getState();
    const counterAtTop = counterNow(filter);
    const answer = await call('queue.page', { filter, cursor: null, limit: PAGE_ROWS });
    const list = useQueue.getState();
    if (mine !== generation || (!list.live && list.window.rowCount > 0)) return;
    useQueue.setState(
      answer.ok
        ? { window: withFirstPage(answer.value), loaded: true, failure: null, counterAtTop }
        : { loaded: true, failure: answer.error },
    );
  });

export function openFilter(filter: QueueFilter): void {
  generation += 1;
  useQueue.setState({ filter, window: emptyWindow, loaded: false, failure: null });
  void loadTop();
}

/** Lets the list follow the newest rows, or holds it still. */
export function setLive(live: boolean): void {
  if (useQueue.getState().live === live) return;
  useQueue.setState({ live });
  if (live) void loadTop();
}

/** Appends the next page, if there is one. */
export const loadMore = (): Promise<void> =>
  once('more', async () => {
    const mine = generation;
    const { filter, window } = useQueue.getState();
    const cursor = nextCursorOf(window);
    if (cursor === null) return;
    const answer = await call('queue.page', { filter, cursor, limit: PAGE_ROWS });
    if (mine !== generation) return;
    useQueue.setState((list) =>
      answer.ok
        ? { window: withNextPage(list.window, cursor, answer.value), failure: null }
        : { failure: answer.error },
    );
  });

/** Fetches what was let go among the rows on view, and lets go of what is far from them. */
export function attend(firstRow: number, lastRow: number): void {
  const { window, filter } = useQueue.getState();
  for (const index of missingPages(window, firstRow, lastRow)) {
    const cursor = window.pages[index]?.cursor ?? null;
    void once(`page ${index}`, async () => {
      const mine = generation;
      const answer = await call('queue.page', { filter, cursor, limit: PAGE_ROWS });
      if (mine !== generation || !answer.ok) return;
      useQueue.setState((list) => ({ window: withReloadedPage(list.window, index, answer.value.rows) }));
    });
  }
  useQueue.setState((list) => {
    const smaller = evictFar(list.window, firstRow, lastRow, PAGES_KEPT_EACH_WAY);
    return smaller === list.window ? list : { window: smaller };
  });
}

/** Renews the rows on view: all at once when live, one by one and in place when held. */
export function renew(firstRow: number, lastRow: number): void {
  const list = useQueue.getState();
  if (list.live || list.window.rowCount === 0) {
    void loadTop();
    return;
  }
  void once('renew', async () => {
    const mine = generation;
    const { window } = useQueue.getState();
    const ids: string[] = [];
    for (let index = firstRow; index <= lastRow && ids.length < MOST_ROWS_RENEWED; index += 1) {
      const row = rowAt(window, index);
      if (row !== undefined) ids.push(row.imageId);
    }
    const answers = await Promise.all(ids.map((imageId) => call('image.detail', { imageId })));
    if (mine !== generation) return;
    // The schema drops what only the detail has, so that the list does not fill with annotations.
    const rows = answers.flatMap((answer) =>
      answer.ok && answer.value.image !== null ? [queueRowSchema.parse(answer.value.image)] : [],
    );
    useQueue.setState((list) => ({ window: withRows(list.window, rows) }));
  });
}
