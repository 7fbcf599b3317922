import { join } from 'node:path';
import { message } from '../../../shared/messages/message.ts';
import { describeCause, errnoCode, OperatorError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';

/** What the system says of a folder. A disk that is only full is none of it: delivering makes room there. */
const causes = {
  EROFS: 'folder-read-only',
  EACCES: 'folder-no-right',
  EPERM: 'folder-no-right',
  ENOTDIR: 'folder-path-has-file',
  EEXIST: 'folder-name-taken',
  ENOENT: 'folder-disk-missing',
  ENODEV: 'folder-disk-missing',
  ENXIO: 'folder-disk-missing',
  ENOTCONN: 'folder-disk-missing',
  EIO: 'folder-disk-silent',
} as const;
const isKnown = (code: string): code is keyof typeof causes => Object.hasOwn(causes, code);
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

function failureOf(path: string, cause: unknown): OperatorError {
  const code = errnoCode(cause) ?? '';
  const context = isKnown(code) ? causes[code] : 'folder';
  return new OperatorError(message('store-unavailable', { context, path, reason: describeCause(cause) }), {
    operation: 'open-store',
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
