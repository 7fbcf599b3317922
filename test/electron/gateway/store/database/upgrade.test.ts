import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../../../electron/gateway/store/database/database.ts';
import { schemaVersion } from '../../../../../electron/gateway/store/database/migrations.ts';
import { verifyLedger } from '../../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { imageDetailSchema } from '../../../../../shared/contract.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { newImage, openStore, storeImage, temporaryFolder } from '../../../../support/store.ts';

/** A folder with a store as the first version of the gateway left it. */
async function firstVersion(): Promise<string> {
  const root = await temporaryFolder();
  const database = new BetterSqlite3(join(root, 'gateway.sqlite'));
  database.exec(await readFile(join(import.meta.dirname, 'store-v1.sql'), 'utf8'));
  database.close();
  return root;
}

const tables = ['images', 'outbox', 'payloads', 'source_files', 'refusals', 'tally', 'payload_tally'];

it('a store of the first version keeps every value of every row in its upgrade', async () => {
  const root = await firstVersion();
  const old = new BetterSqlite3(join(root, 'gateway.sqlite'));
  const read = (database: BetterSqlite3.Database, columns: ReadonlyMap<string, string>) =>
    tables.map((table) => [table, database.prepare(`SELECT ${columns.get(table)} FROM ${table} ORDER BY 1, 2`).all()]);
  const columns = new Map(
    tables.map((table) => [
      table,
      (old.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name).join(', '),
    ]),
  );
  const before = read(old, columns);
  old.close();
  expect(before.map(([, rows]) => rows?.length)).toEqual([9, 9, 8, 9, 2, 2, 1]);

  // What has another name since is read by it.
  columns.set('tally', String(columns.get('tally')).replace('evicted', 'payloads_removed AS evicted'));
  const upgraded = openDatabase({ path: join(root, 'gateway.sqlite') });
  onTestFinished(() => void upgraded.close());
  expect(upgraded.pragma('user_version', { simple: true })).toBe(schemaVersion);
  expect(read(upgraded, columns)).toEqual(before);
  expect(upgraded.pragma('foreign_key_check')).toEqual([]);
  expect(upgraded.pragma('integrity_check', { simple: true })).toBe('ok');
});

it('and goes on where it was: its ledger begins with what was counted, and what waits is delivered in order', async () => {
  const store = await openStore(await firstVersion());
  const { ledger, outbox } = store;
  const counts = { dropped: 0, gated: 0, deleted: 0, lost: 0, balanced: true, shift: '' };
  expect(ledger.page(null, 10).rows).toEqual([
    { ...counts, sourceId: 'top', captured: 5, acknowledged: 1, pending: 2, dead: 1, refused: 1 },
    { ...counts, sourceId: 'side', captured: 5, acknowledged: 2, pending: 3, dead: 0, refused: 0 },
  ]);
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, problems: [] });
  ledger.sealNow(1_700_000_300_000);
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, rows: 2 });

  expect(outbox.releaseAllLeases()).toBe(1);
  expect(outbox.reorder()).toBe(0);
  const names = outbox.lease(9, 1_700_000_400_000, 60_000).map(({ filename }) => filename);
  // By time of capture, those that failed before among them.
  expect(names).toEqual(['retrying.jpg', 'ambiguous.jpg', 'leased.jpg', 'pending.jpg', 'requeued.jpg']);
  expect(
    store.database.prepare('SELECT i.filename FROM outbox o JOIN images i USING (seq) WHERE o.annotated = 1').all(),
  ).toEqual([{ filename: 'leased.jpg' }]);
  expect(store.deadLetters.requeue('all', 1_700_000_500_000)).toBe(1);
  expect(store.sourceFiles.forgetRefusal('top', 'broken.jpg')).toBe(true);
  expect(ledger.page(null, 1).rows[0]).toMatchObject({ captured: 4, pending: 3, dead: 0, refused: 0, balanced: true });
  expect(store.totals()).toMatchObject({ collected: 9, leased: 5, pending: 1, dead: 0, refused: 0, notices: 1 });
  expect(await verifyLedger(store.database)).toMatchObject({ ok: true, problems: [] });
});

it('pictures of a version without cameras came as files; frames of a camera are stored beside them', async () => {
  const store = await openStore(await firstVersion());
  const old = store.catalogue.page('all', null, 20).rows.map(({ imageId }) => store.catalogue.detail(imageId));
  expect(old).toHaveLength(9);
  for (const image of old) expect(image).toMatchObject({ frame: null, capturedFrom: 'file' });

  const facts = {
    trigger: 'hardware',
    triggeredBy: 'Line1',
    frameNumber: 65_536,
    exposureMicroseconds: 850.5,
    cameraTimeNanoseconds: '18446744073709551615',
  } as const;
  const { image } = newImage({ name: 'x.jpg' });
  const filename = 'top-20261121T101112.345Z-065536.jpg';
  store.outbox.enqueue([{ ...image, filename, origin: { kind: 'camera', facts }, capturedFrom: 'camera' }], 1_000);
  const detail = store.catalogue.detail(image.imageId);
  expect(imageDetailSchema.parse(detail)).toMatchObject({ frame: facts, capturedFrom: 'camera', originalPath: '' });
  expect(store.catalogue.originalOf(image.imageId)).toBeNull();
  expect(store.catalogue.pictureByStem('aoi', 'top-20261121T101112.345Z-065536')).toMatchObject({ filename });
});

it('what is known of a frame may be damaged: its picture stays, and is delivered', async () => {
  const store = await openStore();
  const image = await storeImage(store);
  for (const damaged of ['{', '7', '{"trigger":"moon"}']) {
    store.database.prepare('UPDATE images SET frame = ?').run(damaged);
    expect(store.catalogue.detail(image.imageId)).toMatchObject({ frame: null });
  }
  expect(store.outbox.lease(1, 2_000, 60_000)).toHaveLength(1);
});

it('pictures of a version that knew no upright ones keep their frame; what is known of new files is stored beside them', async () => {
  const store = await openStore(await firstVersion());
  const old = store.catalogue.page('all', null, 20).rows.map(({ imageId }) => store.catalogue.detail(imageId));
  for (const image of old)
    expect(imageDetailSchema.parse(image)).toMatchObject({
      width: 640,
      height: 480,
      orientation: 1,
      original: null,
      notes: [],
    });
  expect(store.catalogue.pictureByStem('top', 'pending')).toMatchObject({ width: 640, height: 480, orientation: 1 });

  const { image: turned } = newImage({ name: 'turned.jpg' });
  const note = message('first-picture-taken', { context: 'tiff', pictures: 3 });
  store.outbox.enqueue([{ ...turned, width: 480, height: 640, orientation: 6, notes: [note] }], 1_000);
  expect(store.catalogue.detail(turned.imageId)).toMatchObject({
    orientation: 6,
    original: null,
    notes: [note],
  });
  expect(store.catalogue.pictureByStem('aoi', 'turned')).toMatchObject({ width: 480, height: 640, orientation: 6 });
  expect(store.catalogue.payloadOf(turned.imageId)).toMatchObject({ orientation: 6 });

  // What is stored in another format lies upright in the store; its labels are those of the file that came.
  const original = { filename: 'made.tif', format: 'tiff', bytes: 9, sha256: 'ab' } as const;
  const { image: made } = newImage({ name: 'made.tif' });
  store.outbox.enqueue([{ ...made, orientation: 6, original }], 1_000);
  expect(store.catalogue.detail(made.imageId)).toMatchObject({ orientation: 1, original });
  expect(store.catalogue.payloadOf(made.imageId)).toMatchObject({ orientation: 1 });
  expect(store.catalogue.pictureByStem('aoi', 'made')).toMatchObject({ orientation: 6 });
});

it('what is known of a file may be damaged: its picture stays, and is delivered', async () => {
  const store = await openStore();
  const image = await storeImage(store);
  store.database.prepare("UPDATE images SET orientation = 77, original = '{', notes = '{\"a\":1}'").run();
  const [entry] = store.outbox.lease(1, 2_000, 60_000);
  expect(entry).toMatchObject({ imageId: image.imageId });
  for (const fact of ['orientation', 'original', 'notes']) expect(entry).not.toHaveProperty(fact);
  expect(imageDetailSchema.parse(store.catalogue.detail(image.imageId))).toMatchObject({ orientation: 1, notes: [] });
});
