import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../electron/gateway/platform/files.ts';
import { StoreWatch } from '../../electron/gateway/store/store-watch.ts';
import { WriteGroup } from '../../electron/gateway/store/write-group.ts';
import { FailingFiles } from '../support/failing-files.ts';
import { openGateway, startServer, temporaryFolder } from '../support/gateway-fixture.ts';
import { openIntake } from '../support/intake.ts';
import { makeJpeg } from '../support/pictures.ts';
import { mayLimit, mountQuota } from '../support/quota-disk.ts';

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
    line.gateway.onChange(() => heads.add(line.gateway.snapshot().safe.headline));
    line.gateway.onStoreFault(({ message }) => faults.push(message));
    line.gateway.start();
    // More than fits, while nothing is delivered.
    for (let seed = 1; seed <= 60; seed += 1)
      await line.put(`${seed}.jpg`, await makeJpeg({ width: 64, height: 48, seed, targetBytes: 600_000 }));
    const { safe, disk, counts } = await line.until('it is full', (now) => now.disk.state === 'full', 30_000);
    expect(safe.headline).toBe('DISK FULL');
    expect(disk.freeBytes).toBeGreaterThan(100_000_000);
    expect(counts.collected).toBeGreaterThan(20);
    line.setKey(server.deviceKey);
    line.gateway.tryNow();
    await line.until('all are delivered', (now) => now.counts.acknowledged === 60, 60_000);
    expect(faults).toEqual([]);
    expect([...heads].sort()).toEqual(['DISK FULL', 'SAFE']);
    expect(line.gateway.snapshot()).toMatchObject({
      safe: { headline: 'SAFE' },
      counts: { lost: 0, gone: 0, dead: 0 },
    });
    expect((await line.gateway.verifyLedger()).problems).toEqual([]);
  },
);

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
    WriteGroup.of(intake.store.database).onFailure((error) => {
      met.push(String((error as { readonly code?: unknown }).code));
      watch.note(error);
    });
    const ballast = join(storeRoot, 'ballast');
    files.useUp = async () => {
      for (let bytes = 1_000_000; bytes > 100; ) {
        await appendFile(ballast, Buffer.alloc(bytes, 1), { flush: true }).catch(() => {
          bytes = Math.floor(bytes / 2);
        });
      }
    };
    await intake.put('a.jpg', await makeJpeg({ width: 64, height: 48, seed: 1, targetBytes: 40_000 }));
    const verdict = await intake.offer('a.jpg');
    expect(met.join()).toContain('SQLITE_IOERR');
    expect(watch.fault).toBeNull();
    expect(verdict).toMatchObject({ kind: 'no-room', text: 'The disk is full' });
    expect(intake.admission.state()).toMatchObject({ state: 'full' });
    files.useUp = null;
    await rm(ballast);
    expect(await intake.offer('a.jpg')).toEqual({ kind: 'stored' });
    expect(intake.admission.state()).toMatchObject({ state: 'ok' });
  },
);
