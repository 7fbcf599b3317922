import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { DeadLetters } from '../../../../../electron/gateway/store/outbox/dead-letters.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { FailingFiles } from '../../../../support/failing-files.ts';
import { fileOf, type ImageWish, newImage, openStore, storeImage, type TestStore } from '../../../../support/store.ts';

const error = { message: message('too-large-for-cloud'), technical: '400', at: 5 };
const idOf = (name: string): string => newImage({ name }).image.imageId;

/** Images with their payloads on the disk; those named are dead letters, the others wait. */
async function storeWith(
  names: readonly string[],
  dead: readonly string[],
  wish: ImageWish = {},
  files?: FailingFiles,
) {
  const store = await openStore(undefined, files);
  for (const name of names) await storeImage(store, { ...wish, name });
  for (const { seq, token, filename } of store.outbox.lease(names.length, 2_000, 60_000)) {
    const settlement = dead.includes(filename)
      ? ({ kind: 'bury', error } as const)
      : ({ kind: 'release', ambiguous: false, error: null } as const);
    store.outbox.settle([{ seq, token, settlement }], 2_000);
  }
  const removed: string[] = [];
  const letters = new DeadLetters(store.database, store.payloads, store.ledger, async (sha256) => {
    removed.push(sha256);
  });
  return { store, letters, removed };
}
const isThere = async (store: TestStore, name: string, bytes?: Buffer): Promise<boolean> => {
  const { image } = newImage({ name, ...(bytes === undefined ? {} : { bytes }) });
  return (await store.payloads.size(image.sha256, 'jpeg')) !== null;
};
const details = (store: TestStore) =>
  store.database
    .prepare<[], { change: string; detail: string }>("SELECT change, detail FROM ledger WHERE detail <> '' ORDER BY id")
    .all()
    .map(({ change, detail }) => ({
      dead: JSON.parse(change)[3],
      deleted: JSON.parse(change)[7],
      ...JSON.parse(detail),
    }));

describe('deleting dead letters', () => {
  it('takes the picture and nothing else, and writes into the ledger who did it to which', async () => {
    const { store, letters, removed } = await storeWith(['a', 'b', 'c'], ['a', 'b']);
    expect(await letters.deleteDead([idOf('a'), idOf('c'), 'no such image'], 3_000)).toBe(1);
    expect(await letters.deleteDead([idOf('a')], 3_000)).toBe(0);
    for (const [name, there] of Object.entries({ a: false, b: true, c: true }))
      expect(await isThere(store, name), name).toBe(there);
    const { sha256 } = newImage({ name: 'a' }).image;
    expect(removed).toEqual([sha256]);
    expect(details(store)).toEqual([
      { who: 'operator', did: 'delete', imageId: idOf('a'), filename: 'a', sha256, dead: -1, deleted: 1 },
    ]);
    expect(store.totals()).toMatchObject({ collected: 3, dead: 1, deleted: 1, pending: 1, payloadsRemoved: 0 });
    expect(store.tally.payloads().files).toBe(2);
    expect(store.catalogue.detail(idOf('a'))).toMatchObject({ state: 'deleted', payloadPresent: false });
    // Its original is not collected again, and nothing brings it back.
    expect(store.sourceFiles.status('aoi', fileOf(newImage({ name: 'a' }).image))).toBe('finished');
    expect(store.deadLetters.requeue([idOf('a')], 4_000)).toBe(0);
    expect(await verifyLedger(store.database)).toMatchObject({ ok: true });
  });

  it('takes all of them, more than are looked at at once, each with its row', async () => {
    const names = Array.from({ length: 230 }, (_, index) => `${index}`);
    const store = await openStore();
    store.database.pragma('synchronous = OFF');
    store.outbox.enqueue(
      names.map((name) => newImage({ name }).image),
      1_000,
    );
    const leased = store.outbox.lease(230, 2_000, 60_000);
    store.outbox.settle(
      leased.map(({ seq, token }) => ({ seq, token, settlement: { kind: 'bury', error } })),
      2_000,
    );
    const letters = new DeadLetters(store.database, store.payloads, store.ledger);
    expect([...letters.deadForExport('all')].flat()).toHaveLength(230);
    expect(await letters.deleteDead('all', 3_000)).toBe(230);
    expect(details(store).map(({ filename }) => filename)).toEqual(names);
    expect(store.totals()).toMatchObject({ dead: 0, deleted: 230, deadBytes: 0 });
    expect(await verifyLedger(store.database)).toMatchObject({ ok: true });
  });

  it('keeps a payload that another image needs', async () => {
    const bytes = Buffer.from('the same');
    const { store, letters } = await storeWith(['a', 'b'], ['a'], { bytes });
    expect(await letters.deleteDead('all', 3_000)).toBe(1);
    expect(await isThere(store, 'a', bytes)).toBe(true);
    expect(store.tally.payloads()).toEqual({ files: 1, bytes: 8 });
    const [entry] = store.outbox.lease(5, 4_000, 60_000);
    store.outbox.settle(
      [{ seq: entry?.seq ?? 0, token: entry?.token ?? '', settlement: { kind: 'bury', error } }],
      4_000,
    );
    expect(await letters.deleteDead('all', 5_000)).toBe(1);
    expect(await isThere(store, 'a', bytes)).toBe(false);
    expect(store.tally.payloads()).toEqual({ files: 0, bytes: 0 });
  });

  it('says when a file could not be removed, after the others were', async () => {
    const files = new FailingFiles();
    const { store, letters } = await storeWith(['a', 'b', 'c'], ['a', 'b', 'c'], {}, files);
    files.failAt({ nth: 1, code: 'EACCES', lasts: 'once', tornWrites: false });
    await expect(letters.deleteDead('all', 3_000)).rejects.toMatchObject({ code: 'EACCES' });
    expect(store.totals()).toMatchObject({ dead: 0, deleted: 3 });
    expect((await Promise.all(['a', 'b', 'c'].map((name) => isThere(store, name)))).filter(Boolean)).toHaveLength(1);
    expect(await verifyLedger(store.database)).toMatchObject({ ok: true });
  });
});

describe('dead letters for export', () => {
  it('come with all that a person needs to understand them, and only they', async () => {
    const box = { classValue: 'dent', xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 };
    const { letters } = await storeWith(['a', 'b'], ['b'], { content: { annotations: [box] }, modifiedMs: 7 });
    const image = newImage({ name: 'b', modifiedMs: 7 }).image;
    const expected = {
      imageId: image.imageId,
      sourceId: 'aoi',
      filename: 'b',
      sha256: image.sha256,
      format: 'jpeg',
      bytes: image.bytes,
      width: 640,
      height: 480,
      capturedAt: 7,
      storedAt: 1_000,
      attempts: 1,
      content: expect.objectContaining({ annotations: [box] }),
      lastError: error,
    };
    expect([...letters.deadForExport('all')]).toEqual([[expected]]);
    const waiting = newImage({ name: 'a', modifiedMs: 7 }).image.imageId;
    expect([...letters.deadForExport([waiting, image.imageId])]).toEqual([[expected]]);
    expect([...letters.deadForExport([waiting])]).toEqual([]);
  });

  it('may be dealt with while they are being read', async () => {
    const store = await openStore();
    store.database.pragma('synchronous = OFF');
    store.outbox.enqueue(
      Array.from({ length: 250 }, (_, index) => newImage({ name: `${index}` }).image),
      1_000,
    );
    const leased = store.outbox.lease(250, 2_000, 60_000);
    store.outbox.settle(
      leased.map(({ seq, token }) => ({ seq, token, settlement: { kind: 'bury', error } })),
      2_000,
    );
    const letters = new DeadLetters(store.database, store.payloads, store.ledger);
    const found: string[] = [];
    for (const page of letters.deadForExport('all')) {
      found.push(...page.map(({ filename }) => filename));
      store.deadLetters.requeue([idOf('200')], 3_000);
    }
    expect(found).toHaveLength(249);
    expect(found).not.toContain('200');
  });
});
