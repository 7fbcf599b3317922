import { describeCause, errnoCode } from '../../platform/errors.ts';

/** Limits of this process: neither a file's fault nor the disk's, and over in a moment. */
export const ourLimits: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

export type StoreFailure = {
  readonly kind: 'full' | 'failing';
  /** The machine's own words. */
  readonly technical: string;
};

/**
 * Why a good picture could not be stored, where that lies with the data folder's disk; null where it does not. To SQLite
 * a quota that is used up (EDQUOT) is a disk that fails: `takesNothingMore` says what it is.
 */
export function storeFailureOf(error: unknown, takesNothingMore: () => boolean): StoreFailure | null {
  const code = errnoCode(error);
  if (code === null || ourLimits.has(code) || code.startsWith('SQLITE_CONSTRAINT')) return null;
  const isFull = fullCodes.has(code) || (code.startsWith('SQLITE_IOERR') && takesNothingMore());
  return {
    kind: isFull ? 'full' : 'failing',
    technical: describeCause(error),
  };
}
