import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../shared/config.ts';
import { isolated } from '../../../shared/isolated.ts';
import type { Clock } from '../platform/clock.ts';
import { describeCause, errnoCode } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { type Finding, type Found, fault, fine, size, took, warning } from './check.ts';

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
  if (place === null) {
    return {
      finding: fault(
        `The data folder ${dataDir} can’t be made: nothing of its path is there.`,
        'Check that its disk is connected, and the path in --data-dir.',
      ),
      value: null,
    };
  }
  const probe = join(place, `.acusight-doctor-${randomUUID()}`);
  try {
    await files.writeAndSync(probe, Buffer.from('test'));
    await files.remove(probe);
  } catch (error) {
    return { finding: notWritable(place, error), value: null };
  }
  if (await isNetworkShare(place)) {
    return {
      finding: fault(
        `The data folder ${dataDir} lies on a network share.`,
        'Choose a folder on a disk of this PC: on a share, a network that fails can damage the gateway’s database.',
      ),
      value: place,
    };
  }
  const text = place === dataDir ? `${dataDir} can be written.` : `${dataDir} is made at the first start, in ${place}.`;
  return { finding: fine(text), value: place };
}

function notWritable(path: string, error: unknown): Finding {
  const code = errnoCode(error) ?? '';
  const technical = describeCause(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return fault(
      `The disk of ${isolated(path)} is full.`,
      'Free some space now: no new pictures are taken.',
      technical,
    );
  if (code === 'EROFS') {
    return fault(
      `The disk of ${isolated(path)} is read-only.`,
      'Linux makes a disk read-only when it finds it damaged: have it checked. Otherwise mount it for writing.',
      technical,
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return fault(
      `This user may not write in ${isolated(path)}.`,
      'Give the user that runs the gateway the right to write there, or choose another data folder.',
      technical,
    );
  }
  return fault(`Nothing can be written in ${path}.`, 'Have this PC’s disk checked now.', technical);
}

export async function checkSpace(place: string, { store }: Config, files: Files): Promise<Finding> {
  const { freeBytes, totalBytes } = await files.space(place);
  const words = `${size(freeBytes)} of ${size(totalBytes)} are free; pictures may take ${size(store.maxBytes)}.`;
  if (freeBytes < store.minFreeBytes) {
    return fault(
      `${words} That is less than the ${size(store.minFreeBytes)} to be kept free: no new pictures are taken.`,
      'Free some space on this disk, or lower store.minFreeBytes.',
    );
  }
  if (freeBytes < store.minFreeBytes * 2 || freeBytes < totalBytes / 20) {
    return warning(`${words} The disk is nearly full.`, 'Free some space on this disk.');
  }
  if (store.maxBytes > totalBytes - store.minFreeBytes) {
    return warning(
      `${words} The disk is smaller than that.`,
      'Lower store.maxBytes, so that the gateway makes room before the disk is full.',
    );
  }
  return fine(words);
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
  const words = `A small file is on the disk after ${took(median)} (the slowest of ${times.length} after ${took(worst)}).`;
  if (median > fsyncFault) {
    return fault(
      `${words} That is far too slow to keep up with a line.`,
      'Have this PC’s disk checked: a disk that is about to fail gets slow. Memory cards and USB sticks are too slow as well.',
    );
  }
  if (median > fsyncWarning || worst > fsyncFault) {
    return warning(
      `${words} That is slow.`,
      'Bursts of pictures wait in their folder. Use an SSD for the data folder, or look what else writes to this disk.',
    );
  }
  return fine(words);
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
