import { appendFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ImageBatch } from '../../../../electron/gateway/ingest/image-batch.ts';
import { nodeFiles } from '../../../../electron/gateway/platform/files.ts';
import { silentLogger } from '../../../../electron/gateway/platform/logger.ts';
import { openDatabase } from '../../../../electron/gateway/store/database/database.ts';
import { ImageJournal } from '../../../../electron/gateway/store/journal/image-journal.ts';
import { encodeLine, listSegments, parseLine } from '../../../../electron/gateway/store/journal/journal-lines.ts';
import { journalFolder, replayJournal } from '../../../../electron/gateway/store/journal/replay.ts';
import { verifyLedger } from '../../../../electron/gateway/store/ledger/ledger-verify.ts';
import { PayloadStore } from '../../../../electron/gateway/store/payloads/payload-store.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import {
  acknowledge,
  newImage,
  openStore,
  storeImage,
  type TestStore,
  temporaryFolder,
} from '../../../support/store.ts';

const box = { classValue: 'scratch', confidence: 0.5, xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 };

const linesOf = async ({ root }: TestStore): Promise<readonly string[]> => {
  const folder = journalFolder(root);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter(Boolean));
};

/** What a database that knows nothing has after the journal of that store was replayed into it. */
async function replayed(store: TestStore) {
  const path = join(await temporaryFolder(), 'gateway.sqlite');
  const database = openDatabase({ path });
  try {
    const payloads = new PayloadStore(store.payloads.root, nodeFiles);
    const folder = journalFolder(store.root);
    const counts = await replayJournal({ database, folder, payloads, files: nodeFiles, now: () => 9 });
    const rows = database
      .prepare<[], { image_id: string; state: string; content: string; path: string }>(
        'SELECT image_id, o.state, content, i.path FROM images i JOIN outbox o USING (seq) ORDER BY seq',
      )
      .all();
    return { counts, rows, states: rows.map(({ state }) => state), verdict: await verifyLedger(database) };
  } finally {
    database.close();
  }
}

/** A second run of the gateway on the same folder. */
async function nextRun(store: TestStore): Promise<TestStore> {
  await store.journal.close();
  store.close();
  return openStore(store.root);
}

describe('the journal', () => {
  it('has a line for each image, and one for what becomes of it', async () => {
    const store = await openStore();
    const images = [await storeImage(store, { name: 'a.jpg' }), await storeImage(store, { name: 'b.jpg' })];
    await store.journal.write();
    acknowledge(store, 1);
    await store.journal.write();
    const lines = (await linesOf(store)).map(parseLine);
    expect(lines).toMatchObject([
      { kind: 'whole', image: { image_id: images[0]?.imageId } },
      { kind: 'whole', image: { image_id: images[1]?.imageId } },
      { kind: 'outcome', id: images[0]?.imageId, entry: { state: 'acknowledged' } },
    ]);
    const { counts, rows, states, verdict } = await replayed(store);
    expect(counts).toMatchObject({ queued: 1, delivered: 1, missing: 0, spoilt: 0 });
    expect(rows.map(({ path }) => path)).toEqual(['a.jpg', 'b.jpg']);
    expect(states).toEqual(['acknowledged', 'pending']);
    expect(verdict).toMatchObject({ ok: true, problems: [] });
  });

  it('is written before an image counts as stored', async () => {
    const store = await openStore();
    const commits = new ImageBatch(store.payloads, store.outbox, store.journal, new FakeClock());
    const { image, bytes } = newImage({ name: 'a.jpg' });
    await commits.commit(image, await store.payloads.stage(image.sha256, image.format, bytes));
    expect((await linesOf(store)).map(parseLine)).toMatchObject([
      { kind: 'whole', image: { image_id: image.imageId } },
    ]);
  });

  it('has labels that came later, and never takes any away', async () => {
    const store = await openStore();
    const { imageId } = await storeImage(store, { name: 'a.jpg' });
    await store.journal.write();
    const content = { annotations: [box], model: {}, sidecar: null, sidecarPath: 'a.txt', problems: [] };
    store.database
      .prepare('UPDATE images SET content = ?, annotation_count = 1 WHERE image_id = ?')
      .run(JSON.stringify(content), imageId);
    // What is in the database and not yet in the journal.
    const folder = journalFolder(store.root);
    await replayJournal({ ...store, folder, files: nodeFiles, now: () => 9 });
    expect(JSON.parse(store.catalogue.detail(imageId)?.sidecar?.path ?? 'null')).toBeNull();
    expect(store.catalogue.detail(imageId)?.annotations).toHaveLength(1);
    await store.journal.write();
    const { rows } = await replayed(store);
    expect(JSON.parse(rows[0]?.content ?? '')).toMatchObject({ annotations: [box] });
  });

  it('costs no picture where it can’t be written, and is written later', async () => {
    const store = await openStore();
    const folder = journalFolder(store.root);
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'a file');
    const commits = new ImageBatch(store.payloads, store.outbox, store.journal, new FakeClock());
    const { image, bytes } = newImage({ name: 'a.jpg' });
    const { isNew } = await commits.commit(image, await store.payloads.stage(image.sha256, image.format, bytes));
    expect(isNew).toBe(true);
    expect(store.journal.isFailing).toBe(true);
    await rm(folder);
    await rename(`${folder}-away`, folder);
    await store.journal.write();
    expect(store.journal.isFailing).toBe(false);
    expect((await replayed(store)).states).toEqual(['pending']);
  });

  it('takes no line for another that a kill or the disk has spoilt', async () => {
    const store = await openStore();
    await storeImage(store, { name: 'a.jpg' });
    await storeImage(store, { name: 'b.jpg' });
    await store.journal.write();
    acknowledge(store, 1);
    await store.journal.close();
    const folder = journalFolder(store.root);
    const name = (await readdir(folder))[0] ?? '';
    const text = await readFile(join(folder, name), 'utf8');
    const [first = '', second = '', third = ''] = text.split('\n');
    const other = JSON.parse(second.slice(9)).image.image_id;
    // The acknowledgement of another image, by a checksum that does not fit; half a line at the end.
    const wrong = third.replace(/"id":"[^"]+"/, `"id":"${other}"`);
    await writeFile(join(folder, name), `${first}\n${second}\n${wrong}\n${first.slice(0, 40)}`);
    const { counts, states } = await replayed(store);
    expect(counts).toMatchObject({ queued: 2, delivered: 0, spoilt: 2 });
    expect(states).toEqual(['pending', 'pending']);
    expect(parseLine(encodeLine('{"id":"x"}').trim())).toBeNull();
  });

  it('tells of a picture whose payload is gone, and of none that was delivered', async () => {
    const store = await openStore();
    const images = [];
    for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) images.push(await storeImage(store, { name }));
    acknowledge(store, 1);
    await store.journal.write();
    for (const { sha256, format } of images.slice(0, 2)) await store.payloads.remove(sha256, format);
    const { counts, states, verdict } = await replayed(store);
    expect(counts).toMatchObject({ queued: 1, delivered: 1, missing: 1, spoilt: 0 });
    expect(states).toEqual(['acknowledged', 'dead', 'pending']);
    expect(verdict).toMatchObject({ ok: true });
  });

  it('does not bring back what has left the list by age', async () => {
    const store = await openStore();
    const image = await storeImage(store, { name: 'a.jpg' });
    await store.journal.write();
    await store.payloads.remove(image.sha256, image.format);
    store.database.exec('DELETE FROM outbox; DELETE FROM images; DELETE FROM payloads');
    const folder = journalFolder(store.root);
    const counts = await replayJournal({ ...store, folder, files: nodeFiles, now: () => 9 });
    expect(counts).toMatchObject({ queued: 0, delivered: 0, missing: 0, spoilt: 0 });
  });

  it('is known to be ahead of a copy of the database from before, and puts it right', async () => {
    const store = await openStore();
    await storeImage(store, { name: 'a.jpg' });
    await store.journal.write();
    const copy = store.database.serialize();
    await storeImage(store, { name: 'b.jpg' });
    acknowledge(store, 1);
    await store.journal.close();
    store.close();
    for (const end of ['-wal', '-shm']) await rm(join(store.root, `gateway.sqlite${end}`), { force: true });
    await writeFile(join(store.root, 'gateway.sqlite'), copy);
    const next = openDatabase({ path: join(store.root, 'gateway.sqlite') });
    try {
      const folder = journalFolder(store.root);
      const counts = await replayJournal({ ...store, database: next, folder, files: nodeFiles, now: () => 9 });
      expect(counts).toMatchObject({ queued: 1, delivered: 1, missing: 0, spoilt: 0 });
      expect(await verifyLedger(next)).toMatchObject({ ok: true });
    } finally {
      next.close();
    }
  });

  it('is written anew for the pictures of an older version, and when most of it is over', async () => {
    const store = await openStore();
    for (let index = 0; index < 4; index += 1) await storeImage(store, { name: `${index}.jpg` });
    // As an older version left them.
    store.database.exec('DELETE FROM journal_due');
    expect((await replayed(store)).rows).toEqual([]);
    acknowledge(store, 1);
    await store.journal.write();
    const before = (await listSegments(journalFolder(store.root), nodeFiles)).map(({ number }) => number);
    expect(await store.journal.slice()).toBe(false);
    const after = (await listSegments(journalFolder(store.root), nodeFiles)).map(({ number }) => number);
    expect(after.every((number) => !before.includes(number))).toBe(true);
    expect((await replayed(store)).states).toEqual(['acknowledged', 'pending', 'pending', 'pending']);
    // It is whole, and small: nothing more to do.
    expect(await store.journal.slice()).toBe(false);
    expect((await listSegments(journalFolder(store.root), nodeFiles)).map(({ number }) => number)).toEqual(after);
    const next = await nextRun(store);
    await storeImage(next, { name: 'later.jpg' });
    await next.journal.write();
    expect((await replayed(next)).states).toHaveLength(5);
  });

  it('goes on in a segment of its own after each start, whatever the last line looks like', async () => {
    const store = await openStore();
    await storeImage(store, { name: 'a.jpg' });
    await store.journal.close();
    const folder = journalFolder(store.root);
    const [last] = (await listSegments(folder, nodeFiles)).slice(-1);
    await appendFile(join(folder, `images-${String(last?.number).padStart(8, '0')}.jsonl`), 'half a li');
    const next = await nextRun(store);
    await storeImage(next, { name: 'b.jpg' });
    await next.journal.write();
    expect((await replayed(next)).states).toEqual(['pending', 'pending']);
  });

  it('has a line of what a killed gateway had committed and not written, once the next one has begun', async () => {
    const store = await openStore();
    await storeImage(store, { name: 'a.jpg' });
    // Whole from the beginning, as it is half a minute after the first start.
    await store.journal.slice();
    await storeImage(store, { name: 'b.jpg' });
    // Killed here: nobody knows any more what is due.
    store.database.exec('DELETE FROM journal_due');
    const next = await nextRun(store);
    await next.journal.write();
    expect((await replayed(next)).rows.map(({ path }) => path)).toEqual(['a.jpg', 'b.jpg']);
    // Each of them once: nothing is due that has its line.
    const third = await nextRun(next);
    expect(third.database.prepare('SELECT count(*) FROM journal_due').pluck().get()).toBe(0);
  });

  it('makes no segment where there is nothing to write', async () => {
    const folder = await temporaryFolder();
    for (let run = 0; run < 3; run += 1) {
      const database = openDatabase({ path: join(folder, 'gateway.sqlite') });
      const journal = new ImageJournal({
        database,
        folder: journalFolder(folder),
        files: nodeFiles,
        logger: silentLogger,
      });
      await journal.open();
      await journal.close();
      database.close();
    }
    expect(await readdir(journalFolder(folder))).toEqual([]);
  });
});
