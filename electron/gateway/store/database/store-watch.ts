import { statSync } from 'node:fs';
import { message } from '../../../../shared/messages/message.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { describeCause, errnoCode, OperatorError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { smallWriteFailure } from '../../platform/small-write.ts';
import { StoreAwayError } from '../payloads/payload-store.ts';
import { openFailure } from './database.ts';

const damaged = /^SQLITE_(?:CORRUPT|NOTADB)/;
const unavailable = /^SQLITE_(?:IOERR|CANTOPEN|READONLY|PERM|NOLFS|PROTOCOL)/;
const onlyFull: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE']);

/** To SQLite a quota that is used up is this too, and a moment later there may be room again. */
const unclear = /^SQLITE_IOERR/;
const tryAgainMilliseconds = 1_000;

/**
 * Hears of every failure that the database shows while the gateway runs, whoever meets it, and tells once that nothing
 * may be written to it any more: it is damaged, or its disk is gone. A disk that is only full is neither. Where the disk
 * takes another file all the same, the database is tried again before anything is said of it.
 */
export class StoreWatch {
  readonly #path: string;
  readonly #after: Clock['after'];
  /** Writes a little to the database, and throws what that throws. */
  #tryStore: (() => void) | null = null;
  /** The file that was opened; null: not known. */
  readonly #opened: string | null;
  /** Of the next try; null where none is due. */
  #cancelTry: (() => void) | null = null;
  #fault: OperatorError | null = null;
  #tell: ((fault: OperatorError) => void) | null = null;

  /** `path`: of the database, which is open. */
  constructor(path: string, after: Clock['after'] = systemClock.after) {
    this.#path = path;
    this.#opened = fileAt(path);
    this.#after = after;
  }

  /** Until then nothing is tried again: what looks like a disk that is gone is one. */
  tryWith(tryStore: () => void): void {
    this.#tryStore = tryStore;
  }

  /** The database is about to be closed. */
  stop(): void {
    this.#cancelTry?.();
    this.#tryStore = null;
  }

  get fault(): OperatorError | null {
    return this.#fault;
  }

  /** Told once; at once where it is known already. */
  onFault(tell: (fault: OperatorError) => void): void {
    this.#tell = tell;
    if (this.#fault !== null) tell(this.#fault);
  }

  /** Any failure at all: most are none of the database's. */
  note(error: unknown): void {
    if (this.#fault !== null) return;
    const code = errnoCode(error) ?? '';
    if (damaged.test(code))
      this.#isFault(this.#isDiskGone() ? diskFailure(this.#path, error) : openFailure(this.#path, error));
    else if (error instanceof StoreAwayError) this.#isFault(diskFailure(this.#path, error));
    else if (unavailable.test(code)) this.#judge(error, code);
  }

  /**
   * Of a disk that goes away SQLite reads half of what it was, and calls that damaged; of one that has come back meanwhile
   * it still has the old file. Whether the database is damaged is seen when it is opened again.
   */
  #isDiskGone(): boolean {
    if (this.#opened !== null && fileAt(this.#path) !== this.#opened) return true;
    const failure = smallWriteFailure(`${this.#path}.probe`);
    return failure !== null && !onlyFull.has(failure);
  }

  /** SQLite knows no quota of a user (EDQUOT), nor that no more files can be opened: to it that is a disk that fails. */
  #judge(error: unknown, code: string): void {
    if (this.#cancelTry !== null) return;
    const failure = smallWriteFailure(`${this.#path}.probe`);
    if (failure !== null && onlyFull.has(failure)) return;
    if (this.#isDiskGone() || this.#tryStore === null || !unclear.test(code))
      return this.#isFault(diskFailure(this.#path, error));
    this.#cancelTry = this.#after(tryAgainMilliseconds, () => this.#tryAgain());
  }

  #tryAgain(): void {
    let failure: unknown = null;
    try {
      this.#tryStore?.();
    } catch (error) {
      failure = error;
    }
    this.#cancelTry = null;
    if (damaged.test(errnoCode(failure) ?? '')) return this.note(failure);
    if (this.#fault !== null || !unavailable.test(errnoCode(failure) ?? '')) return;
    if (!onlyFull.has(smallWriteFailure(`${this.#path}.probe`) ?? '')) this.#isFault(diskFailure(this.#path, failure));
  }

  #isFault(fault: OperatorError): void {
    this.#fault = fault;
    this.#tell?.(fault);
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

/** Which file lies there, on which device; null where none does, or nobody answers for it. */
function fileAt(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev} ${ino}`;
  } catch {
    return null;
  }
}

const diskFailure = (path: string, cause: unknown): OperatorError =>
  new OperatorError(message('store-unavailable', { context: 'disk', path, reason: describeCause(cause) }), {
    operation: 'use-store',
    disposition: 'pause',
    cause,
  });
