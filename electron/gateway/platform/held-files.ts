import { setTimeout as after } from 'node:timers/promises';
import { errnoCode } from './errors.ts';

/**
 * Windows renames and removes no file that another program has open, unless that program allows it
 * (FILE_SHARE_DELETE); what it opened for itself alone can't be read either. Virus scanners, indexers and backup programs
 * open each new file so, for some hundred milliseconds and now and then for seconds. Whoever renames, removes or reads
 * there waits a little and tries again.
 */

/**
 * What libuv makes of ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION (EBUSY), of ERROR_ACCESS_DENIED (EPERM) and of
 * ERROR_NOACCESS (EACCES), `src/win/error.c`. A missing right looks the same there: it is only known by its lasting.
 */
const heldCodes: ReadonlySet<string> = new Set(['EBUSY', 'EPERM', 'EACCES']);

/** Elsewhere these codes mean that a right is missing, which no waiting gives. */
export const isHeldByAnother = (error: unknown, platform: NodeJS.Platform = process.platform): boolean =>
  platform === 'win32' && heldCodes.has(errnoCode(error) ?? '');

/** Where nobody says how long: a scanner has looked through a large file by then. */
const usualMilliseconds = 5_000;
const [firstPause, longestPause] = [10, 100];

export type Patience = {
  readonly isHeld?: (error: unknown) => boolean;
  readonly mostMilliseconds?: number;
};

/** Pauses between the tries, milliseconds: each twice the one before, until their time is over. */
export function* pausesWithin(mostMilliseconds: number): Generator<number, void> {
  const endsAt = performance.now() + mostMilliseconds;
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const left = endsAt - performance.now();
    if (left <= 0) return;
    yield Math.min(pause, left);
  }
}

/** Tries until the file is free, and rejects with the last failure where that takes too long. Others are told at once. */
export async function patiently<T>(
  work: () => Promise<T>,
  { isHeld = isHeldByAnother, mostMilliseconds = usualMilliseconds }: Patience = {},
): Promise<T> {
  const pauses = pausesWithin(mostMilliseconds);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const pause = isHeld(error) ? pauses.next() : null;
      if (pause === null || pause.done) throw error;
      await after(pause.value);
    }
  }
}

const aMoment = new Int32Array(new SharedArrayBuffer(4));

/** As `patiently`, for what has to be done before anything else goes on. The thread stands still meanwhile. */
export function patientlySync<T>(
  work: () => T,
  { isHeld = isHeldByAnother, mostMilliseconds = 1_000 }: Patience = {},
): T {
  const pauses = pausesWithin(mostMilliseconds);
  for (;;) {
    try {
      return work();
    } catch (error) {
      const pause = isHeld(error) ? pauses.next() : null;
      if (pause === null || pause.done) throw error;
      Atomics.wait(aMoment, 0, 0, pause.value);
    }
  }
}
