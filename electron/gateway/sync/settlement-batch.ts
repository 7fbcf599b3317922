import { message } from '../../../shared/messages/message.ts';
import type { LeasedEntry, Settlement } from '../model/outbox-entry.ts';
import type { Clock } from '../platform/clock.ts';
import { describeCause } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Outbox } from '../store/outbox/outbox.ts';

/** A bug of ours: it says nothing about the way to the cloud, and the picture may have been sent. */
export const bug = (error: unknown) =>
  ({
    message: message('internal-error'),
    technical: describeCause(error),
    disposition: 'bug',
    pauseReason: 'trouble',
    ambiguous: true,
    retryAfterMilliseconds: null,
  }) as const;

/** LAN mode: the picture lies in the object storage, and nobody may be told of it before we know that ourselves. */
export const notRecorded = (error: Error) =>
  ({
    ...bug(error),
    message: message('payload-place-not-recorded'),
    disposition: 'retry',
    ambiguous: false,
  }) as const;

export type SettlementOptions = {
  readonly outbox: Pick<Outbox, 'settle' | 'recordObjects'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** After each transaction that settled something. */
  readonly onSettled: () => void;
};

/** Outcomes wait so long for others; their places are free for the next deliveries meanwhile. */
const leastWaitMilliseconds = 8;
/** On a slow disk a transaction stops everything for long: the more outcomes share one, at most a fifth goes there. */
const [waitsPerTransaction, mostWaitMilliseconds] = [4, 100];
/** Never more than these wait: a kill makes the gateway forget them, and a server without idempotency stores them twice. */
export const mostUnsettled = 16;

/** Until a database that took nothing is asked again. */
const againMilliseconds = 1_000;

/** The outbox does not know where the payload lies: the disk refused, or the lease is gone. */
export class NotRecordedError extends Error {}

type Finished = { readonly entry: LeasedEntry; readonly settlement: Settlement };
type Recording = {
  readonly entry: LeasedEntry;
  readonly objectKey: string;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
};

/** Puts what deliveries have to say in the store, in one transaction for all that say it close together. */
export class SettlementBatch {
  readonly #options: SettlementOptions;
  #finished: Finished[] = [];
  #recordings: Recording[] = [];
  #cancelSettling: (() => void) | null = null;
  #cancelRecording: (() => void) | null = null;
  #wait = leastWaitMilliseconds;
  /** The last transaction failed; told once. */
  #fails = false;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** How many more deliveries may end: while the database takes nothing, no more than a kill may make the gateway forget. */
  get room(): number {
    return this.#fails ? Math.max(0, mostUnsettled - this.#finished.length) : Number.POSITIVE_INFINITY;
  }

  /** A delivery has ended. */
  settle(entry: LeasedEntry, settlement: Settlement): void {
    this.#finished.push({ entry, settlement });
    if (this.#finished.length >= mostUnsettled && !this.#fails) return this.flush();
    this.#cancelSettling ??= this.#options.clock.after(this.#wait, () => this.flush());
  }

  /**
   * LAN mode: the payload lies in the object storage. Resolves once the store knows it durably; rejects when it can't
   * be stored or the lease is gone. Others that come in the same turn share the transaction: its delivery waits.
   */
  record(entry: LeasedEntry, objectKey: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#recordings.push({ entry, objectKey, resolve, reject });
      this.#cancelRecording ??= this.#options.clock.after(0, () => this.#recordNow());
    });
  }

  /**
   * Settles now what has ended. Never throws: what a database that is full does not take is tried again; what it has not
   * taken when the lease or the gateway ends is delivered again, under the same key.
   */
  flush(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = null;
    const finished = this.#finished.splice(0);
    if (finished.length === 0) return;
    const { outbox, clock, logger, onSettled } = this.#options;
    const began = clock.monotonic();
    try {
      const valid = outbox.settle(
        finished.map(({ entry: { seq, token }, settlement }) => ({ seq, token, settlement })),
        clock.now(),
      );
      if (valid < finished.length) logger.log('warn', 'lease-outlived', { entries: finished.length - valid });
    } catch (error) {
      if (!this.#fails) logger.log('error', 'settle-failed', { entries: finished.length, error });
      this.#fails = true;
      this.#finished = finished;
      this.#cancelSettling = clock.after(againMilliseconds, () => this.flush());
      return;
    }
    this.#fails = false;
    const took = clock.monotonic() - began;
    this.#wait = Math.min(mostWaitMilliseconds, Math.max(leastWaitMilliseconds, took * waitsPerTransaction));
    onSettled();
  }

  /** Ends with everything said. */
  close(): void {
    this.#recordNow();
    this.flush();
    this.#cancelSettling?.();
  }

  #recordNow(): void {
    this.#cancelRecording?.();
    this.#cancelRecording = null;
    const recordings = this.#recordings.splice(0);
    if (recordings.length === 0) return;
    const objectOf = ({ entry: { seq, token }, objectKey }: Recording) => ({ seq, token, objectKey });
    const { outbox } = this.#options;
    try {
      const valid = outbox.recordObjects(recordings.map(objectOf));
      for (const recording of recordings) {
        // The count does not tell whose lease is gone; that hardly ever happens, so each is asked for then.
        if (valid === recordings.length || outbox.recordObjects([objectOf(recording)]) === 1) recording.resolve();
        else recording.reject(new NotRecordedError(`the lease of entry ${recording.entry.seq} is gone`));
      }
    } catch (error) {
      this.#options.logger.log('error', 'object-keys-not-recorded', { entries: recordings.length, error });
      const reason = new NotRecordedError('the transaction failed', { cause: error });
      for (const { reject } of recordings) reject(reason);
    }
  }
}
