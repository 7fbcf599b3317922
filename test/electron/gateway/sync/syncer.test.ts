import { describe, expect, test } from 'vitest';
import type { DeliveryOutcome } from '../../../../electron/gateway/model/delivery.ts';
import { mostUnsettled } from '../../../../electron/gateway/sync/settlement-batch.ts';
import { message } from '../../../../shared/messages/message.ts';
import { failed } from './failures.ts';
import { acknowledged, openLine } from './sync-line.ts';

const offline = failed({
  message: message('connection-refused', { context: 'server' }),
  disposition: 'pause',
  pauseReason: 'offline',
});
const closedFromSix = { days: ['fri'], from: '18:00', to: '20:00', maxBytesPerSecond: 0 } as const;

describe('deliveries', () => {
  test('begin in the order in which the outbox gives them, as many as there are places', async () => {
    const line = await openLine({ count: 40, sync: { concurrency: 4 } });
    await line.flow();
    expect([...line.underWay.keys()]).toEqual([2, 3, 4, 5]);
    for (let delivery = 0; delivery < 35; delivery += 1) await line.answer();
    expect(line.begun).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  test('leave no place idle while entries wait, even if no time passes', async () => {
    const line = await openLine({ count: 400, sync: { concurrency: 4 } });
    await line.flow();
    for (let delivery = 0; delivery < 395; delivery += 1) {
      expect(line.underWay.size).toBe(4);
      await line.answer();
    }
  });

  test('find their next entry claimed: no transaction comes between an end and the next beginning', async () => {
    const line = await openLine({ count: 1_200, sync: { concurrency: 4 } });
    await line.flow();
    // A thousand pictures a second.
    for (let delivery = 0; delivery < 1_000; delivery += 1) {
      await line.answer();
      line.clock.advance(1);
    }
    const between = line.calls.filter((call, index) => call === 'lease' && line.calls[index - 1] === 'end');
    expect(between.length).toBeLessThanOrEqual(2);
    // In groups: not a transaction, nor a change to look at, for each picture.
    expect(line.calls.filter((call) => call === 'settle').length).toBeLessThanOrEqual(130);
    expect(line.calls.filter((call) => call === 'lease').length).toBeLessThanOrEqual(70);
    expect(line.calls.filter((call) => call === 'change').length).toBeLessThanOrEqual(140);
  });

  test('wait while the database takes no outcome: no more end than a kill may make us forget, and then all go on', async () => {
    const line = await openLine({ count: 400, sync: { concurrency: 4 } });
    await line.flow();
    await line.run(100);
    line.setFull(true);
    let ended = 0;
    for (; line.underWay.size > 0 && ended < 200; ended += 1) {
      await line.answer();
      await line.run(10);
    }
    expect(ended).toBeLessThanOrEqual(mostUnsettled + 4);
    await line.run(5_000, 100);
    expect(line.underWay.size).toBe(0);
    line.setFull(false);
    await line.run(3_000, 100);
    expect(line.underWay.size).toBe(4);
    expect(line.rows().filter(({ state }) => state === 'acknowledged')).toHaveLength(ended + 1);
  });

  test('that an entry arrives for begin at once', async () => {
    const line = await openLine({ sync: { concurrency: 4 } });
    await line.flow();
    line.put(1);
    line.syncer.wake();
    await line.settle();
    expect(line.underWay.size).toBe(1);
  });

  test('whose code fails are retried with an attempt, and the others go on', async () => {
    const line = await openLine({
      count: 3,
      deliver: (entry) => {
        if (entry.seq === 1) throw new Error('a bug before it began');
        if (entry.seq === 2) return Promise.reject(new Error('a bug later'));
        return Promise.resolve(acknowledged);
      },
    });
    line.syncer.start();
    await line.settle();
    await line.run(100);
    expect(line.rows()).toMatchObject([
      { seq: 1, state: 'pending', attempts: 1 },
      { seq: 2, state: 'pending', attempts: 1 },
      { seq: 3, state: 'acknowledged' },
    ]);
    expect(line.syncer.inFlight).toBe(0);
    expect(line.events.filter((event) => event === 'delivery-bug')).toHaveLength(2);
  });

  test('are fewer at once where a narrow way is shared', async () => {
    const line = await openLine({ count: 20, sync: { concurrency: 8, maxBytesPerSecond: 40_000 } });
    await line.flow();
    expect(line.underWay.size).toBe(2);
    expect(line.syncer.places).toBe(2);
  });
});

describe('when the way closes', () => {
  test('everything that was claimed is back in the queue: no attempt, and nothing was sent', async () => {
    const line = await openLine({ count: 100, sync: { concurrency: 4 } });
    await line.flow();
    expect(line.rows().filter(({ state }) => state === 'leased').length).toBeGreaterThan(5);
    while (line.underWay.size > 0) await line.answer(offline);
    await line.run(20);
    const left = line.rows().filter(({ state }) => state !== 'acknowledged');
    expect(left).toHaveLength(99);
    expect(left.every((row) => row.state === 'pending' && row.attempts === 0 && row.ambiguous === 0)).toBe(true);
  });

  test('the entry that closes it again and again while others get through is shown as stuck', async () => {
    const line = await openLine({ count: 3, sync: { concurrency: 1 } });
    const outcomeOf = (seq: number): DeliveryOutcome => (seq === 1 ? offline : acknowledged);
    line.syncer.start();
    const releases = () => line.settled.filter(({ seq, settlement }) => seq === 1 && settlement.kind === 'release');
    for (let second = 0; second < 4_000 && !releases().some(({ settlement }) => 'stuck' in settlement); second += 1) {
      await line.run(250, 250);
      for (const { entry, answer } of [...line.underWay.values()]) answer(outcomeOf(entry.seq));
      await line.settle();
    }
    expect(releases().length).toBeGreaterThanOrEqual(6);
    expect(
      releases()
        .slice(0, 5)
        .some(({ settlement }) => 'stuck' in settlement),
    ).toBe(false);
    expect(releases().at(-1)?.settlement).toMatchObject({ kind: 'release', stuck: true });
    expect(line.rows()).toMatchObject([
      { state: 'pending', attempts: 0 },
      { state: 'acknowledged' },
      { state: 'acknowledged' },
    ]);
  });
});

describe('the schedule of the site', () => {
  test('closes the way within a second: bodies under way come back, those that are out get their answer', async () => {
    const line = await openLine({
      count: 50,
      at: '2026-11-20T17:59:55Z',
      sync: {
        concurrency: 2,
        maxBytesPerSecond: 1_000_000,
        windows: [{ ...closedFromSix, days: [...closedFromSix.days] }],
      },
    });
    await line.flow();
    const [half, whole] = [...line.underWay.values()];
    void half?.context.pace.take(500, half.context.signal);
    void whole?.context.pace.take(1_000, whole.context.signal);
    await line.run(4_900);
    expect(line.underWay.size).toBe(2);
    await line.run(1_100);
    expect([...line.underWay.keys()]).toEqual([whole?.entry.seq]);
    expect(line.connectivity.facts).toMatchObject({
      state: 'closed',
      message: message('closed-by-schedule'),
      nextProbeAt: Date.parse('2026-11-20T20:00:00Z'),
    });
    await line.answer();
    await line.run(20);
    const rows = line.rows();
    expect(rows.filter(({ state }) => state === 'acknowledged')).toHaveLength(2);
    const left = rows.filter(({ state }) => state !== 'acknowledged');
    expect(left.every((row) => row.state === 'pending' && row.attempts === 0 && row.ambiguous === 0)).toBe(true);
    expect(line.syncer.inFlight).toBe(0);
  });

  test('opens it within a second, and nobody can open it before', async () => {
    const line = await openLine({
      count: 5,
      at: '2026-11-20T19:59:50Z',
      sync: { windows: [{ ...closedFromSix, days: [...closedFromSix.days] }] },
    });
    line.syncer.start();
    await line.run(2_000);
    expect(line.calls).not.toContain('probe');
    line.connectivity.tryNow();
    line.syncer.wake();
    await line.run(7_900);
    expect(line.calls.filter((call) => call === 'probe')).toHaveLength(1);
    expect(line.connectivity.connectionFacts.state).toBe('online');
    expect(line.begun).toEqual([]);
    await line.run(1_100);
    expect(line.begun).toEqual([1]);
    await line.answer();
    expect(line.begun).toEqual([1, 2, 3, 4, 5]);
  });

  test('is honoured within a second when the wall clock jumps', async () => {
    const line = await openLine({ count: 5, sync: { windows: [{ ...closedFromSix, days: [...closedFromSix.days] }] } });
    await line.flow();
    line.clock.jump(7 * 3_600_000);
    await line.run(1_000);
    expect(line.connectivity.facts.state).toBe('closed');
    await line.answer();
    line.clock.jump(2 * 3_600_000);
    await line.run(1_000);
    expect(line.connectivity.facts.state).toBe('online');
  });

  test('costs nothing where a client takes it for a broken connection', async () => {
    let goOn: () => void = () => undefined;
    const later = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const line = await openLine({
      count: 1,
      at: '2026-11-20T17:59:58Z',
      sync: {
        maxBytesPerSecond: 1_000_000,
        windows: [{ ...closedFromSix, days: [...closedFromSix.days] }],
      },
      deliver: async (_entry, { pace }) => {
        const never = new AbortController().signal;
        try {
          await pace.take(500, never);
          await later;
          await pace.take(500, never);
          return acknowledged;
        } catch {
          return offline;
        }
      },
    });
    line.syncer.start();
    await line.run(3_000);
    goOn();
    await line.run(100);
    expect(line.connectivity.connectionFacts.state).toBe('online');
    expect(line.rows()).toMatchObject([{ state: 'pending', attempts: 0, ambiguous: 0 }]);
  });
});

describe('LAN mode, between its two steps', () => {
  test('a delivery goes on once the store knows where the payload lies, several by one transaction', async () => {
    const line = await openLine({ count: 3, sync: { concurrency: 2 } });
    await line.flow();
    const told: number[] = [];
    for (const { entry, context } of line.underWay.values()) {
      void context.stored(`raw/${entry.seq}`).then(() => told.push(entry.seq));
    }
    await line.settle();
    expect(told).toEqual([]);
    line.clock.advance(0);
    await line.settle();
    expect(told).toEqual([2, 3]);
    expect(line.rows().map((row) => row.object_key)).toEqual([null, 'raw/2', 'raw/3']);
    expect(line.calls.filter((call) => call === 'record')).toHaveLength(1);
  });

  test('a delivery whose lease is gone is told so, and the others are not', async () => {
    const line = await openLine({ count: 3, sync: { concurrency: 2 } });
    await line.flow();
    line.store.database.prepare("UPDATE outbox SET lease_token = 'another' WHERE seq = 2").run();
    const told: string[] = [];
    for (const { entry, context } of line.underWay.values()) {
      void context.stored(`raw/${entry.seq}`).then(
        () => told.push(`${entry.seq} goes on`),
        (error: Error) => told.push(error.message),
      );
    }
    line.clock.advance(0);
    await line.settle();
    expect(told.sort()).toEqual(['3 goes on', 'the lease of entry 2 is gone']);
  });

  test('a disk that refuses the note costs an attempt and closes nothing', async () => {
    const line = await openLine({
      count: 2,
      deliver: async (_entry, { stored }) => {
        await stored('raw/x');
        return acknowledged;
      },
    });
    line.store.database.exec(`
      CREATE TRIGGER refuse BEFORE UPDATE OF object_key ON outbox WHEN NEW.seq = 1 AND NEW.object_key IS NOT NULL
      BEGIN SELECT RAISE(ABORT, 'the disk refuses'); END`);
    line.syncer.start();
    await line.settle();
    await line.run(100);
    expect(line.rows()).toMatchObject([
      { seq: 1, state: 'pending', attempts: 1, ambiguous: 0, object_key: null },
      { seq: 2, state: 'acknowledged', object_key: 'raw/x' },
    ]);
  });
});

describe('stopping', () => {
  test('begins nothing new and settles what is answered within five seconds', async () => {
    const line = await openLine({ count: 100, sync: { concurrency: 4 } });
    await line.flow();
    const stopped = line.syncer.stop();
    await line.run(4_900);
    expect(line.begun).toEqual([1, 2, 3, 4, 5]);
    expect(line.underWay.size).toBe(4);
    // Claimed and not begun: back in the queue from the first moment.
    expect(line.rows().filter(({ state }) => state === 'leased')).toHaveLength(4);
    while (line.underWay.size > 0) await line.answer();
    await stopped;
    expect(line.begun).toEqual([1, 2, 3, 4, 5]);
    expect(line.rows().filter(({ state }) => state === 'acknowledged')).toHaveLength(5);
    expect(line.rows().filter(({ state }) => state === 'leased')).toEqual([]);
    expect(line.clock.timers).toBe(0);
  });

  test('aborts what is not answered then, returns every claim, and leaves no timer', async () => {
    const line = await openLine({ count: 100, sync: { concurrency: 4 } });
    await line.flow();
    await line.answer();
    const stopped = line.syncer.stop();
    await line.run(4_900);
    await line.answer();
    expect(line.underWay.size).toBe(3);
    await line.run(200);
    await stopped;
    expect(line.rows().filter(({ state }) => state === 'acknowledged')).toHaveLength(3);
    const left = line.rows().filter(({ state }) => state !== 'acknowledged');
    expect(left.every((row) => row.state === 'pending' && row.attempts === 0 && row.ambiguous === 0)).toBe(true);
    expect(line.clock.timers).toBe(0);
  });

  test('waits for nothing where nothing is under way', async () => {
    const line = await openLine({ count: 1 });
    await line.flow();
    await line.syncer.stop();
    expect(line.clock.timers).toBe(0);
  });
});
