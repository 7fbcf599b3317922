import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { FileReading, FileRegistry } from '../../../electron/gateway/model/file-sink.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../electron/gateway/platform/logger.ts';
import { WatchedFolder } from '../../../electron/gateway/source/folder/watched-folder.ts';
import { folderSourceSchema } from '../../../shared/source-config.ts';
import { smallPicture } from '../../support/gateway-fixture.ts';
import { openIntake } from '../../support/intake.ts';
import { temporaryFolder } from '../../support/store.ts';

test('a picture that grows while nobody could look at its first part yet is one picture, and none is lost', async () => {
  const root = await temporaryFolder();
  const intake = await openIntake({ root, sidecarWaitMilliseconds: 0 });
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let looks = 0;
  const seen = new Set<number>();
  // A folder whose files are slow to be read.
  const registry: FileRegistry = {
    ...intake.intake.registry,
    status: (file) => {
      seen.add(file.bytes);
      return intake.intake.registry.status(file);
    },
  };
  const reading: FileReading = {
    liesOnShare: intake.intake.liesOnShare,
    comesAfter: intake.intake.comesAfter,
    lookEarly: async (...asked) => {
      looks += 1;
      seen.add(asked[1].bytes);
      await answered;
      return intake.intake.lookEarly(...asked);
    },
  };
  const config = folderSourceSchema.parse({ id: 'aoi', kind: 'folder', path: root, settleMilliseconds: 1_000 });
  const folder = new WatchedFolder(config, { sink: intake.intake, registry, reading }, systemClock, silentLogger);
  folder.start();
  onTestFinished(() => {
    answer();
    return folder.stop();
  });
  await vi.waitFor(() => expect(folder.status().state).toBe('watching'), 10_000);
  const picture = await smallPicture(1);
  const half = Math.floor(picture.length / 2);
  // Its first part is seen as it stays for a moment.
  const first = join(await temporaryFolder(), 'a.jpg');
  await writeFile(first, picture.subarray(0, half));
  await rename(first, join(root, 'a.jpg'));
  await vi.waitFor(() => expect(looks).toBe(1), { timeout: 10_000, interval: 2 });
  expect([...seen]).toEqual([half]);
  await appendFile(join(root, 'a.jpg'), picture.subarray(half));
  folder.recheck('a.jpg');
  await vi.waitFor(() => expect(seen).toContain(picture.length), { timeout: 10_000, interval: 2 });
  answer();
  await vi.waitFor(() => expect(intake.store.totals().collected).toBe(1), 20_000);
  expect(intake.store.totals()).toMatchObject({ collected: 1, lost: 0 });
});
