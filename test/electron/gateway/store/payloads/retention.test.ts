import { describe, expect, it } from 'vitest';
import { Admission } from '../../../../../electron/gateway/ingest/admission/admission.ts';
import { FillForecast } from '../../../../../electron/gateway/ingest/admission/fill-forecast.ts';
import type { LogFields } from '../../../../../electron/gateway/platform/logger.ts';
import { Retention } from '../../../../../electron/gateway/store/payloads/retention.ts';
import { RingBuffer } from '../../../../../electron/gateway/store/payloads/ring-buffer.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { FailingFiles } from '../../../../support/failing-files.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { said } from '../../../../support/spoken.ts';
import { acknowledge, newImage, openStore, storeImage, type TestStore } from '../../../../support/store.ts';

const picture = (name: string, length = 1_000): { name: string; bytes: Buffer } => ({
  name,
  bytes: Buffer.alloc(length, name),
});
const isThere = async (store: TestStore, name: string, length = 1_000): Promise<boolean> =>
  (await store.payloads.size(newImage(picture(name, length)).image.sha256, 'jpeg')) !== null;
const evictedNames = (store: TestStore): string[] =>
  store.catalogue
    .page('all', null, 200)
    .rows.filter(({ imageId }) => store.catalogue.payloadOf(imageId)?.present === false)
    .map(({ filename }) => filename)
    .sort();

describe('eviction', () => {
  it('removes acknowledged payloads only, oldest first, no more than is asked for, and keeps their rows', async () => {
    const store = await openStore();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await storeImage(store, picture(name));
    acknowledge(store, 3);
    expect(await store.retention.makeRoom(1_500)).toBe(2_000);
    expect(evictedNames(store)).toEqual(['a', 'b']);
    for (const [name, there] of Object.entries({ a: false, b: false, c: true, d: true, e: true }))
      expect(await isThere(store, name), name).toBe(there);
    expect(store.totals()).toMatchObject({
      collected: 5,
      acknowledged: 3,
      payloadsRemoved: 2,
      pending: 2,
      waitingBytes: 2_000,
    });
    expect(store.tally.payloads()).toEqual({ files: 3, bytes: 3_000 });
  });

  it('stops where nothing acknowledged is left: what waits, is under way or dead stays', async () => {
    const store = await openStore();
    for (const name of ['acknowledged', 'dead', 'leased', 'waiting']) await storeImage(store, picture(name));
    acknowledge(store, 1);
    const error = { message: message('internal-error'), technical: '', at: 1 };
    const [dead] = store.outbox.lease(1, 2_000, 60_000);
    if (dead === undefined) throw new Error('nothing to bury');
    store.outbox.settle([{ seq: dead.seq, token: dead.token, settlement: { kind: 'bury', error } }], 2_000);
    store.outbox.lease(1, 2_000, 60_000);
    expect(await store.retention.makeRoom(1_000_000)).toBe(1_000);
    expect(await store.retention.makeRoom(1_000_000)).toBe(0);
    expect(evictedNames(store)).toEqual(['acknowledged']);
    expect(store.tally.payloads()).toEqual({ files: 3, bytes: 3_000 });
  });

  it('keeps a payload that another image still needs, until that one is acknowledged too', async () => {
    const store = await openStore();
    const bytes = Buffer.alloc(1_000, 's');
    await storeImage(store, { name: 'first', bytes });
    await storeImage(store, { name: 'second', bytes });
    acknowledge(store, 1);
    expect(await store.retention.makeRoom(500)).toBe(0);
    expect(store.tally.payloads()).toEqual({ files: 1, bytes: 1_000 });
    const [waiting] = store.outbox.lease(1, 2_000, 60_000);
    expect(await store.payloads.size(waiting?.sha256 ?? '', 'jpeg')).toBe(1_000);
    store.outbox.releaseAllLeases();
    acknowledge(store, 1);
    expect(await store.retention.makeRoom(500)).toBe(1_000);
    expect(store.totals().payloadsRemoved).toBe(2);
    expect(store.tally.payloads()).toEqual({ files: 0, bytes: 0 });
  });

  it('leaves the payload of a picture that is collected again while it is being evicted', async () => {
    const store = await openStore();
    const { image, bytes } = newImage({ ...picture('a'), modifiedMs: 2 });
    await storeImage(store, picture('a'));
    acknowledge(store, 1);
    let evicting: Promise<number> | undefined;
    await store.payloads.exclusively([image.sha256], async () => {
      evicting = store.retention.makeRoom(1);
      await store.payloads.publish([await store.payloads.stage(image.sha256, 'jpeg', bytes)]);
      store.outbox.enqueue([image], 3_000);
    });
    await evicting;
    expect(await isThere(store, 'a')).toBe(true);
    expect(store.tally.payloads()).toEqual({ files: 1, bytes: 1_000 });
    expect((await store.audit.run(new AbortController().signal, () => 1)).missing).toBe(0);
  });

  it('leaves an orphan, never a row without its payload, when it is cut off between row and file', async () => {
    const files = new FailingFiles();
    const store = await openStore(undefined, files);
    for (const name of ['a', 'b', 'c']) await storeImage(store, picture(name));
    acknowledge(store, 3);
    files.failAt({ nth: 1, code: 'EIO', lasts: 'once', only: ['remove'] });
    await expect(store.retention.makeRoom(3_000)).rejects.toThrow('EIO');
    // The two others are removed all the same; the orphan is for the audit.
    const left = await Promise.all(['a', 'b', 'c'].map((name) => isThere(store, name)));
    expect(left.filter(Boolean)).toHaveLength(1);
    expect(await store.audit.run(new AbortController().signal, () => 1)).toEqual({ orphans: 1, missing: 0 });
    // It was delivered: there is nothing to keep it for.
    expect(await store.audit.settleOrphans()).toBe(0);
  });

  it('evicts far more than one batch when it must', async () => {
    const store = await openStore();
    store.database.pragma('synchronous = OFF');
    for (let index = 0; index < 150; index += 1) await storeImage(store, picture(`p${index}`, 100 + index));
    acknowledge(store, 150);
    await store.retention.makeRoom(1_000_000);
    expect(store.totals().payloadsRemoved).toBe(150);
    expect(store.tally.payloads()).toEqual({ files: 0, bytes: 0 });
  });
});

describe('admission', () => {
  const overhead = 32_768;
  type Limits = { readonly maxBytes: number; readonly minFreeBytes: number };
  async function makeAdmission(limits: Limits, whenFull: 'refuse' | 'drop-oldest' = 'refuse') {
    const files = new FailingFiles();
    const store = await openStore(undefined, files);
    files.reported = { freeBytes: 10_000_000, totalBytes: 20_000_000 };
    const clock = new FakeClock();
    const { database, payloads, tally } = store;
    const log: LogFields[] = [];
    const sealed: unknown[] = [];
    const ring = new RingBuffer({
      database,
      payloads,
      logger: { log: (_level, _event, fields = {}) => void log.push(fields) },
      seal: (_at, detail) => void sealed.push(detail ?? null),
    });
    const admission = new Admission({
      limits,
      tally,
      retention: new Retention(database, payloads),
      ring: whenFull === 'drop-oldest' ? ring : null,
      forecast: new FillForecast(),
      files,
      root: store.root,
      clock,
    });
    await admission.measure();
    /** What ingest does with a picture: true when it was taken. */
    const take = async (name: string, length = 100_000): Promise<boolean> => {
      const admitted = await admission.admit(length);
      if (!admitted.ok) return false;
      await storeImage(store, picture(name, length));
      admitted.done();
      return true;
    };
    return { files, store, admission, take, clock, log, sealed };
  }

  it('refuses when the quota is reached, evicts nothing that is not delivered, and takes again by itself', async () => {
    const { store, admission, take } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 });
    let taken = 0;
    while (await take(`p${taken}`)) taken += 1;
    expect(taken).toBe(9);
    expect(admission.state()).toMatchObject({ state: 'full', usedBytes: 900_000 });
    expect(store.totals()).toMatchObject({ payloadsRemoved: 0, pending: 9 });
    const admitted = await admission.admit(100_000);
    expect(said('why' in admitted ? admitted.why : null).hint).toContain('store.maxBytes');
    // It stays full at every look, until something is delivered: then it makes room without being asked.
    await admission.measure();
    expect(admission.state().state).toBe('full');
    acknowledge(store, 2);
    await admission.measure();
    expect(admission.state().state).not.toBe('full');
    expect(await take('p9')).toBe(true);
    expect(store.totals()).toMatchObject({ payloadsRemoved: 2, pending: 8 });
    expect(evictedNames(store)).toEqual(['p0', 'p1']);
  });

  it('makes room without refusing while something acknowledged is left', async () => {
    const { store, admission, take } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 });
    for (let index = 0; index < 30; index += 1) {
      expect(await take(`p${index}`), `picture ${index}`).toBe(true);
      acknowledge(store, 1);
    }
    expect(store.tally.payloads().bytes).toBeLessThanOrEqual(1_000_000);
    expect(store.totals()).toMatchObject({ acknowledged: 30, pending: 0 });
    expect(admission.state().state).not.toBe('full');
    expect((await store.audit.run(new AbortController().signal, () => 1)).missing).toBe(0);
  });

  it('refuses when the disk has too little free, whatever the quota, and takes again when somebody made room', async () => {
    const { files, admission, take } = await makeAdmission({ maxBytes: 1_000_000_000, minFreeBytes: 1_000_000 });
    files.reported = { freeBytes: 1_100_000, totalBytes: 20_000_000 };
    expect(await take('a')).toBe(true);
    await admission.measure();
    files.reported = { freeBytes: 1_050_000, totalBytes: 20_000_000 };
    expect(await take('b')).toBe(false);
    expect(admission.state()).toMatchObject({ state: 'full', freeBytes: 1_050_000 });
    files.reported = { freeBytes: 9_000_000, totalBytes: 20_000_000 };
    await admission.measure();
    expect(admission.state().state).toBe('ok');
    expect(await take('b')).toBe(true);
  });

  it('counts what is admitted and not yet written, so that a burst does not overrun the quota', async () => {
    const { admission } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => admission.admit(100_000)));
    const admitted = outcomes.filter(({ ok }) => ok);
    expect(admitted).toHaveLength(Math.floor(1_000_000 / (100_000 + overhead)));
    for (const one of admitted) {
      if (!one.ok) continue;
      one.done();
      one.done();
    }
    const again = await Promise.all(Array.from({ length: 20 }, () => admission.admit(100_000)));
    expect(again.filter(({ ok }) => ok)).toHaveLength(admitted.length);
  });

  it('counts what was written since it last asked how much is free', async () => {
    const { files, admission, take } = await makeAdmission({ maxBytes: 1_000_000_000, minFreeBytes: 1_000_000 });
    files.reported = { freeBytes: 1_300_000, totalBytes: 20_000_000 };
    await admission.measure();
    const taken: boolean[] = [];
    // The file system goes on saying what it said first until the third picture makes the gateway ask again.
    for (let index = 0; index < 2; index += 1) taken.push(await take(`p${index}`));
    files.reported = { freeBytes: 1_100_000, totalBytes: 20_000_000 };
    taken.push(await take('p2'));
    expect(taken).toEqual([true, true, false]);
  });

  it('says that the disk fails until a picture is stored again', async () => {
    const { admission } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 });
    expect(admission.state()).toMatchObject({ state: 'ok' });
    admission.reportFailure('failing');
    expect(admission.state().state).toBe('failing');
    admission.reportSuccess();
    expect(admission.state().state).toBe('ok');
  });

  it('says "low" before it is full', async () => {
    const { admission, take } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 });
    for (let index = 0; index < 7; index += 1) await take(`p${index}`, 130_000);
    expect(admission.state().state).toBe('low');
  });

  it('knows the largest picture that it can hold at all', async () => {
    const { admission } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 });
    expect(admission.mostImageBytes).toBe(1_000_000 - overhead);
    expect((await admission.admit(admission.mostImageBytes)).ok).toBe(true);
  });

  describe('with a ring buffer', () => {
    it('takes every frame and drops the oldest undelivered for it, and says so for a minute', async () => {
      const { store, admission, take, clock, log } = await makeAdmission(
        { maxBytes: 1_000_000, minFreeBytes: 0 },
        'drop-oldest',
      );
      for (let index = 0; index < 30; index += 1) expect(await take(`p${index}`), `picture ${index}`).toBe(true);
      const { dropped, pending } = store.totals();
      expect(dropped + pending).toBe(30);
      expect(dropped).toBe(21);
      expect(log.reduce((sum, { pictures }) => sum + Number(pictures), 0)).toBe(21);
      expect(admission.state()).toMatchObject({ state: 'full', whenFull: 'drop-oldest' });
      expect(said(admission.state().message).text).toContain('dropped');
      clock.advance(60_000);
      expect(admission.state().state).not.toBe('full');
    });

    it('drops nothing while something acknowledged is left', async () => {
      const { store, take } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 }, 'drop-oldest');
      for (let index = 0; index < 30; index += 1) {
        expect(await take(`p${index}`), `picture ${index}`).toBe(true);
        if (index % 2 === 0) acknowledge(store, 2);
      }
      expect(store.totals()).toMatchObject({ dropped: 0 });
      expect(store.totals().payloadsRemoved).toBeGreaterThan(15);
    });

    it('refuses when all that is left is dead or under way, and names what to do', async () => {
      const { store, admission, take } = await makeAdmission({ maxBytes: 1_000_000, minFreeBytes: 0 }, 'drop-oldest');
      for (let index = 0; index < 9; index += 1) await take(`p${index}`);
      store.outbox.lease(9, 2_000, 60_000);
      expect(await take('p9')).toBe(false);
      const admitted = await admission.admit(100_000);
      expect(said('why' in admitted ? admitted.why : null).hint).toContain('dead letters');
      expect(admission.state()).toMatchObject({ state: 'full', fullOf: 'quota' });
      store.outbox.releaseAllLeases();
      // Looking at the disk drops nothing; the next frame does.
      await admission.measure();
      expect(store.totals()).toMatchObject({ dropped: 0 });
      expect(await take('p9')).toBe(true);
    });

    it('does not drop a whole line on a disk that gives nothing back', async () => {
      const { store, files, admission, take, clock } = await makeAdmission(
        { maxBytes: 3_000_000, minFreeBytes: 1_000_000 },
        'drop-oldest',
      );
      for (let index = 0; index < 20; index += 1) await take(`p${index}`, 10_000);
      files.reported = { freeBytes: 500_000, totalBytes: 20_000_000 };
      await admission.measure();
      expect(await take('x', 10_000)).toBe(false);
      const { dropped } = store.totals();
      expect(dropped).toBeGreaterThan(0);
      expect(dropped).toBeLessThan(15);
      for (let index = 0; index < 5; index += 1) expect(await take(`y${index}`, 10_000)).toBe(false);
      expect(store.totals().dropped).toBe(dropped);
      clock.advance(60_000);
      files.reported = { freeBytes: 5_000_000, totalBytes: 20_000_000 };
      expect(await take('z', 10_000)).toBe(true);
    });
  });
});
