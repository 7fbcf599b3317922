import { describe, expect, it } from 'vitest';
import { noSidecar } from '../../../../../electron/gateway/model/image.ts';
import type { LeasedEntry, Settlement } from '../../../../../electron/gateway/model/outbox-entry.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { texts } from '../../../../support/spoken.ts';
import { cutOff, fileOf, newImage, openStore, type TestStore } from '../../../../support/store.ts';

const error = { message: message('server-error', { status: 500 }), technical: '500', at: 5 };
const acknowledged: Settlement = {
  kind: 'acknowledge',
  duplicate: false,
  serverImageId: 'img-1',
  serverBatchId: 'batch-1',
};
const retryAt = (nextAttemptAt: number, ambiguous = false): Settlement => ({
  kind: 'retry',
  nextAttemptAt,
  ambiguous,
  stuck: false,
  error,
});
const put = (store: TestStore, name: string, storedAt = 1_000) =>
  store.outbox.enqueue([newImage({ name }).image], storedAt)[0]?.seq as number;
const first = (entries: readonly LeasedEntry[]): LeasedEntry => {
  const [entry] = entries;
  if (entry === undefined) throw new Error('nothing was leased');
  return entry;
};
const settle = (store: TestStore, { seq, token }: LeasedEntry, settlement: Settlement, now = 2_000): number =>
  store.outbox.settle([{ seq, token, settlement }], now);
const stateOf = (store: TestStore, name: string) => {
  const row = store.catalogue.detail(newImage({ name }).image.imageId);
  if (row === null) throw new Error(`${name} is not in the store`);
  return row;
};

describe('enqueueing', () => {
  it('keeps what ingest knew of the image, and gives it to whoever leases it', async () => {
    const store = await openStore();
    const content = {
      annotations: [{ classValue: 'Kratzer „fein“', confidence: 0.5, xCenter: 0.5, yCenter: 0.5, width: 1, height: 0 }],
      model: { id: 'm-1', version: '2' },
      sidecar: { format: 'yolo', path: 'labels/a.txt' } as const,
      sidecarPath: 'labels/a.txt',
      problems: [message('sidecar-problem', { file: 'labels/a.txt', problem: 'line 3 is left out' })],
    };
    const { image } = newImage({ name: 'line 1/бортовая плата.jpg', modifiedMs: 1_700_000_000_123.25, content });
    store.outbox.enqueue([image], 1_234);
    const { origin: _origin, ...known } = image;
    expect(store.outbox.lease(1, 2_000, 60_000)).toEqual([
      {
        ...known,
        capturedAt: Math.round(image.capturedAt),
        seq: 1,
        token: expect.stringMatching(/^[0-9a-f-]{36}$/),
        attempts: 0,
        ambiguous: false,
        storedAt: 1_234,
        firstFailedAt: null,
        objectKey: null,
      },
    ]);
    expect(store.sourceFiles.status('aoi', fileOf(image))).toBe('finished');
  });

  it('keeps one entry for the same version of the same file met again, whatever became of it', async () => {
    const store = await openStore();
    const { image } = newImage();
    expect(store.outbox.enqueue([image, image], 1_000)).toEqual([
      { seq: 1, isNew: true },
      { seq: 1, isNew: false },
    ]);
    settle(store, first(store.outbox.lease(5, 2_000, 60_000)), acknowledged);
    expect(store.outbox.enqueue([image], 9_000)).toEqual([{ seq: 1, isNew: false }]);
    expect(store.totals()).toMatchObject({ collected: 1, acknowledged: 1, pending: 0 });
    expect(store.tally.payloads()).toEqual({ files: 1, bytes: image.bytes });
    expect(store.outbox.lease(5, 9_000, 60_000)).toEqual([]);
  });

  it('makes two entries of two files with the same bytes, which share one payload', async () => {
    const store = await openStore();
    const bytes = Buffer.from('the same');
    const images = ['a.jpg', 'b.jpg'].map((name) => newImage({ name, bytes }).image);
    expect(store.outbox.enqueue(images, 1_000).map(({ isNew }) => isNew)).toEqual([true, true]);
    expect(store.totals()).toMatchObject({ collected: 2, pending: 2, waitingBytes: 16 });
    expect(store.tally.payloads()).toEqual({ files: 1, bytes: 8 });
  });

  it('makes another entry when the file changed its time or its content', async () => {
    const store = await openStore();
    const versions = [newImage(), newImage({ modifiedMs: 2 }), newImage({ modifiedMs: 2, bytes: Buffer.from('new') })];
    store.outbox.enqueue(
      versions.map(({ image }) => image),
      1_000,
    );
    expect(store.totals().collected).toBe(3);
  });

  it('takes all images of a group or none', async () => {
    const store = await openStore();
    const good = newImage({ name: 'good.jpg' }).image;
    const bad = { ...newImage({ name: 'bad.jpg' }).image, format: 'webp' as unknown as 'jpeg' };
    expect(() => store.outbox.enqueue([good, bad], 1_000)).toThrow(/CHECK constraint/);
    expect(store.totals().collected).toBe(0);
    expect(store.tally.payloads().files).toBe(0);
    expect(store.sourceFiles.status('aoi', fileOf(good))).toBe('new');
  });

  it('takes the file, and the sidecar that came with it, off the list of refused files', async () => {
    const store = await openStore();
    const { image } = newImage({ content: { sidecarPath: 'a.json' } });
    const sidecar = { path: 'a.json', bytes: 5, modifiedMs: 7 };
    store.sourceFiles.refuse('aoi', { ...fileOf(image), modifiedMs: 0 }, cutOff, 1);
    store.sourceFiles.refuse('aoi', sidecar, { severity: 'notice', message: message('sidecar-late') }, 1);
    expect(store.totals()).toMatchObject({ refused: 1, notices: 1 });
    store.outbox.enqueue([image], 1_000);
    expect(store.totals()).toMatchObject({ refused: 0, notices: 0 });
    expect(store.sourceFiles.status('aoi', sidecar)).toBe('new');
  });
});

describe('leasing', () => {
  it('claims the oldest first, each entry once', async () => {
    const store = await openStore();
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(store, name);
    expect(store.outbox.lease(2, 2_000, 60_000).map(({ filename }) => filename)).toEqual(['a', 'b']);
    expect(store.outbox.lease(2, 2_000, 60_000).map(({ filename }) => filename)).toEqual(['c', 'd']);
    expect(store.outbox.lease(9, 2_000, 60_000).map(({ filename }) => filename)).toEqual(['e']);
    expect(store.outbox.lease(9, 2_000, 60_000)).toEqual([]);
  });

  it('claims what was never delayed before what failed, and what failed only when it is due', async () => {
    const store = await openStore();
    for (const name of ['a', 'b']) put(store, name);
    for (const entry of store.outbox.lease(2, 2_000, 60_000)) settle(store, entry, retryAt(3_000 + entry.seq));
    put(store, 'c');
    const names = (now: number) => store.outbox.lease(1, now, 60_000).map(({ filename }) => filename);
    expect(names(3_000)).toEqual(['c']);
    expect(names(3_000)).toEqual([]);
    expect(names(3_001)).toEqual(['a']);
    expect(names(3_001)).toEqual([]);
    expect(names(3_002)).toEqual(['b']);
  });

  it('lets a retried entry have its turn although the queue behind it never empties', async () => {
    const store = await openStore();
    put(store, 'failed once');
    settle(store, first(store.outbox.lease(1, 2_000, 60_000)), retryAt(3_000));
    for (let index = 0; index < 100; index += 1) put(store, `new ${index}`, 1_000 + index);
    const leased = [1, 2, 3, 4].flatMap((turn) =>
      store.outbox.lease(4, 4_000 + turn, 60_000).map(({ filename }) => filename),
    );
    expect(leased).toHaveLength(16);
    expect(leased).toContain('failed once');
    expect(leased[0]).toBe('new 0');
  });

  it('says when the next waiting entry is due', async () => {
    const store = await openStore();
    expect(store.outbox.nextDueAt()).toBeNull();
    put(store, 'a');
    settle(store, first(store.outbox.lease(1, 2_000, 60_000)), retryAt(8_000.6));
    expect(store.outbox.nextDueAt()).toBe(8_001);
    put(store, 'b');
    expect(store.outbox.nextDueAt()).toBe(0);
  });

  it('gives out an entry whose annotations are damaged in the database, without them and with words', async () => {
    const store = await openStore();
    put(store, 'a');
    store.database.exec("UPDATE images SET content = '{'");
    const entry = first(store.outbox.lease(1, 2_000, 60_000));
    const { problems, ...content } = entry.content;
    expect({ ...content, problems: texts(problems) }).toEqual({
      ...noSidecar,
      problems: [expect.stringContaining('damaged')],
    });
  });
});

describe('settling', () => {
  it('needs the token of the lease, for every kind of outcome', async () => {
    const store = await openStore();
    put(store, 'a');
    const entry = first(store.outbox.lease(1, 2_000, 60_000));
    const outcomes: Settlement[] = [
      acknowledged,
      retryAt(9_000),
      { kind: 'release', ambiguous: true, error: null },
      { kind: 'bury', error },
    ];
    for (const settlement of outcomes) expect(settle(store, { ...entry, token: 'another' }, settlement)).toBe(0);
    store.outbox.renew([{ seq: entry.seq, token: 'another' }], 99_000_000);
    expect(stateOf(store, 'a').state).toBe('leased');
    expect(settle(store, entry, acknowledged)).toBe(1);
    for (const settlement of outcomes) expect(settle(store, entry, settlement)).toBe(0);
    expect(stateOf(store, 'a')).toMatchObject({
      state: 'acknowledged',
      acknowledgedAt: 2_000,
      serverImageId: 'img-1',
      serverBatchId: 'batch-1',
      lastError: null,
      payloadPresent: true,
    });
  });

  it('changes nothing when the lease ran out and another one was given', async () => {
    const store = await openStore();
    put(store, 'a');
    const old = first(store.outbox.lease(1, 2_000, 1_000));
    expect(store.outbox.expireLeases(3_000)).toBe(0);
    expect(store.outbox.expireLeases(3_001)).toBe(1);
    const present = first(store.outbox.lease(1, 3_001, 1_000));
    expect(present).toMatchObject({ ambiguous: true, attempts: 0 });
    expect(settle(store, old, { kind: 'bury', error })).toBe(0);
    expect(settle(store, present, acknowledged)).toBe(1);
  });

  it('counts the attempts that were made, and never takes "sent, no answer" away', async () => {
    const store = await openStore();
    put(store, 'a');
    settle(store, first(store.outbox.lease(1, 2_000, 60_000)), retryAt(0, true), 2_000);
    settle(store, first(store.outbox.lease(1, 3_000, 60_000)), retryAt(0, false), 3_000);
    settle(store, first(store.outbox.lease(1, 4_000, 60_000)), { kind: 'release', ambiguous: false, error: null });
    const entry = first(store.outbox.lease(1, 5_000, 60_000));
    expect(entry).toMatchObject({ attempts: 2, ambiguous: true, firstFailedAt: 2_000 });
    expect(stateOf(store, 'a').lastError).toEqual(error);
  });

  it('consumes no attempt for a release, and keeps its turn', async () => {
    const store = await openStore();
    for (const name of ['a', 'b']) put(store, name);
    const pause = { ...error, message: message('throttled') };
    settle(store, first(store.outbox.lease(1, 2_000, 60_000)), { kind: 'release', ambiguous: false, error: pause });
    expect(stateOf(store, 'a')).toMatchObject({ attempts: 0, nextAttemptAt: null, lastError: pause });
    expect(first(store.outbox.lease(1, 2_000, 60_000)).filename).toBe('a');
  });

  it('shows one as stuck that closes the way again and again, without an attempt, until it is delivered', async () => {
    const store = await openStore();
    put(store, 'a');
    const end = (settlement: Settlement): number =>
      settle(store, first(store.outbox.lease(1, 2_000, 60_000)), settlement);
    end({ kind: 'release', ambiguous: false, error: null, stuck: true });
    expect(store.totals()).toMatchObject({ pending: 1, stuck: 1, retrying: 0 });
    end({ kind: 'release', ambiguous: false, error: null });
    expect(store.totals()).toMatchObject({ pending: 1, stuck: 1 });
    end({ kind: 'acknowledge', duplicate: false, serverImageId: null, serverBatchId: null });
    expect(store.totals()).toMatchObject({ pending: 0, stuck: 0, acknowledged: 1 });
  });

  it('buries what is refused for good, keeps it and its cutOff, and only an operator brings it back', async () => {
    const store = await openStore();
    put(store, 'a');
    put(store, 'b');
    for (const entry of store.outbox.lease(2, 2_000, 60_000)) settle(store, entry, { kind: 'bury', error });
    expect(stateOf(store, 'a')).toMatchObject({ state: 'dead', attempts: 1, lastError: error });
    expect(store.outbox.lease(9, Number.MAX_SAFE_INTEGER, 60_000)).toEqual([]);
    expect(store.totals()).toMatchObject({ dead: 2, pending: 0, deadBytes: 18 });

    const idOf = (name: string) => newImage({ name }).image.imageId;
    expect(store.outbox.retryNow(idOf('a'))).toBe(0);
    expect(store.deadLetters.requeue(['no-such-image'], 5_000)).toBe(0);
    expect(store.deadLetters.requeue([idOf('a')], 5_000)).toBe(1);
    expect(store.deadLetters.requeue([idOf('a')], 5_000)).toBe(0);
    expect(stateOf(store, 'a')).toMatchObject({ state: 'pending', attempts: 0, nextAttemptAt: null, stuck: false });
    expect(store.deadLetters.requeue('all', 5_000)).toBe(1);
    expect(store.deadLetters.requeue('all', 5_000)).toBe(0);
    expect(store.totals()).toMatchObject({ dead: 0, pending: 2, deadBytes: 0, retrying: 0 });
  });

  it('settles many in one transaction', async () => {
    const store = await openStore();
    for (const name of ['a', 'b', 'c']) put(store, name);
    const leased = store.outbox.lease(3, 2_000, 60_000);
    const outcomes = leased.map(({ seq, token }, index) => ({
      seq,
      token: index === 1 ? 'another' : token,
      settlement: acknowledged,
    }));
    expect(store.outbox.settle(outcomes, 3_000)).toBe(2);
    expect(store.totals()).toMatchObject({ acknowledged: 2, leased: 1 });
  });
});

describe('waiting', () => {
  it('is ended by an operator, for a waiting entry only', async () => {
    const store = await openStore();
    put(store, 'a');
    const { imageId } = newImage({ name: 'a' }).image;
    const entry = first(store.outbox.lease(1, 2_000, 60_000));
    expect(store.outbox.retryNow(imageId)).toBe(0);
    settle(store, entry, retryAt(9_000_000));
    expect(store.outbox.lease(1, 3_000, 60_000)).toEqual([]);
    expect(store.outbox.retryNow(imageId)).toBe(1);
    expect(first(store.outbox.lease(1, 3_000, 60_000))).toMatchObject({ filename: 'a', attempts: 1 });
  });

  it('is over at once when only a clock that jumped back can explain it', async () => {
    const store = await openStore();
    for (const name of ['far', 'near']) put(store, name);
    const [far, near] = store.outbox.lease(2, 1_000_000, 60_000);
    settle(store, far as LeasedEntry, retryAt(50_000_000));
    settle(store, near as LeasedEntry, retryAt(6_000));
    expect(store.outbox.clampWaits(5_000, 7_000)).toBe(1);
    expect(stateOf(store, 'far').nextAttemptAt).toBe(5_000);
    expect(stateOf(store, 'near').nextAttemptAt).toBe(6_000);
  });

  it('does not end with a renewed lease, and starts again for every lease when the gateway does', async () => {
    const store = await openStore();
    for (const name of ['a', 'b']) put(store, name);
    const [a, b] = store.outbox.lease(2, 2_000, 1_000) as [LeasedEntry, LeasedEntry];
    store.outbox.renew([a], 10_000);
    expect(store.outbox.expireLeases(5_000)).toBe(1);
    expect(stateOf(store, 'a').state).toBe('leased');
    expect(stateOf(store, 'b').state).toBe('pending');
    expect(settle(store, b, acknowledged)).toBe(0);
    store.close();
    const again = await openStore(store.root);
    expect(again.outbox.releaseAllLeases()).toBe(1);
    expect(again.totals()).toMatchObject({ pending: 2, leased: 0, ambiguous: 2, retrying: 0 });
  });
});

describe('a payload that is gone', () => {
  it('buries a waiting entry only: one under way finds out by itself', async () => {
    const store = await openStore();
    const seq = put(store, 'a');
    const entry = first(store.outbox.lease(1, 2_000, 60_000));
    expect(store.outbox.buryUnreadable(seq, error)).toBe(0);
    settle(store, entry, { kind: 'release', ambiguous: false, error: null });
    expect(store.outbox.buryUnreadable(seq, error)).toBe(1);
    expect(store.totals()).toMatchObject({ dead: 1, pending: 0 });
    expect(settle(store, entry, acknowledged)).toBe(0);
  });

  it('heals an entry whose payload the disk lost, when its original is collected again', async () => {
    const store = await openStore();
    const { image } = newImage();
    const [entry] = store.outbox.enqueue([image], 1_000);
    const file = fileOf(image);
    expect(store.sourceFiles.status('aoi', file)).toBe('finished');
    const error = { message: message('payload-missing'), technical: '', at: 2_000 };
    expect(store.outbox.buryUnreadable(entry?.seq ?? 0, error)).toBe(1);
    expect(store.sourceFiles.status('aoi', file)).toBe('new');
    expect(store.outbox.enqueue([image], 3_000)).toEqual([{ seq: entry?.seq, isNew: false }]);
    expect(store.catalogue.page('waiting', null, 5).rows).toMatchObject([
      { state: 'pending', attempts: 0, lastError: null },
    ]);
    expect(store.sourceFiles.status('aoi', file)).toBe('finished');
  });
});
