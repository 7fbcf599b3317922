import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { handleOriginal } from '../../../electron/gateway/source/folder/original-disposal.ts';
import { FailingFiles, type FailWish, fileSteps } from '../../support/failing-files.ts';
import { openIntake, type TestIntake } from '../../support/intake.ts';
import { makeJpeg } from '../../support/pictures.ts';
import { said } from '../../support/spoken.ts';
import { acknowledge, openStore, sha256, temporaryFiles } from '../../support/store.ts';

/**
 * Ingest as the watched folder does it, on a disk whose n-th step fails, for every n: each write, flush, rename, flush
 * of a folder, removal. After each the store is closed, opened again as after a power cut, and compared with what had
 * been reported.
 */
const signal = new AbortController().signal;
const overhead = 32_768;
const each = 40_000;
const picture = (seed: number): Promise<Buffer> => makeJpeg({ width: 64, height: 48, seed, targetBytes: each });
const delivered = { 'old-1.jpg': await picture(1), 'old-2.jpg': await picture(2) };
const fresh: Readonly<Record<string, Buffer>> = {
  'a.jpg': await picture(3),
  'b.jpg': await picture(4),
  'c.jpg': await picture(5),
  'same as c.jpg': await picture(5),
  'd.jpg': await picture(6),
};
const label = JSON.stringify({
  annotations: [{ class_value: 'scratch', confidence: 0.9, x_center: 0.5, y_center: 0.5, width: 0.2, height: 0.1 }],
});
/** Room for four pictures and what each is counted for besides: the delivered ones must be evicted. */
const storeBytes = 6 * each + overhead;

type Line = { readonly intake: TestIntake; readonly stored: Set<string>; readonly missed: Set<string> };

/**
 * Offers all at once, again and again, and deletes the originals of those that were stored. How many find room at once
 * depends on how far the others are: each round takes one at least, once the disk is well.
 */
async function collect({ intake, stored, missed }: Line, names: readonly string[], rounds = 2): Promise<void> {
  for (let round = 0; round < rounds && names.some((name) => !stored.has(name)); round += 1) {
    await Promise.all(
      names
        .filter((name) => !stored.has(name))
        .map(async (name) => {
          const verdict = await intake.offer(name);
          if (verdict.kind !== 'stored') {
            missed.add(name);
            // Said in words, whatever failed, and to be offered again.
            return expect(said('message' in verdict ? verdict.message : null).text).toContain('disk');
          }
          // Before the commit nothing may touch the original.
          expect(await readFile(join(intake.root, name))).toEqual(fresh[name]);
          stored.add(name);
          const row = intake.images().find(({ filename }) => filename === name);
          if (row === undefined) throw new Error(`${name} is stored without a row`);
          const { size, modifiedMs } = { size: row.bytes, modifiedMs: row.capturedAt };
          await handleOriginal(
            intake.root,
            { path: name, bytes: size, modifiedMs },
            { action: 'delete' },
            '2026-01-01',
          );
        }),
    );
  }
}

/** Every picture that was ever reported as stored has its row and its bytes; every other has its original. */
async function expectNothingLost(intake: TestIntake, stored: ReadonlySet<string>): Promise<void> {
  const images = new Map(intake.images().map((image) => [image.filename, image]));
  for (const [name, bytes] of Object.entries(fresh)) {
    if (!stored.has(name)) {
      expect(await readFile(join(intake.root, name)), `the original of ${name}`).toEqual(bytes);
      continue;
    }
    const image = images.get(name);
    expect(image, name).toMatchObject({ sha256: sha256(bytes), state: 'pending', payloadPresent: true });
    expect(await readFile(intake.store.payloads.pathOf(sha256(bytes), 'jpeg')), name).toEqual(bytes);
    if (name === 'a.jpg') expect(image?.annotationCount).toBe(1);
  }
}

/** A store that holds two delivered pictures, and a folder with the fresh ones. */
async function begin(files: FailingFiles) {
  const intake = await openIntake({ files, storeBytes, originalsStay: false });
  intake.store.database.pragma('synchronous = OFF');
  for (const [name, bytes] of Object.entries(delivered)) {
    await intake.put(name, bytes);
    expect(await intake.offer(name)).toEqual({ kind: 'stored' });
  }
  expect(acknowledge(intake.store, 2, intake.clock.now())).toHaveLength(2);
  for (const [name, bytes] of Object.entries(fresh)) await intake.put(name, bytes);
  await intake.put('a.json', label);
  return intake;
}

const wishes: readonly Omit<FailWish, 'nth'>[] = [
  { code: 'ENOSPC', lasts: 'once' },
  { code: 'EIO', lasts: 'once' },
  { code: 'ENOSPC', lasts: 'from-then-on', tornWrites: true },
  { code: 'EIO', lasts: 'from-then-on', tornWrites: true },
];

test.each(wishes)(
  'ingest on a disk that fails at its n-th step, for every n, loses no picture: $code $lasts',
  { timeout: 300_000 },
  async (wish) => {
    const steps = new Set<string>();
    let failures = 0;
    for (let nth = 1; ; nth += 1) {
      const files = new FailingFiles();
      const intake = await begin(files);
      const before = { ...files.calls };
      files.failAt({ ...wish, nth, only: fileSteps });
      const line: Line = { intake, stored: new Set(), missed: new Set() };
      await collect(line, Object.keys(fresh));
      for (const step of fileSteps) if (files.calls[step] > before[step]) steps.add(step);
      const hit = files.failed > 0;
      if (hit) failures += 1;
      if (hit) expect(line.missed.size).toBeGreaterThan(0);
      await expectNothingLost(intake, line.stored);
      intake.store.close();

      const { root } = intake;
      const again = await openIntake({ root, storeRoot: intake.store.root, storeBytes, originalsStay: false });
      again.store.database.pragma('synchronous = OFF');
      again.store.outbox.releaseAllLeases();
      await expectNothingLost(again, line.stored);
      expect((await again.store.audit.run(signal, () => 1)).missing).toBe(0);
      await expectNothingLost(again, line.stored);
      expect(await temporaryFiles(again.store.payloads.root)).toEqual([]);

      // The fault is over: everything is taken, each once.
      const names = Object.keys(fresh);
      await collect({ intake: again, stored: line.stored, missed: new Set() }, names, names.length);
      expect([...line.stored].sort()).toEqual(Object.keys(fresh).sort());
      await expectNothingLost(again, line.stored);
      expect(again.store.totals()).toMatchObject({ collected: 7, pending: 5, acknowledged: 2, dead: 0, dropped: 0 });
      await again.store.audit.settleOrphans();
      expect(await again.store.audit.settleOrphans(), 'payloads without a row').toBe(0);
      again.store.close();
      if (!hit) break;
    }
    expect(failures).toBeGreaterThan(15);
    expect([...steps].sort()).toEqual(['fsync', 'remove', 'rename', 'space', 'syncDirectory', 'writeAndSync']);
  },
);

test.each(['ENOSPC', 'EIO'] as const)(
  'recovery on a disk that fails at its n-th step, looks included, can be tried again and loses nothing: %s',
  { timeout: 300_000 },
  async (code) => {
    let failures = 0;
    for (let nth = 1; ; nth += 1) {
      const files = new FailingFiles();
      const intake = await begin(files);
      // Killed in the middle: torn files, a payload whose row was never written, some pictures stored.
      const line: Line = { intake, stored: new Set(), missed: new Set() };
      await collect(line, ['a.jpg', 'b.jpg']);
      files.failAt({ nth: 1, code: 'EIO', lasts: 'from-then-on', tornWrites: true, only: ['writeAndSync'] });
      await collect({ ...line, missed: new Set() }, ['d.jpg']);
      const orphan = await picture(9);
      await writeFile(intake.store.payloads.pathOf(sha256(orphan), 'jpeg'), orphan);
      intake.store.close();

      files.failAt(null);
      const reopened = await openStore(intake.store.root, files);
      files.failAt({ nth, code, lasts: 'once', only: fileSteps });
      const recover = async (): Promise<void> => {
        await reopened.payloads.prepare();
        await reopened.audit.run(signal, () => 1);
        await reopened.audit.settleOrphans();
      };
      const outcome = await recover().then(
        () => 'done',
        (error: NodeJS.ErrnoException) => error.code ?? 'no code',
      );
      const hit = files.failed > 0;
      if (hit) {
        failures += 1;
        expect(outcome).toBe(code);
        await recover();
      }
      reopened.close();

      const again = await openIntake({ root: intake.root, storeRoot: intake.store.root, originalsStay: false });
      await expectNothingLost(again, line.stored);
      // Nobody knows whether it is the only copy: it is kept.
      expect(await readFile(join(again.store.audit.orphanRoot, `${sha256(orphan)}.jpg`))).toEqual(orphan);
      again.store.close();
      // 256 folders are looked at alike: the first and the last few stand for the rest.
      if (!hit) break;
      if (nth === 12) nth = 255;
    }
    expect(failures).toBeGreaterThan(12);
  },
);
