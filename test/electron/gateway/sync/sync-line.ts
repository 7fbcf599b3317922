import { onTestFinished } from 'vitest';
import type { DeliveryContext, DeliveryOutcome } from '../../../../electron/gateway/model/delivery.ts';
import type { LeasedEntry, Settlement } from '../../../../electron/gateway/model/outbox-entry.ts';
import { ZonedTime } from '../../../../electron/gateway/platform/zoned-time.ts';
import { Connectivity } from '../../../../electron/gateway/sync/connectivity.ts';
import { Pacer } from '../../../../electron/gateway/sync/pacing/pacer.ts';
import { SendWindows } from '../../../../electron/gateway/sync/pacing/send-windows.ts';
import { Syncer } from '../../../../electron/gateway/sync/syncer.ts';
import { type SyncConfig, syncSchema } from '../../../../shared/config.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { newImage, openStore } from '../../../support/store.ts';

export const acknowledged: DeliveryOutcome = {
  kind: 'acknowledged',
  duplicate: false,
  serverImageId: null,
  serverBatchId: null,
};

type UnderWay = {
  readonly entry: LeasedEntry;
  readonly context: DeliveryContext;
  readonly answer: (outcome: DeliveryOutcome) => void;
};

export type Row = {
  readonly seq: number;
  readonly state: string;
  readonly attempts: number;
  readonly ambiguous: number;
  readonly object_key: string | null;
};

export type LineWish = {
  readonly count?: number;
  readonly sync?: Partial<Pick<SyncConfig, 'concurrency' | 'windows' | 'maxBytesPerSecond'>>;
  readonly at?: string;
  /** In place of the deliveries that the test answers itself. */
  readonly deliver?: (entry: LeasedEntry, context: DeliveryContext) => Promise<DeliveryOutcome>;
};

/** The syncer on a real outbox, with deliveries that a test answers, by a clock that it moves. */
export async function openLine({ count = 0, sync = {}, at = '2026-11-20T12:00:00Z', deliver }: LineWish = {}) {
  const store = await openStore();
  const clock = new FakeClock(Date.parse(at));
  const config = syncSchema.parse(sync);
  const connectivity = new Connectivity({ now: clock.now, random: () => 0.5 }, config.concurrency);
  const pacer = new Pacer(clock, new SendWindows(config, new ZonedTime('UTC')));
  const underWay = new Map<number, UnderWay>();
  const begun: number[] = [];
  const calls: string[] = [];
  const settled: { readonly seq: number; readonly settlement: Settlement }[] = [];
  const events: string[] = [];
  let probeAnswer: DeliveryOutcome = acknowledged;
  let isFull = false;
  const { outbox } = store;
  const syncer = new Syncer({
    outbox: {
      lease: (limit, now, milliseconds) => {
        calls.push('lease');
        return outbox.lease(limit, now, milliseconds);
      },
      settle: (outcomes, now) => {
        calls.push('settle');
        if (isFull) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
        settled.push(...outcomes);
        return outbox.settle(outcomes, now);
      },
      recordObjects: (entries) => {
        calls.push('record');
        return outbox.recordObjects(entries);
      },
      renew: (entries, expiresAt) => outbox.renew(entries, expiresAt),
      expireLeases: (now) => outbox.expireLeases(now),
      nextDueAt: () => outbox.nextDueAt(),
    },
    delivery: {
      deliver: (entry, context) => {
        begun.push(entry.seq);
        calls.push('begin');
        if (deliver !== undefined) return deliver(entry, context);
        return new Promise((resolve) => {
          const answer = (outcome: DeliveryOutcome): void => {
            underWay.delete(entry.seq);
            calls.push('end');
            resolve(outcome);
          };
          underWay.set(entry.seq, { entry, context, answer });
          context.signal.addEventListener('abort', () => answer({ kind: 'aborted', sent: false }));
        });
      },
    },
    connectivity,
    pacer,
    probe: async () => {
      calls.push('probe');
      return probeAnswer;
    },
    clock,
    random: () => 0.5,
    logger: { log: (_level, event) => void events.push(event) },
    onDelivered: () => undefined,
    onChange: () => void calls.push('change'),
  });

  /** Lets everything happen that needs no time. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  onTestFinished(async () => {
    const stopped = syncer.stop();
    await settle();
    clock.advance(5_000);
    await stopped;
  });
  const put = (more: number, first = 0): void => {
    const images = Array.from({ length: more }, (_, index) => {
      const number = first + index;
      return newImage({ name: `${number}.jpg`, modifiedMs: number + 1, bytes: Buffer.alloc(1_000, `${number} `) })
        .image;
    });
    outbox.enqueue(images, 1_000);
  };
  put(count);
  return {
    store,
    clock,
    connectivity,
    pacer,
    syncer,
    underWay,
    begun,
    calls,
    settled,
    events,
    put,
    settle,
    setProbe: (outcome: DeliveryOutcome): void => {
      probeAnswer = outcome;
    },
    /** The database takes no outcome. */
    setFull: (full: boolean): void => {
      isFull = full;
    },
    /** Time in small steps, with everything that follows from each. */
    run: async (milliseconds: number, step = 10): Promise<void> => {
      for (let passed = 0; passed < milliseconds; passed += step) {
        clock.advance(step);
        await settle();
      }
    },
    /** The one that has been under way for longest ends so. */
    answer: async (outcome: DeliveryOutcome = acknowledged): Promise<number> => {
      const [first] = underWay.values();
      if (first === undefined) throw new Error('nothing is under way');
      first.answer(outcome);
      await settle();
      return first.entry.seq;
    },
    /** Started, and one delivery has shown that the way is open. */
    flow: async (): Promise<void> => {
      syncer.start();
      await settle();
      const [first] = underWay.values();
      first?.answer(acknowledged);
      await settle();
    },
    rows: (): readonly Row[] =>
      store.database
        .prepare<[], Row>('SELECT seq, state, attempts, ambiguous, object_key FROM outbox ORDER BY seq')
        .all(),
  };
}
