import { join } from 'node:path';
import { isolated } from '../../../shared/isolated.ts';
import { describeCause, errnoCode, GatewayError, type OperatorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';

/** What the system says of a folder, in words. A disk that is only full is none of it: delivering makes room there. */
const causes: Readonly<Record<string, string>> = {
  EROFS: 'its disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a file has its name',
  ENOENT: 'its disk is not there',
  ENODEV: 'its disk is not there',
  ENXIO: 'its disk is not there',
  ENOTCONN: 'its disk is not there',
  EIO: 'its disk does not answer as it should',
};
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Null for a disk that is full, where it is the probe alone that can't be written. */
function failureOf(dataDir: string, cause: unknown): OperatorError {
  const words = causes[errnoCode(cause) ?? ''] ?? describeCause(cause);
  return new GatewayError({
    code: 'store-unavailable',
    operation: 'open-store',
    text: `The data folder ${isolated(dataDir)} can’t be used: ${words}.`,
    hint: 'Connect its disk, or give this user the right to write there. It is tried again every 10 seconds.',
    disposition: 'pause',
    cause,
  });
}

/**
 * Makes the data folder where it is missing, and tries whether it can be written to. Throws a OperatorError
 * (`store-unavailable`) that says why not; a full disk passes.
 */
export async function openDataFolder(dataDir: string, files: Files): Promise<void> {
  const probe = join(dataDir, '.probe');
  try {
    await files.makeDirectory(dataDir);
    // One that a kill left.
    await files.remove(probe);
    await files.writeAndSync(probe, new Uint8Array(0));
    await files.remove(probe);
  } catch (error) {
    if (!full.has(errnoCode(error) ?? '')) throw failureOf(dataDir, error);
  }
}
