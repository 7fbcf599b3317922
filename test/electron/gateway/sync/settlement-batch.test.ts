import { expect, test } from 'vitest';
import type { LeasedEntry, Settlement } from '../../../../electron/gateway/model/outbox-entry.ts';
import { SettlementBatch } from '../../../../electron/gateway/sync/settlement-batch.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { newImage, openStore } from '../../../support/store.ts';

const acknowledge: Settlement = { kind: 'acknowledge', duplicate: false, serverImageId: null, serverBatchId: null };

/** A group on a real outbox whose transactions take so long. */
async function start(transactionMilliseconds: number) {
  const store = await openStore();
  const clock = new FakeClock();
  const images = Array.from({ length: 400 }, (_, number) => newImage({ name: `${number}.jpg` }).image);
  store.outbox.enqueue(images, 1_000);
  const entries = [...store.outbox.lease(400, clock.now(), 60_000)];
  const sizes: number[] = [];
  const events: string[] = [];
  let failing = false;
  const group = new SettlementBatch({
    outbox: {
      settle: (outcomes, now) => {
        sizes.push(outcomes.length);
        clock.advance(transactionMilliseconds);
        if (failing) throw new Error('the disk refuses');
        return store.outbox.settle(outcomes, now);
      },
      recordObjects: (objects) => store.outbox.recordObjects(objects),
    },
    clock,
    logger: { log: (_level, event) => void events.push(event) },
    onSettled: () => undefined,
  });
  return {
    group,
    clock,
    sizes,
    events,
    fail: (now: boolean): void => {
      failing = now;
    },
    next: (): LeasedEntry => entries.shift() as LeasedEntry,
    acknowledged: () => store.totals().acknowledged,
  };
}

test('outcomes that come close together share a transaction, none waits for longer than eight milliseconds', async () => {
  const { group, clock, sizes, next, acknowledged } = await start(0);
  for (let delivery = 0; delivery < 8; delivery += 1) {
    group.settle(next(), acknowledge);
    clock.advance(1);
  }
  expect(sizes).toEqual([8]);
  expect(acknowledged()).toBe(8);
  group.settle(next(), acknowledge);
  clock.advance(8);
  expect(sizes).toEqual([8, 1]);
  expect(clock.timers).toBe(0);
});

test('on a slow disk more share one, so that about a fifth of the time goes to transactions', async () => {
  const { group, clock, sizes, next } = await start(20);
  // The first shows how slow it is.
  group.settle(next(), acknowledge);
  clock.advance(8);
  const began = clock.monotonic();
  for (let delivery = 0; delivery < 320; delivery += 1) {
    group.settle(next(), acknowledge);
    clock.advance(6);
  }
  expect(((sizes.length - 1) * 20) / (clock.monotonic() - began)).toBeLessThanOrEqual(0.25);
});

test('however fast they come and however slow the disk, no more than sixteen wait: a kill makes us forget them', async () => {
  const { group, clock, sizes, next } = await start(20);
  group.settle(next(), acknowledge);
  clock.advance(8);
  for (let delivery = 0; delivery < 160; delivery += 1) group.settle(next(), acknowledge);
  expect(sizes).toEqual([1, ...Array.from({ length: 10 }, () => 16)]);
  clock.advance(200);
  expect(sizes).toHaveLength(11);
  expect(clock.timers).toBe(0);
});

test('a transaction that fails loses no outcome: it is tried again until it succeeds, and said once', async () => {
  const { group, clock, events, sizes, next, fail, acknowledged } = await start(0);
  fail(true);
  group.settle(next(), acknowledge);
  clock.advance(8);
  clock.advance(3_000);
  expect(sizes).toEqual([1, 1, 1, 1]);
  fail(false);
  group.settle(next(), acknowledge);
  clock.advance(1_000);
  expect(events).toEqual(['settle-failed']);
  expect(acknowledged()).toBe(2);
  expect(clock.timers).toBe(0);
  // The next one is news.
  fail(true);
  group.settle(next(), acknowledge);
  clock.advance(8);
  expect(events).toEqual(['settle-failed', 'settle-failed']);
  group.close();
  expect(clock.timers).toBe(0);
});

test('a lease that did not live to its outcome is said', async () => {
  const { group, events, next, acknowledged } = await start(0);
  group.settle({ ...next(), token: 'another' }, acknowledge);
  group.settle(next(), acknowledge);
  group.close();
  expect(events).toEqual(['lease-outlived']);
  expect(acknowledged()).toBe(1);
});
