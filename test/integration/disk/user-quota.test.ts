import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { StoreWatch } from '../../../electron/gateway/store/database/store-watch.ts';
import { WriteBatch } from '../../../electron/gateway/store/database/write-batch.ts';
import { FailingFiles } from '../../support/failing-files.ts';
import { openGateway, startServer, temporaryFolder, until } from '../../support/gateway-fixture.ts';
import { openIntake } from '../../support/intake.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { mayLimit, mountQuota } from '../../support/quota-disk.ts';
import { said, spokenSnapshot, statement } from '../../support/spoken.ts';
import { acknowledge, openStore, storeImage } from '../../support/store.ts';

/** What one user, or one folder, may use of a disk is used up, though the disk itself has room (EDQUOT). */

test.runIf(mayLimit)(
  'a quota that is used up is a full disk and no lost one: delivered pictures make room, and nothing is lost',
  { timeout: 120_000 },
  async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'disk'));
    const dataDir = await mountQuota(join(root, 'disk'), join(root, 'disk.img'), '30M');
    const server = await startServer();
    const line = await openGateway({ ...server, root, dataDir, deviceKey: null, source: { afterIngest: 'delete' } });
    const faults: string[] = [];
    const heads = new Set<string>();
    line.gateway.onChange(() => heads.add(statement(line.gateway.snapshot().safe).headline));
    line.gateway.onStoreFault(({ message }) => faults.push(message));
    line.gateway.start();
    // More than fits, while nothing is delivered.
    for (let seed = 1; seed <= 60; seed += 1)
      await line.put(`${seed}.jpg`, await makeJpeg({ width: 64, height: 48, seed, targetBytes: 600_000 }));
    const { safe, disk, counts } = await line.until('it is full', (now) => now.disk.state === 'full', 30_000);
    expect(statement(safe).headline).toBe('DISK FULL');
    expect(disk.freeBytes).toBeGreaterThan(100_000_000);
    expect(counts.collected).toBeGreaterThan(20);
    line.setKey(server.deviceKey);
    line.operate('sync.tryNow', {});
    await line.until('all are delivered', (now) => now.counts.acknowledged === 60, 60_000);
    expect(faults).toEqual([]);
    expect([...heads].sort()).toEqual(['DISK FULL', 'SAFE']);
    expect(spokenSnapshot(line.gateway.snapshot())).toMatchObject({
      safe: { headline: 'SAFE' },
      counts: { lost: 0, gone: 0, dead: 0 },
    });
    expect((await line.operate('ledger.verify', {})).problems).toEqual([]);
  },
);

async function useUp(ballast: string): Promise<void> {
  for (let bytes = 1_000_000; bytes > 100; ) {
    await appendFile(ballast, Buffer.alloc(bytes, 1), { flush: true }).catch(() => {
      bytes = Math.floor(bytes / 2);
    });
  }
}

/** Uses up the quota as soon as a payload has its durable name: the database is the first that finds no room. */
class UsedUpAfterPublish extends FailingFiles {
  useUp: (() => Promise<void>) | null = null;
  override syncDirectory = async (path: string): Promise<void> => {
    await nodeFiles.syncDirectory(path);
    await this.useUp?.();
  };
}

test.runIf(mayLimit)(
  'a database that meets the quota first, to which that is a disk that fails, is neither lost nor said to be',
  { timeout: 120_000 },
  async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'disk'));
    const storeRoot = await mountQuota(join(root, 'disk'), join(root, 'disk.img'), '20M');
    const files = new UsedUpAfterPublish();
    const intake = await openIntake({ storeRoot, files });
    const watch = new StoreWatch(join(storeRoot, 'gateway.sqlite'));
    const met: string[] = [];
    WriteBatch.of(intake.store.database).onFailure((error) => {
      met.push(String((error as { readonly code?: unknown }).code));
      watch.note(error);
    });
    const ballast = join(storeRoot, 'ballast');
    files.useUp = () => useUp(ballast);
    await intake.put('a.jpg', await makeJpeg({ width: 64, height: 48, seed: 1, targetBytes: 40_000 }));
    const verdict = await intake.offer('a.jpg');
    expect(met.join()).toContain('SQLITE_IOERR');
    expect(watch.fault).toBeNull();
    expect(said('message' in verdict ? verdict.message : null).text).toBe('The disk is full');
    expect(intake.admission.state()).toMatchObject({ state: 'full' });
    files.useUp = null;
    await rm(ballast);
    expect(await intake.offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(intake.admission.state()).toMatchObject({ state: 'ok' });
  },
);

test.runIf(mayLimit)(
  'a database that finds no room makes room all the same, by delivered pictures only',
  { timeout: 120_000 },
  async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'disk'));
    const storeRoot = await mountQuota(join(root, 'disk'), join(root, 'disk.img'), '40M');
    const store = await openStore(storeRoot);
    const images = [];
    // The second and the third show the same: one of them waits.
    for (const seed of [1, 2, 2, 3])
      images.push(
        await storeImage(store, {
          name: `${images.length}.jpg`,
          bytes: await makeJpeg({ width: 64, height: 48, seed, targetBytes: 2_000_000 }),
        }),
      );
    acknowledge(store, 2);
    await useUp(join(storeRoot, 'ballast'));
    expect(() => store.ledger.note(1, 'aoi', { no: 'room' })).toThrow('disk I/O error');
    expect(await store.retention.makeRoom(3_000_000)).toBeGreaterThan(1_000_000);
    store.ledger.note(1, 'aoi', { room: 'again' });
    expect(await readdir(join(storeRoot, 'payloads'), { recursive: true }).then(pictures)).toHaveLength(2);
    expect((await store.audit.run(new AbortController().signal, () => 1)).missing).toBe(0);
  },
);

test.runIf(mayLimit)(
  'a gateway whose database finds no room goes on looking, and ends in order',
  { timeout: 120_000 },
  async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'disk'));
    const dataDir = await mountQuota(join(root, 'disk'), join(root, 'disk.img'), '30M');
    const server = await startServer();
    const clock = new LeapingClock();
    const line = await openGateway({ ...server, root, dataDir, clock, deviceKey: null });
    line.gateway.start();
    await line.putPictures(3);
    await line.until('3 are stored', ({ counts }) => counts.collected === 3);
    await useUp(join(dataDir, 'ballast'));
    // The ledger would be chained once a minute.
    clock.leap(90_000);
    let changes = 0;
    line.gateway.onChange(() => {
      changes += 1;
    });
    await until('it has looked a few times', () => (changes >= 3 ? true : null));
    await line.stop();
    await rm(join(dataDir, 'ballast'));
    const again = await openGateway({ ...server, root, dataDir });
    expect(await again.operate('ledger.verify', {})).toMatchObject({ ok: true, problems: [] });
    again.gateway.start();
    await again.until('all are delivered', ({ counts }) => counts.acknowledged === 3);
  },
);

const pictures = (names: readonly string[]): readonly string[] => names.filter((name) => name.endsWith('.jpg'));
