import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rowAt } from '../../../renderer/queue/page-window.ts';
import {
  attend,
  loadMore,
  loadTop,
  openFilter,
  renew,
  setLive,
  useQueue,
} from '../../../renderer/queue/queue-store.ts';
import type { QueueRow } from '../../../shared/contract.ts';
import { queueRow } from './queue-row.ts';

/** A queue of numbered rows, newest (largest number) first; the cursor is the number of the last row given. */
const queue = { newest: 0, delivered: new Set<number>(), delay: Promise.resolve(), asked: [] as string[] };

const row = (number: number): QueueRow =>
  queueRow(`n${number}`, { state: queue.delivered.has(number) ? 'acknowledged' : 'pending' });

async function invoke(operation: string, request: unknown): Promise<unknown> {
  queue.asked.push(operation);
  const delay = queue.delay;
  const asked = request as { filter: string; cursor: string | null; limit: number; imageId: string };
  await delay;
  if (operation === 'image.detail') {
    const own = row(Number(asked.imageId.slice(1)));
    const detail = {
      sha256: '',
      frame: null,
      format: 'png',
      originalPath: '',
      captureOffsetMinutes: null,
      orientation: 1,
      original: null,
      notes: [],
      capturedFrom: 'file',
    };
    const rest = { annotations: [], model: {}, sidecar: null, sidecarProblems: [], checkDetail: '' };
    const ends = { payloadPresent: true, serverImageId: null, serverBatchId: null, objectKey: null };
    return { ok: true, value: { image: { ...own, ...detail, ...rest, ...ends } } };
  }
  const from = asked.cursor === null ? queue.newest : Number(asked.cursor) - 1;
  const numbers = Array.from({ length: asked.limit }, (_, index) => from - index).filter((number) => number > 0);
  const fits = asked.filter === 'dead' ? [] : numbers;
  const last = fits.at(-1) ?? 0;
  return { ok: true, value: { rows: fits.map(row), nextCursor: last > 1 ? String(last) : null } };
}

const ids = (...indexes: number[]): (string | undefined)[] =>
  indexes.map((index) => rowAt(useQueue.getState().window, index)?.imageId);
const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 20));

beforeEach(async () => {
  vi.stubGlobal('window', { gateway: { invoke, subscribe: () => () => undefined } });
  Object.assign(queue, { newest: 5_000, delivered: new Set(), delay: Promise.resolve(), asked: [] });
  setLive(true);
  openFilter('all');
  await settled();
});
afterEach(() => vi.unstubAllGlobals());

describe('the queue on view', () => {
  it('follows the newest rows while it is live', async () => {
    expect(ids(0)).toEqual(['n5000']);
    queue.newest = 5_003;
    renew(0, 6);
    await settled();
    expect(ids(0, 3)).toEqual(['n5003', 'n5000']);
  });

  it('does not move while it is held, but renews the rows on view', async () => {
    setLive(false);
    queue.newest = 5_003;
    queue.delivered.add(4_998);
    renew(0, 6);
    await settled();
    expect(ids(0)).toEqual(['n5000']);
    expect(rowAt(useQueue.getState().window, 2)?.state).toBe('acknowledged');
    expect(queue.asked.filter((operation) => operation === 'image.detail')).toHaveLength(7);
    setLive(true);
    await settled();
    expect(ids(0)).toEqual(['n5003']);
  });

  it('does not move when it is held while an answer is on its way', async () => {
    queue.newest = 5_003;
    const asking = loadTop();
    setLive(false);
    await asking;
    expect(ids(0)).toEqual(['n5000']);
  });

  it('throws an answer for another filter away', async () => {
    let release: () => void = () => undefined;
    queue.delay = new Promise((resolve) => {
      release = resolve;
    });
    openFilter('waiting');
    queue.delay = Promise.resolve();
    openFilter('dead');
    await settled();
    release();
    await settled();
    expect(useQueue.getState()).toMatchObject({ filter: 'dead', loaded: true, window: { rowCount: 0 } });
  });

  it('reads on page by page without gap or repetition, and fetches again what it let go', async () => {
    setLive(false);
    for (let page = 1; page < 15; page += 1) {
      await loadMore();
      attend(page * 100, page * 100 + 9);
    }
    expect(useQueue.getState().window.rowCount).toBe(1_500);
    expect(ids(1_499, 300)).toEqual(['n3501', undefined]);
    attend(300, 309);
    await settled();
    expect(ids(299, 300, 399, 400)).toEqual([undefined, 'n4700', 'n4601', undefined]);
  });

  it('stays held when another filter is chosen while a row is picked', async () => {
    setLive(false);
    openFilter('waiting');
    await settled();
    expect(ids(0)).toEqual(['n5000']);
    queue.newest = 5_003;
    renew(0, 6);
    await settled();
    expect(ids(0)).toEqual(['n5000']);
  });

  it('says what went wrong, and recovers with the next answer', async () => {
    const gateway = { invoke: () => Promise.reject(new Error('gone')), subscribe: () => () => undefined };
    vi.stubGlobal('window', { gateway });
    openFilter('all');
    await settled();
    expect(useQueue.getState().failure?.code).toBe('gateway-silent');
    vi.stubGlobal('window', { gateway: { invoke, subscribe: () => () => undefined } });
    renew(0, 0);
    await settled();
    expect(useQueue.getState().failure).toBeNull();
    expect(ids(0)).toEqual(['n5000']);
  });
});
