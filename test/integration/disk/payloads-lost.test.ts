import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openGateway, sha256, smallPicture, startServer } from '../../support/gateway-fixture.ts';
import { spoken, spokenAdvice, spokenSnapshot, statement } from '../../support/spoken.ts';

/** Pictures that were stored and that this PC's disk lost before they were delivered. Nothing may say that all is well. */
const pathOf = (dataDir: string, hash: string): string => join(dataDir, 'payloads', hash.slice(0, 2), `${hash}.jpg`);

/** Four pictures wait for a device key; their originals are deleted. */
async function storedAndWaiting() {
  const server = await startServer();
  const opened = await openGateway({ ...server, deviceKey: null, source: { afterIngest: 'delete' } });
  opened.gateway.start();
  const pictures = await Promise.all([1, 2, 3, 4].map(smallPicture));
  for (const [index, bytes] of pictures.entries()) await writeFile(join(opened.input, `${index}.jpg`), bytes);
  await opened.until('4 are stored', ({ counts }) => counts.collected === 4);
  return { server, ...opened, dataDir: join(opened.root, 'data'), pictures, hashes: pictures.map(sha256) };
}

test.each([
  ['removed', (path: string) => rm(path)],
  ['changed', (path: string) => appendFile(path, 'x')],
  ['emptied', (path: string) => writeFile(path, '')],
] as const)(
  'a payload that was %s is PICTURES LOST in state, counts, check-in and ledger until it is there again',
  async (_, spoil) => {
    const { server, operate, setKey, until, dataDir, input, pictures, hashes } = await storedAndWaiting();
    for (const hash of hashes.slice(0, 2)) await spoil(pathOf(dataDir, hash));
    setKey(server.deviceKey);
    operate('sync.tryNow', {});
    const snapshot = await until('the loss is known', ({ counts }) => counts.gone === 2 && counts.acknowledged === 2);
    expect(statement(snapshot.safe)).toMatchObject({ level: 'alarm', headline: 'PICTURES LOST' });
    expect(statement(snapshot.safe).detail).toMatch(/^2 stored pictures are gone or damaged on this PC’s disk/);
    expect(spokenAdvice(snapshot.advice)[0]).toMatchObject({
      code: 'payloads-gone',
      level: 'alarm',
      action: 'show-dead',
    });
    // The cloud refused nothing.
    expect(JSON.stringify(spoken(snapshot))).not.toMatch(/refused by the cloud|kept here/);
    expect(operate('ledger.page', { cursor: null, limit: 9 }).rows).toMatchObject([
      { captured: 4, acknowledged: 2, dead: 2, balanced: true },
    ]);
    await until('the cloud is told', ({ checkin }) => checkin.status === 'error');
    // Somebody finds the originals.
    for (const [index, bytes] of pictures.slice(0, 2).entries()) await writeFile(join(input, `${index}.jpg`), bytes);
    const healed = await until('all are delivered', ({ counts }) => counts.acknowledged === 4);
    expect(spokenSnapshot(healed)).toMatchObject({
      safe: { headline: 'SAFE' },
      counts: { collected: 4, dead: 0, gone: 0 },
    });
    expect((await server.images()).map((image) => image.sha256).sort()).toEqual([...hashes].sort());
    expect(await operate('ledger.verify', {})).toMatchObject({ ok: true, problems: [] });
  },
);

test('another frame that looks like a lost one is an image of its own, and brings the lost one back', async () => {
  const { operate, setKey, until, dataDir, input, pictures, hashes, server } = await storedAndWaiting();
  await rm(pathOf(dataDir, hashes[0] ?? ''));
  setKey(server.deviceKey);
  operate('sync.tryNow', {});
  await until('the loss is known', ({ counts }) => counts.gone === 1 && counts.acknowledged === 3);
  await writeFile(join(input, 'the next one.jpg'), pictures[0] ?? '');
  const { counts } = await until('both are delivered', (now) => now.counts.acknowledged === 5);
  expect(counts).toMatchObject({ collected: 5, gone: 0, dead: 0 });
});

/** Four pictures wait, and the database knows nothing of them, as an old copy of it that is put back. */
async function forgottenByTheDatabase() {
  const site = await storedAndWaiting();
  expect(site.gateway.snapshot().counts.pending).toBe(4);
  await site.stop();
  const database = new BetterSqlite3(join(site.dataDir, 'gateway.sqlite'));
  database.exec(
    'PRAGMA foreign_keys = OFF; DELETE FROM outbox; DELETE FROM images; DELETE FROM payloads; DELETE FROM source_files',
  );
  database.close();
  return site;
}

test('pictures that the database lost are put back from the journal', async () => {
  const { root, server, hashes } = await forgottenByTheDatabase();
  const again = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
  again.gateway.start();
  await again.until('all are delivered', ({ counts }) => counts.acknowledged === 4);
  expect((await server.images()).map((image) => image.sha256).sort()).toEqual([...hashes].sort());
  expect(again.log.find(({ event }) => event === 'journal-replayed')?.fields).toMatchObject({ queued: 4, missing: 0 });
});

test('pictures that database and journal lost are no good news, until they are put in again', async () => {
  const { dataDir, root, server, hashes, pictures } = await forgottenByTheDatabase();
  await rm(join(dataDir, 'journal'), { recursive: true });
  const again = await openGateway({ ...server, root, source: { afterIngest: 'delete' } });
  again.gateway.start();
  const snapshot = await again.until('it is known', ({ counts }) => counts.orphans === 4, 40_000);
  expect(statement(snapshot.safe)).toMatchObject({ level: 'alarm', headline: 'PICTURES IN NO LIST' });
  expect(statement(snapshot.flow).headline).not.toBe('ALL DELIVERED');
  expect(spokenAdvice(snapshot.advice)).toContainEqual(expect.objectContaining({ code: 'orphans', level: 'alarm' }));
  await again.until('the cloud is told', ({ checkin }) => checkin.status === 'error');
  for (const [index, bytes] of pictures.entries()) await again.put(`again ${index}.jpg`, bytes);
  await again.until('all are delivered', ({ counts }) => counts.acknowledged === 4);
  expect(new Set((await server.images()).map((image) => image.sha256))).toEqual(new Set(hashes));
});
