import type { Clock } from '../../platform/clock.ts';
import { systemClock } from '../../platform/clock.ts';
import { describeCause, errnoCode } from '../../platform/errors.ts';
import type { Database } from './database.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/** Small writes wait so long for others, to share one transaction and its flush to the disk. */
const gatherMilliseconds = 8;

type Deferred = {
  readonly work: () => void;
  readonly settled: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

type Failures = ReadonlyMap<Deferred, unknown>;

/** It is committed, and whoever asks finds it; only the flush failed that a power cut would need. */
export class NotFlushedError extends Error {
  /** What the file system says. */
  readonly code: string | null;

  constructor(cause: unknown) {
    super(describeCause(cause), { cause });
    this.code = errnoCode(cause);
  }
}

const groups = new WeakMap<Database, WriteBatch>();

/**
 * Every write of one database connection. `run` is durable before its caller goes on, and lets it wait for the disk;
 * `runDurably` lets only its caller wait. What may wait for a few milliseconds is deferred, and done in the order in which
 * it came: together with others like it, or with the next write, whichever is sooner. So a thousand small notes cost a
 * few flushes, and none is overtaken by a later write.
 */
export class WriteBatch {
  readonly #database: Database;
  readonly #after: Clock['after'];
  readonly #alone;
  readonly #log: Pick<WriteAheadLog, 'sync' | 'close'>;
  #waiting: Deferred[] = [];
  #cancel: (() => void) | null = null;
  #onFailure: (error: unknown) => void = () => undefined;

  constructor(
    database: Database,
    after: Clock['after'] = systemClock.after,
    log: Pick<WriteAheadLog, 'sync' | 'close'> = new WriteAheadLog(database),
  ) {
    this.#database = database;
    this.#after = after;
    this.#log = log;
    this.#alone = database.transaction((work: () => void) => work());
  }

  /** The one group of a connection: two would not know of each other's order. */
  static of(database: Database): WriteBatch {
    let group = groups.get(database);
    if (group === undefined) {
      group = new WriteBatch(database);
      groups.set(database, group);
    }
    return group;
  }

  /** Told of every write that fails, besides whoever asked for it. */
  onFailure(tell: (error: unknown) => void): void {
    this.#onFailure = tell;
  }

  /**
   * As `run`, for changes that a power cut may take back for a moment: whole and in their order they are in any case,
   * also when the process is killed, and durable with the next write that is. Not waiting for the disk costs a hundredth.
   */
  runSoon<T>(work: () => T): T {
    // Part of a transaction that somebody else commits, or not: nobody may be told yet that anything is durable.
    if (this.#database.inTransaction) return work();
    const joined = this.#take();
    let failures: Failures;
    let result: T;
    try {
      [failures, result] = this.#withoutFlush(() =>
        this.#database.transaction(() => [this.#perform(joined), work()] as const).immediate(),
      );
    } catch (error) {
      this.#onFailure(error);
      this.#putBack(joined);
      throw error;
    }
    this.#answerOnceDurable(joined, failures);
    return result;
  }

  /** Does `work` as `runSoon` does; resolves once it is durable. Rejects with what `work`, the commit or the disk say. */
  async runDurably<T>(work: () => T): Promise<T> {
    const result = this.runSoon(work);
    await this.#log.sync();
    return result;
  }

  /** Does `work` and what was deferred before it in one transaction. Throws what `work` or the commit throws. */
  run<T>(work: () => T): T {
    if (this.#database.inTransaction) return work();
    const joined = this.#take();
    let failures: Failures;
    let result: T;
    try {
      [failures, result] = this.#database.transaction(() => [this.#perform(joined), work()] as const).immediate();
    } catch (error) {
      this.#onFailure(error);
      this.#putBack(joined);
      throw error;
    }
    for (const deferred of joined) deferred.settled();
    answer(joined, failures);
    return result;
  }

  /**
   * Resolves once `work` is durable; rejects when it could not be done. May be ignored by who can do without.
   * `settled` is called in either case, at the very end of the transaction: before anybody can read what it changed.
   */
  defer(work: () => void, settled: () => void = () => undefined): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ work, settled, resolve, reject });
    });
    // Whoever ignores the outcome must not end the process by it.
    done.catch(() => undefined);
    this.#gather();
    return done;
  }

  /** Does now what was deferred. Never throws: each caller of `defer` is told. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    try {
      this.runSoon(() => undefined);
    } catch (error) {
      const failed = this.#take();
      for (const deferred of failed) deferred.settled();
      answer(failed, new Map(failed.map((deferred) => [deferred, error])));
    }
  }

  /** To be called when the database is closed. */
  close(): Promise<void> {
    return this.#log.close();
  }

  /** Not as prepared statements: SQLite carries out a PRAGMA when it is prepared. */
  #withoutFlush<T>(work: () => T): T {
    this.#database.pragma('synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.#database.pragma('synchronous = FULL');
    }
  }

  #take(): Deferred[] {
    this.#cancel?.();
    this.#cancel = null;
    return this.#waiting.splice(0);
  }

  /** Not the fault of those that joined: they have their own turn. */
  #putBack(joined: readonly Deferred[]): void {
    this.#waiting.unshift(...joined);
    this.#gather();
  }

  #gather(): void {
    if (this.#waiting.length > 0) this.#cancel ??= this.#after(gatherMilliseconds, () => this.flush());
  }

  #answerOnceDurable(joined: readonly Deferred[], failures: Failures): void {
    if (joined.length === 0) return;
    for (const deferred of joined) deferred.settled();
    this.#log.sync().then(
      () => answer(joined, failures),
      (cause: unknown) => {
        const error = new NotFlushedError(cause);
        answer(joined, new Map(joined.map((deferred) => [deferred, failures.get(deferred) ?? error])));
      },
    );
  }

  /** Each by itself within the transaction: one that fails takes no other with it. */
  #perform(joined: readonly Deferred[]): Failures {
    const failures = new Map<Deferred, unknown>();
    for (const deferred of joined) {
      try {
        this.#alone(deferred.work);
      } catch (error) {
        // A full disk may end the whole transaction; going on would commit each of the others apart.
        if (!this.#database.inTransaction) throw error;
        this.#onFailure(error);
        failures.set(deferred, error);
      }
    }
    return failures;
  }
}

function answer(joined: readonly Deferred[], failed: Failures): void {
  for (const deferred of joined) {
    if (failed.has(deferred)) deferred.reject(failed.get(deferred));
    else deferred.resolve();
  }
}
