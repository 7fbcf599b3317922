import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { FailingFiles } from '../../support/failing-files.ts';
import { openGateway, smallPicture, startServer } from '../../support/gateway-fixture.ts';
import { openIntake } from '../../support/intake.ts';
import { mayMount, mountMemory } from '../../support/memory-disk.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { said, statement } from '../../support/spoken.ts';
import { sha256, temporaryFolder } from '../../support/store.ts';

/**
 * A disk that is really full: a file system of 12 MB in memory that holds the store, and a ballast file that takes the
 * rest at the worst moments.
 */
async function smallDisk() {
  const folder = await temporaryFolder();
  mountMemory(folder, 'size=12m');
  const ballast = join(folder, 'ballast');
  return {
    folder,
    /** Takes all that is free but for `spare` bytes. */
    fill: async (spare: number): Promise<void> => {
      const { freeBytes } = await nodeFiles.space(folder);
      await writeFile(ballast, Buffer.alloc(Math.max(0, freeBytes - spare), 1), { flag: 'a' });
    },
    free: () => rm(ballast, { force: true }),
  };
}

const pictures = await Promise.all(
  Array.from({ length: 24 }, (_, seed) => makeJpeg({ width: 64, height: 48, seed, targetBytes: 40_000 })),
);
const nameOf = (index: number): string => `p${index}.jpg`;

/** Fills the disk as soon as a payload has its durable name: the rows are the first that find no room. */
class FullAfterPublish extends FailingFiles {
  fill: (() => Promise<void>) | null = null;
  override syncDirectory = async (path: string): Promise<void> => {
    await nodeFiles.syncDirectory(path);
    await this.fill?.();
  };
}

test.skipIf(!mayMount)(
  'a disk that fills while pictures come in: what was reported as stored is there, the rest is taken once there is room',
  { timeout: 120_000 },
  async () => {
    const disk = await smallDisk();
    const intake = await openIntake({ storeRoot: disk.folder });
    for (const [index, bytes] of pictures.entries()) await intake.put(nameOf(index), bytes);
    const stored = new Set<string>();
    const offerAll = (): Promise<string[]> =>
      Promise.all(
        pictures.map(async (_, index) => {
          const verdict = await intake.offer(nameOf(index));
          if (verdict.kind === 'stored') stored.add(nameOf(index));
          return verdict.kind;
        }),
      );
    // Little by little more room: the disk is full at many different steps of many groups.
    for (const spare of [0, 50_000, 130_000, 220_000, 400_000]) {
      await disk.free();
      await disk.fill(spare);
      const verdicts = await offerAll();
      for (const verdict of verdicts) expect(['stored', 'no-room']).toContain(verdict);
    }
    expect(stored.size).toBeLessThan(pictures.length);
    intake.store.close();

    await disk.free();
    const again = await openIntake({ storeRoot: disk.folder, root: intake.root });
    const known = new Set(again.images().map(({ filename }) => filename));
    for (const name of stored) expect(known.has(name), name).toBe(true);
    expect((await again.store.audit.run(new AbortController().signal, () => 1)).missing).toBe(0);
    for (const [index, bytes] of pictures.entries()) {
      expect(await again.offer(nameOf(index))).toEqual({ kind: 'stored' });
      expect(await readFile(again.store.payloads.pathOf(sha256(bytes), 'jpeg'))).toEqual(bytes);
    }
    expect(again.store.totals()).toMatchObject({ collected: pictures.length, pending: pictures.length });
  },
);

test.skipIf(!mayMount)(
  'a database that finds no room refuses in words, keeps what it has, and goes on without a restart',
  { timeout: 120_000 },
  async () => {
    const disk = await smallDisk();
    const files = new FullAfterPublish();
    const intake = await openIntake({ storeRoot: disk.folder, files });
    for (const [index, bytes] of pictures.entries()) await intake.put(nameOf(index), bytes);
    expect(await intake.offer(nameOf(0))).toEqual({ kind: 'stored' });
    let refused = 0;
    for (let index = 1; index < pictures.length; index += 1) {
      files.fill = () => disk.fill(0);
      const verdict = await intake.offer(nameOf(index));
      files.fill = null;
      if (verdict.kind === 'no-room') {
        refused += 1;
        expect(said(verdict.message)).toEqual({
          text: 'The disk is full',
          hint: expect.stringContaining('SQLITE_FULL'),
        });
        expect(intake.admission.state()).toMatchObject({ state: 'full' });
        expect(intake.images()).toHaveLength(index);
        await disk.free();
        // Nothing was restarted; the picture was not touched.
        expect(await intake.offer(nameOf(index))).toEqual({ kind: 'stored' });
        expect(intake.admission.state()).toMatchObject({ state: 'ok' });
      }
      await disk.free();
      expect(intake.images()).toHaveLength(index + 1);
    }
    expect(refused).toBeGreaterThan(0);
    intake.store.close();

    const again = await openIntake({ storeRoot: disk.folder, root: intake.root });
    expect(again.images()).toHaveLength(pictures.length);
    expect((await again.store.audit.run(new AbortController().signal, () => 1)).missing).toBe(0);
    for (const bytes of pictures)
      expect(await readFile(again.store.payloads.pathOf(sha256(bytes), 'jpeg'))).toEqual(bytes);
  },
);

test.skipIf(!mayMount)(
  'a disk that takes no more files makes room by delivered pictures, though most of its bytes are free',
  { timeout: 60_000 },
  async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'data'));
    // 256 folders for payloads, and what belongs to the store: about sixty pictures are left.
    mountMemory(join(root, 'data'), 'size=200m,nr_inodes=340');
    const { gateway, put, until } = await openGateway({ ...(await startServer()), root });
    gateway.start();
    const seen = new Set<string>();
    for (let index = 0; index < 150; index += 1) {
      await put(`${index}.jpg`, await smallPicture(index));
      const { disk, safe } = gateway.snapshot();
      if (disk.state === 'full') seen.add(statement(safe).detail);
    }
    const { disk, counts } = await until('all are delivered', (now) => now.counts.acknowledged === 150, 40_000);
    expect(disk.freeBytes).toBeGreaterThan(100_000_000);
    expect(counts.payloadsRemoved).toBeGreaterThan(50);
    for (const detail of seen) expect(detail).toMatch(/no more files/);
  },
);
