import { describe, expect, it } from 'vitest';
import { noSidecar } from '../../../../../electron/gateway/model/image.ts';
import { deliveryOrderOf } from '../../../../../electron/gateway/store/outbox/delivery-order.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { newImage, openStore, type TestStore } from '../../../../support/store.ts';

const order = { order: 'oldest-first', goodClasses: [], classPriorities: {} } as const;
const box = (classValue: string) => ({ classValue, xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 });
const error = { message: message('internal-error'), technical: 'x', at: 1 };
let stored = 0;

/** A frame of `sourceId`, captured at that time; named so that the order of claims can be read. */
function put(store: TestStore, sourceId: string, capturedAt: number, classes: readonly string[] = []): string {
  const name = `${sourceId}-${capturedAt}${classes.length > 0 ? `-${classes.join('+')}` : ''}`;
  const { image } = newImage({ name, sourceId, modifiedMs: capturedAt, content: { annotations: classes.map(box) } });
  stored += 1;
  store.outbox.enqueue([image], 1_000 + stored);
  return name;
}
const putMany = (store: TestStore, sourceId: string, from: number, count: number): void => {
  store.outbox.enqueue(
    Array.from({ length: count }, (_, index) => {
      const modifiedMs = from + index;
      return newImage({ name: `${sourceId}-${modifiedMs}`, sourceId, modifiedMs }).image;
    }),
    1_000,
  );
};
const claim = (store: TestStore, limit: number, now = 9_000): string[] =>
  store.outbox.lease(limit, now, 60_000).map(({ filename }) => filename);
const open = (line = deliveryOrderOf(order, [])) => openStore(undefined, undefined, { line });

describe('the order of what is sent', () => {
  it('is that of capture, whatever the order in which frames were stored and the source they came from', async () => {
    const store = await open();
    for (const [source, time] of [
      ['a', 30],
      ['b', 10],
      ['a', 20],
      ['b', 40],
    ] as const)
      put(store, source, time);
    expect(claim(store, 4)).toEqual(['b-10', 'a-20', 'a-30', 'b-40']);
  });

  it('is that of storing for frames captured at the same time', async () => {
    const store = await open();
    for (const name of ['c', 'a', 'b']) store.outbox.enqueue([newImage({ name, modifiedMs: 5 }).image], 1_000);
    expect(claim(store, 3)).toEqual(['c', 'a', 'b']);
  });

  it('begins with the newest where the site says so', async () => {
    const store = await open(deliveryOrderOf({ ...order, order: 'newest-first' }, []));
    for (const time of [10, 30, 20]) put(store, 'a', time);
    expect(claim(store, 2)).toEqual(['a-30', 'a-20']);
    expect(claim(store, 2)).toEqual(['a-10']);
  });

  it('begins with defects where the site says so, each oldest first', async () => {
    const store = await open(deliveryOrderOf({ ...order, order: 'defects-first', goodClasses: ['ok'] }, []));
    put(store, 'a', 10);
    put(store, 'a', 20, ['ok']);
    put(store, 'a', 40, ['scratch']);
    put(store, 'b', 30, ['ok', 'dent']);
    expect(claim(store, 3)).toEqual(['b-30-ok+dent', 'a-40-scratch', 'a-10']);
    expect(claim(store, 3)).toEqual(['a-20-ok']);
  });

  it('begins with the source and the class that the site prefers', async () => {
    const store = await open(deliveryOrderOf({ ...order, classPriorities: { dent: 5 } }, [{ id: 'b', priority: 2 }]));
    put(store, 'a', 10);
    put(store, 'b', 20);
    put(store, 'a', 30, ['dent']);
    expect(claim(store, 1)).toEqual(['a-30-dent']);
    expect(claim(store, 1)).toEqual(['b-20']);
    expect(claim(store, 1)).toEqual(['a-10']);
  });

  it('follows annotations that come after their picture', async () => {
    const store = await open(deliveryOrderOf({ ...order, order: 'defects-first' }, []));
    put(store, 'a', 10);
    const late = newImage({ name: put(store, 'a', 20), sourceId: 'a', modifiedMs: 20 }).image;
    const content = { ...noSidecar, annotations: [box('dent')], sidecarPath: 'a.txt' };
    expect(store.catalogue.attachSidecar(2, content, true)).toBe('attached');
    expect(store.database.prepare('SELECT rank, position, annotated FROM outbox WHERE seq = 2').get()).toEqual({
      rank: -1,
      position: 20,
      annotated: 1,
    });
    expect(claim(store, 1)).toEqual([late.filename]);
  });
});

describe('fairness between sources', () => {
  it('lets the live frames of one source go beside the backlog of another', async () => {
    const store = await open();
    putMany(store, 'backlog', 1, 200);
    const live: string[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      put(store, 'live', 1_000 + turn);
      live.push(...claim(store, 4).filter((name) => name.startsWith('live')));
    }
    expect(live).toHaveLength(8);
  });

  it('takes from each in turn, and remembers whose turn it was', async () => {
    const store = await open();
    for (const source of ['a', 'b', 'c']) putMany(store, source, 1, 30);
    const sources = Array.from({ length: 9 }, () => claim(store, 1)[0]?.slice(0, 1));
    expect(sources.join('')).toBe('abcabcabc');
    const counts = new Map<string, number>();
    for (const name of claim(store, 14)) counts.set(name.slice(0, 1), (counts.get(name.slice(0, 1)) ?? 0) + 1);
    expect([...counts.values()].sort()).toEqual([4, 5, 5]);
  });

  it('sends what sources have left that are no longer configured', async () => {
    const store = await open(deliveryOrderOf(order, [{ id: 'present', priority: 3 }]));
    putMany(store, 'removed', 1, 3);
    putMany(store, 'present', 5, 2);
    expect(claim(store, 9)).toEqual(['present-5', 'present-6', 'removed-1', 'removed-2', 'removed-3']);
  });

  it('gives as many as are asked for while there are so many, whatever the shape of the queue', async () => {
    const store = await open();
    putMany(store, 'a', 1, 1);
    putMany(store, 'b', 1, 50);
    putMany(store, 'c', 1, 7);
    expect(claim(store, 0)).toEqual([]);
    expect(new Set(claim(store, 40)).size).toBe(40);
    expect(claim(store, 40)).toHaveLength(18);
    expect(store.totals()).toMatchObject({ pending: 0, leased: 58 });
  });
});

describe('what stands behind others', () => {
  it('has a turn in every eighth claim, each rank in its time', async () => {
    const store = await open(
      deliveryOrderOf(order, [
        { id: 'first', priority: 9 },
        { id: 'last', priority: -9 },
      ]),
    );
    putMany(store, 'first', 1, 500);
    putMany(store, 'middle', 1, 50);
    putMany(store, 'last', 1, 50);
    const others = Array.from({ length: 32 }, () => claim(store, 2))
      .map((names) => [...new Set(names.map((name) => name.split('-')[0]))].join('+'))
      .filter((sources) => sources !== 'first');
    expect(others).toEqual(['middle', 'last', 'middle', 'last']);
  });

  it('and has failed before, has one in every fourth', async () => {
    const store = await open();
    putMany(store, 'a', 1, 1);
    const [entry] = store.outbox.lease(1, 1, 60_000);
    const settlement = { kind: 'retry', nextAttemptAt: 5_000, ambiguous: false, stuck: false, error } as const;
    store.outbox.settle([{ seq: entry?.seq ?? 0, token: entry?.token ?? '', settlement }], 1);
    putMany(store, 'b', 1, 50);
    const names = Array.from({ length: 3 }, () => claim(store, 1)).flat();
    expect(names.indexOf('a-1')).toBe(2);
  });
});

describe('a change of the policy', () => {
  const later = deliveryOrderOf({ ...order, order: 'defects-first' }, [{ id: 'b', priority: 1 }]);

  it('gives what is not delivered its new place, once', async () => {
    const store = await open();
    expect(store.outbox.reorder()).toBe(0);
    put(store, 'a', 10);
    put(store, 'a', 20, ['dent']);
    put(store, 'b', 30);
    put(store, 'b', 40);
    const dead = store.outbox.lease(2, 1, 60_000).find(({ filename }) => filename === 'b-30');
    store.outbox.settle([{ seq: dead?.seq ?? 0, token: dead?.token ?? '', settlement: { kind: 'bury', error } }], 1);
    store.close();

    const again = await openStore(store.root, undefined, { line: later });
    again.outbox.releaseAllLeases();
    // a-10 stays where it was: no priority, no defect.
    expect(again.outbox.reorder()).toBe(3);
    expect(again.outbox.reorder()).toBe(0);
    expect(claim(again, 2)).toEqual(['b-40', 'a-20-dent']);
    again.deadLetters.requeue('all', 2);
    expect(claim(again, 9)).toEqual(['b-30', 'a-10']);
    again.close();

    const third = await openStore(store.root, undefined, { line: later });
    expect(third.outbox.reorder()).toBe(0);
    third.close();
    const back = await openStore(store.root);
    expect(back.outbox.reorder()).toBe(3);
  });

  it('moves more entries than are looked at at once', async () => {
    const store = await open();
    store.database.pragma('synchronous = OFF');
    putMany(store, 'a', 1, 5_001);
    store.close();
    const again = await openStore(store.root, undefined, {
      line: deliveryOrderOf({ ...order, order: 'newest-first' }, []),
    });
    expect(again.outbox.reorder()).toBe(5_001);
    expect(claim(again, 2)).toEqual(['a-5001', 'a-5000']);
  });
});
