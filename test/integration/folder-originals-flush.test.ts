import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { FileSink } from '../../electron/gateway/model/file-sink.ts';
import { systemClock } from '../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../electron/gateway/platform/logger.ts';
import { WatchedFolder } from '../../electron/gateway/source/watched-folder.ts';
import { folderSourceSchema } from '../../shared/source-config.ts';
import { smallPicture } from '../support/gateway-fixture.ts';
import { openIntake } from '../support/intake.ts';
import { temporaryFolder } from '../support/store.ts';

test('an original that a scan meets after the commit and before its flush stays until the row is on the disk', async () => {
  const root = await temporaryFolder();
  let flushed = (): void => undefined;
  const flush = new Promise<void>((resolve) => {
    flushed = resolve;
  });
  const intake = await openIntake({ root, originalsStay: false, sidecarWaitMilliseconds: 0, flush: () => flush });
  const seen = vi.fn<FileSink['status']>(intake.intake.status);
  const sink: FileSink = Object.assign(Object.create(intake.intake) as FileSink, { status: seen });
  const config = folderSourceSchema.parse({
    id: 'aoi',
    kind: 'folder',
    path: root,
    afterIngest: 'delete',
    settleMilliseconds: 50,
  });
  await intake.put('a.jpg', await smallPicture(1));
  const folder = new WatchedFolder(config, sink, systemClock, silentLogger);
  folder.start();
  onTestFinished(() => {
    flushed();
    return folder.stop();
  });
  await vi.waitFor(() => expect(intake.store.totals().collected).toBe(1), 10_000);
  for (let look = 0; look < 20; look += 1) {
    const before = seen.mock.calls.length;
    folder.recheck('a.jpg');
    await vi.waitFor(() => expect(seen.mock.calls.length).toBeGreaterThan(before), { interval: 2 });
  }
  // The row says that it is stored; a power cut would take the row back.
  expect(seen.mock.results.at(-1)?.value).toBe('stored');
  await access(join(root, 'a.jpg'));
  expect(await readdir(root)).toEqual(['a.jpg']);
  flushed();
  await vi.waitFor(async () => expect(await readdir(root)).toEqual([]), 10_000);
});
