import { describeCause, errnoCode } from '../../platform/errors.ts';
import { PayloadHeldError } from '../image-batch.ts';

/** Limits of this process: neither a file's fault nor the disk's, and over in a moment. */
export const ourLimits: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

export type StoreFailure = {
  /** `held`: another program does not let go of this one; others can be stored. */
  readonly kind: 'full' | 'failing' | 'held';
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
  if (error instanceof PayloadHeldError) return { kind: 'held', technical: describeCause(error) };
  const isFull = fullCodes.has(code) || (code.startsWith('SQLITE_IOERR') && takesNothingMore());
  return {
    kind: isFull ? 'full' : 'failing',
    technical: describeCause(error),
  };
}
