import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../shared/config.ts';
import { message } from '../../../shared/messages/message.ts';
import type { Clock } from '../platform/clock.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { type Finding, type Found, finding } from './check.ts';

/** The disk under the data folder: is it there, writable, large enough, quick enough to promise anything. */

const fsyncRounds = 20;
const fsyncBudgetMilliseconds = 8_000;
const fsyncWarning = 50;
const fsyncFault = 500;

/** `value`: the folder to test in; its nearest parent where it is not made yet. */
export async function checkDataFolder(
  dataDir: string,
  files: Files,
  isNetworkShare: (path: string) => Promise<boolean>,
): Promise<Found<string>> {
  const place = await nearestFolder(dataDir);
  if (place === null) return { finding: finding(message('check-data-dir-nowhere', { folder: dataDir })), value: null };
  const probe = join(place, `.acusight-doctor-${randomUUID()}`);
  try {
    await files.writeAndSync(probe, Buffer.from('test'));
    await files.remove(probe);
  } catch (error) {
    return { finding: notWritable(place, error), value: null };
  }
  if (await isNetworkShare(place))
    return { finding: finding(message('check-data-dir-on-share', { folder: dataDir })), value: place };
  const found =
    place === dataDir
      ? message('check-data-dir', { folder: dataDir })
      : message('check-data-dir-to-come', { folder: dataDir, place });
  return { finding: finding(found), value: place };
}

const refusals: Readonly<Record<string, 'full' | 'read-only' | 'forbidden'>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
};

function notWritable(folder: string, error: unknown): Finding {
  const context = refusals[errnoCode(error) ?? ''] ?? 'failing';
  return finding(message('check-unwritable', { context, folder }), describeCause(error));
}

export async function checkSpace(place: string, { store }: Config, files: Files): Promise<Finding> {
  const { freeBytes, totalBytes } = await files.space(place);
  const space = message('check-space', { free: freeBytes, total: totalBytes, share: store.maxBytes });
  if (freeBytes < store.minFreeBytes)
    return finding(message('check-space-none', { space, reserve: store.minFreeBytes }));
  if (freeBytes < store.minFreeBytes * 2 || freeBytes < totalBytes / 20)
    return finding(message('check-space-little', { space }));
  if (store.maxBytes > totalBytes - store.minFreeBytes) return finding(message('check-space-promised', { space }));
  return finding(space);
}

/** Small files written and forced to the disk, as every picture and every row is. */
export async function checkFsync(place: string, files: Files, clock: Clock, signal: AbortSignal): Promise<Finding> {
  const times: number[] = [];
  const bytes = Buffer.alloc(4_096, 0x5a);
  const began = clock.monotonic();
  try {
    for (let round = 0; round < fsyncRounds; round += 1) {
      const probe = join(place, `.acusight-doctor-${randomUUID()}`);
      const start = clock.monotonic();
      try {
        await files.writeAndSync(probe, bytes);
        times.push(clock.monotonic() - start);
      } finally {
        await files.remove(probe);
      }
      if (signal.aborted || clock.monotonic() - began > fsyncBudgetMilliseconds) break;
    }
  } catch (error) {
    return notWritable(place, error);
  }
  times.sort((a, b) => a - b);
  const median = times[times.length >> 1] ?? 0;
  const worst = times.at(-1) ?? 0;
  const speed = message('check-fsync', { median, worst, files: times.length });
  if (median > fsyncFault) return finding(message('check-fsync-too-slow', { speed }));
  if (median > fsyncWarning || worst > fsyncFault) return finding(message('check-fsync-slow', { speed }));
  return finding(speed);
}

/** The folder itself, or the nearest one above it that is there; null when nothing is, or a file is in the way. */
async function nearestFolder(path: string): Promise<string | null> {
  try {
    return (await stat(path)).isDirectory() ? path : null;
  } catch (error) {
    const parent = dirname(path);
    return errnoCode(error) === 'ENOENT' && parent !== path ? nearestFolder(parent) : null;
  }
}

/**
 * Why nothing can be written in a folder that may not be there yet; null where all is well. Tried for real: on shares,
 * on read-only disks and on Windows the rights that are shown are not those that count.
 */
export async function writeRefusal(path: string, files: Files): Promise<string | null> {
  const place = await nearestFolder(path);
  if (place === null) return 'nothing of its path is there';
  // Hidden: no source takes such a file for a picture.
  const probe = join(place, `.acusight-doctor-${randomUUID()}`);
  try {
    await files.writeAndSync(probe, Buffer.from('test'));
    await files.remove(probe);
    return null;
  } catch (error) {
    return describeCause(error);
  }
}
