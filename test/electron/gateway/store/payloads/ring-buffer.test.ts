import { describe, expect, it } from 'vitest';
import type { LogFields } from '../../../../../electron/gateway/platform/logger.ts';
import { Ledger } from '../../../../../electron/gateway/store/ledger/ledger.ts';
import { RingBuffer } from '../../../../../electron/gateway/store/payloads/ring-buffer.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { FailingFiles } from '../../../../support/failing-files.ts';
import { type ImageWish, newImage, openStore, storeImage, type TestStore } from '../../../../support/store.ts';

const picture = (name: string, length = 1_000): { name: string; bytes: Buffer } => ({
  name,
  bytes: Buffer.alloc(length, name),
});
const box = { classValue: 'scratch', x: 0.1, y: 0.1, w: 0.2, h: 0.2 } as const;
const annotated = (wish: ImageWish): ImageWish => ({
  ...wish,
  content: { annotations: [{ ...box } as never] },
});

async function openRing(files = new FailingFiles()) {
  const store = await openStore(undefined, files);
  const ledger = new Ledger(store.database);
  const log: LogFields[] = [];
  const removed: string[] = [];
  const ring = new RingBuffer({
    database: store.database,
    payloads: store.payloads,
    logger: { log: (level, event, fields = {}) => void log.push({ level, event, ...fields }) },
    seal: (at, detail) => ledger.seal(at, detail),
    onRemoved: async (sha256) => void removed.push(sha256),
  });
  const states = (): Record<string, string> =>
    Object.fromEntries(store.catalogue.page('all', null, 200).rows.map(({ filename, state }) => [filename, state]));
  return { store, ledger, ring, log, removed, states };
}
const isThere = async (store: TestStore, name: string): Promise<boolean> =>
  (await store.payloads.size(newImage(picture(name)).image.sha256, 'jpeg')) !== null;

describe('the ring buffer', () => {
  it('drops the oldest first, no more than is asked for, those without annotations before those with', async () => {
    const { store, ring, states } = await openRing();
    await storeImage(store, annotated(picture('defect-1')));
    await storeImage(store, picture('good-1'));
    await storeImage(store, annotated(picture('defect-2')));
    await storeImage(store, picture('good-2'));
    await storeImage(store, picture('good-3'));
    expect(await ring.makeRoom(1_500, 10)).toBe(2_000);
    expect(states()).toEqual({
      'defect-1': 'pending',
      'good-1': 'dropped',
      'defect-2': 'pending',
      'good-2': 'dropped',
      'good-3': 'pending',
    });
    expect(await ring.makeRoom(1_500, 20)).toBe(2_000);
    expect(states()).toMatchObject({ 'defect-1': 'dropped', 'defect-2': 'pending', 'good-3': 'dropped' });
    for (const name of ['good-1', 'good-2', 'good-3', 'defect-1']) expect(await isThere(store, name)).toBe(false);
    expect(await isThere(store, 'defect-2')).toBe(true);
  });

  it('counts every one, in the tally, in the log and in the ledger, which still adds up', async () => {
    const { store, ring, ledger, log } = await openRing();
    for (const name of ['a', 'b', 'c']) await storeImage(store, picture(name));
    await storeImage(store, { ...picture('d'), sourceId: 'other' });
    await ring.makeRoom(4_000, 10);
    expect(store.totals()).toMatchObject({ collected: 4, dropped: 4, pending: 0, payloadsRemoved: 0, waitingBytes: 0 });
    expect(store.tally.payloads()).toEqual({ files: 0, bytes: 0 });
    expect(log).toEqual([
      {
        level: 'warn',
        event: 'pictures-dropped',
        pictures: 4,
        bytes: 4_000,
        annotated: false,
        sources: { aoi: 3, other: 1 },
      },
    ]);
    const rows = ledger.page(null, 10).rows;
    expect(rows.map(({ sourceId, dropped, balanced }) => ({ sourceId, dropped, balanced }))).toEqual(
      expect.arrayContaining([
        { sourceId: 'aoi', dropped: 3, balanced: true },
        { sourceId: 'other', dropped: 1, balanced: true },
      ]),
    );
    const details = store.database.prepare("SELECT detail FROM ledger WHERE detail <> ''").pluck().all();
    expect(JSON.parse(String(details[0]))).toMatchObject({ did: 'drop', pictures: { aoi: 3, other: 1 } });
    expect(ledger.check(20)).toEqual([]);
  });

  it('never drops what is under way or a dead letter', async () => {
    const { store, ring, states } = await openRing();
    for (const name of ['dead', 'leased', 'waiting']) await storeImage(store, picture(name));
    const error = { message: message('internal-error'), technical: '', at: 1 };
    const [dead] = store.outbox.lease(1, 2_000, 60_000);
    if (dead === undefined) throw new Error('nothing to bury');
    store.outbox.settle([{ seq: dead.seq, token: dead.token, settlement: { kind: 'bury', error } }], 2_000);
    store.outbox.lease(1, 2_000, 60_000);
    expect(await ring.makeRoom(1_000_000, 10)).toBe(1_000);
    expect(states()).toEqual({ dead: 'dead', leased: 'leased', waiting: 'dropped' });
  });

  it('drops nothing that would make no room, and every entry of a payload together', async () => {
    const { store, ring, states } = await openRing();
    const same = (name: string, fill: string): ImageWish => ({ name, bytes: Buffer.alloc(1_000, fill) });
    await storeImage(store, same('leased', 'x'));
    store.outbox.lease(1, 2_000, 60_000);
    await storeImage(store, same('same as leased', 'x'));
    await storeImage(store, same('good', 'y'));
    await storeImage(store, annotated(same('defect, same as good', 'y')));
    await storeImage(store, same('twin 1', 'z'));
    await storeImage(store, same('other', 'o'));
    await storeImage(store, same('twin 2', 'z'));
    expect(await ring.makeRoom(500, 10)).toBe(1_000);
    expect(states()).toEqual({
      leased: 'leased',
      'same as leased': 'pending',
      good: 'pending',
      'defect, same as good': 'pending',
      'twin 1': 'dropped',
      other: 'pending',
      'twin 2': 'dropped',
    });
    expect(await ring.makeRoom(1_000_000, 20)).toBe(2_000);
    expect(states()).toMatchObject({ good: 'dropped', 'defect, same as good': 'dropped', 'same as leased': 'pending' });
    expect((await store.audit.run(new AbortController().signal, () => 1)).missing).toBe(0);
  });

  it('goes through more than one batch, and past entries that may not be dropped', async () => {
    const { store, ring } = await openRing();
    store.database.pragma('synchronous = OFF');
    await storeImage(store, { name: 'held', bytes: Buffer.alloc(100, 'x') });
    store.outbox.lease(1, 2_000, 60_000);
    for (let index = 0; index < 80; index += 1)
      await storeImage(store, { name: `same ${index}`, bytes: Buffer.alloc(100, 'x') });
    for (let index = 0; index < 150; index += 1) await storeImage(store, picture(`p${index}`, 200 + index));
    await ring.makeRoom(1_000_000, 10);
    expect(store.totals()).toMatchObject({ dropped: 150, pending: 80, leased: 1 });
  });

  it('leaves an orphan, never a row without its payload, when it is cut off between row and file', async () => {
    const files = new FailingFiles();
    const { store, ring } = await openRing(files);
    for (const name of ['a', 'b']) await storeImage(store, picture(name));
    files.failAt({ nth: 1, code: 'EIO', lasts: 'once', only: ['remove'] });
    await expect(ring.makeRoom(2_000, 10)).rejects.toThrow('EIO');
    expect(store.totals()).toMatchObject({ dropped: 2, pending: 0 });
    expect(await store.audit.run(new AbortController().signal, () => 1)).toEqual({ orphans: 1, missing: 0 });
  });

  it('says which payloads are gone, so that their previews begin their term', async () => {
    const { store, ring, removed } = await openRing();
    const { sha256 } = await storeImage(store, picture('a'));
    await ring.makeRoom(1, 10);
    expect(removed).toEqual([sha256]);
  });
});
