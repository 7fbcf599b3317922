import { describeCause, errnoCode, GatewayError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { smallWriteFailure } from '../platform/small-write.ts';
import { openFailure } from './database.ts';
import { StoreAwayError } from './payload-store.ts';

const damaged = /^SQLITE_(?:CORRUPT|NOTADB)/;
const unavailable = /^SQLITE_(?:IOERR|CANTOPEN|READONLY|PERM|NOLFS|PROTOCOL)/;
const onlyFull: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE']);

/**
 * Hears of every failure that the database shows while the gateway runs, whoever meets it, and tells once that nothing
 * may be written to it any more: it is damaged, or its disk is gone. A disk that is only full is neither.
 */
export class StoreWatch {
  readonly #path: string;
  #fault: GatewayError | null = null;
  #tell: ((fault: GatewayError) => void) | null = null;

  /** `path`: of the database. */
  constructor(path: string) {
    this.#path = path;
  }

  get fault(): GatewayError | null {
    return this.#fault;
  }

  /** Told once; at once where it is known already. */
  onFault(tell: (fault: GatewayError) => void): void {
    this.#tell = tell;
    if (this.#fault !== null) tell(this.#fault);
  }

  /** Any failure at all: most are none of the database's. */
  note(error: unknown): void {
    if (this.#fault !== null) return;
    const code = errnoCode(error) ?? '';
    if (damaged.test(code)) this.#fault = openFailure(this.#path, error);
    else if (error instanceof StoreAwayError || (unavailable.test(code) && !this.#isOnlyFull()))
      this.#fault = diskFailure(error);
    else return;
    this.#tell?.(this.#fault);
  }

  /** SQLite knows no quota of a user (EDQUOT), nor that no more files can be opened: to it that is a disk that fails. */
  #isOnlyFull(): boolean {
    return onlyFull.has(smallWriteFailure(`${this.#path}.probe`) ?? '');
  }

  /** Whoever can't do anything about a failure logs it, and is heard here. */
  listening(logger: Logger): Logger {
    return {
      log: (level, event, fields) => {
        logger.log(level, event, fields);
        if (fields !== undefined && 'error' in fields) this.note(fields['error']);
      },
    };
  }
}

const diskFailure = (cause: unknown): GatewayError =>
  new GatewayError({
    code: 'store-unavailable',
    operation: 'use-store',
    text: `The data disk does not work any more (${describeCause(cause)}).`,
    hint: 'Check this disk and its cable. Pictures in watched folders wait there; what cameras take meanwhile is lost. The gateway goes on by itself once the disk is back.',
    disposition: 'pause',
    cause,
  });
