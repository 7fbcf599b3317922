import { readdir } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { FileRegistry, FileSink } from '../../../electron/gateway/model/file-sink.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../electron/gateway/platform/logger.ts';
import { WatchedFolder } from '../../../electron/gateway/source/folder/watched-folder.ts';
import { folderSourceSchema } from '../../../shared/source-config.ts';
import { smallPicture } from '../../support/gateway-fixture.ts';
import { openIntake } from '../../support/intake.ts';
import { temporaryFolder } from '../../support/store.ts';

/** A folder whose originals are deleted, and a store whose disk flushes when the test says so. `again`: a second offer waits for it. */
async function openFolder(flush: () => Promise<void>, again = Promise.resolve()) {
  const root = await temporaryFolder();
  const intake = await openIntake({ root, originalsStay: false, sidecarWaitMilliseconds: 0, flush });
  const seen = vi.fn<FileRegistry['status']>(intake.intake.registry.status);
  let offers = 0;
  const offer: FileSink['offer'] = async (file) => {
    offers += 1;
    if (offers > 1) await again;
    return intake.intake.offer(file);
  };
  const registry = { ...intake.intake.registry, status: seen };
  const config = folderSourceSchema.parse({
    id: 'aoi',
    kind: 'folder',
    path: root,
    afterIngest: 'delete',
    settleMilliseconds: 50,
  });
  await intake.put('a.jpg', await smallPicture(1));
  const folder = new WatchedFolder(
    config,
    { sink: { offer }, registry, reading: intake.intake },
    systemClock,
    silentLogger,
  );
  folder.start();
  onTestFinished(() => folder.stop());
  await vi.waitFor(() => expect(intake.store.totals().collected).toBe(1), 10_000);
  return {
    root,
    intake,
    /** As many scans meet the original. The row says that it is stored; a power cut would take the row back. */
    meet: async (times: number): Promise<void> => {
      for (let look = 0; look < times; look += 1) {
        const before = seen.mock.calls.length;
        folder.recheck('a.jpg');
        await vi.waitFor(() => expect(seen.mock.calls.length).toBeGreaterThan(before), { interval: 2 });
      }
      expect(seen.mock.results.at(-1)?.value).toBe('stored');
    },
  };
}

test('an original that a scan meets after the commit and before its flush stays until the row is on the disk', async () => {
  const { promise, open } = gate();
  const { root, meet } = await openFolder(() => promise);
  onTestFinished(open);
  await meet(20);
  expect(await readdir(root)).toEqual(['a.jpg']);
  open();
  await vi.waitFor(async () => expect(await readdir(root)).toEqual([]), 10_000);
});

test('an original whose flush has failed stays until it was offered again, and is not counted as lost', {
  timeout: 60_000,
}, async () => {
  const { promise, open } = gate();
  const failure = Object.assign(new Error('no room'), { code: 'EDQUOT' });
  const { root, intake, meet } = await openFolder(() => Promise.reject(failure), promise);
  onTestFinished(open);
  await meet(20);
  expect(await readdir(root)).toEqual(['a.jpg']);
  open();
  await vi.waitFor(async () => expect(await readdir(root)).toEqual([]), 10_000);
  expect(intake.store.totals()).toMatchObject({ collected: 1, lost: 0 });
});

function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open: () => open() };
}
