import type { Clock } from '../platform/clock.ts';
import { systemClock } from '../platform/clock.ts';
import type { Database } from './database.ts';

/** Small writes wait so long for others, to share one transaction and its flush to the disk. */
const gatherMilliseconds = 8;

type Deferred = {
  readonly work: () => void;
  readonly settled: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

type Failures = ReadonlyMap<Deferred, unknown>;

const groups = new WeakMap<Database, WriteGroup>();

/**
 * Every write of one database connection. What must be durable before its caller goes on is `run`; what may wait for a
 * few milliseconds is deferred, and done in the order in which it came: together with others like it, or with the next
 * `run`, whichever is sooner. So a thousand small notes cost a few flushes, and none is overtaken by a later write.
 */
export class WriteGroup {
  readonly #database: Database;
  readonly #after: Clock['after'];
  readonly #alone;
  #waiting: Deferred[] = [];
  #cancel: (() => void) | null = null;

  constructor(database: Database, after: Clock['after'] = systemClock.after) {
    this.#database = database;
    this.#after = after;
    this.#alone = database.transaction((work: () => void) => work());
  }

  /** The one group of a connection: two would not know of each other's order. */
  static of(database: Database): WriteGroup {
    let group = groups.get(database);
    if (group === undefined) {
      group = new WriteGroup(database);
      groups.set(database, group);
    }
    return group;
  }

  /**
   * As `run`, for changes that a power cut may take back for a moment: whole and in their order they are in any case,
   * also when the process is killed, and durable with the next `run`. Not waiting for the disk costs a hundredth.
   */
  runSoon<T>(work: () => T): T {
    // What was deferred was promised to be durable.
    if (this.#database.inTransaction || this.#waiting.length > 0) return this.run(work);
    // Not as prepared statements: SQLite carries out a PRAGMA when it is prepared.
    this.#database.pragma('synchronous = NORMAL');
    try {
      return this.#database.transaction(work).immediate();
    } finally {
      this.#database.pragma('synchronous = FULL');
    }
  }

  /** Does `work` and what was deferred before it in one transaction. Throws what `work` or the commit throws. */
  run<T>(work: () => T): T {
    // Part of a transaction that somebody else commits, or not: nobody may be told yet that anything is durable.
    if (this.#database.inTransaction) return work();
    const joined = this.#take();
    let failures: Failures;
    let result: T;
    try {
      [failures, result] = this.#database.transaction(() => [this.#perform(joined), work()] as const).immediate();
    } catch (error) {
      // Not the fault of those that joined: they have their own turn.
      this.#waiting.unshift(...joined);
      this.#gather();
      throw error;
    }
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
    const joined = this.#take();
    if (joined.length === 0) return;
    let failures: Failures;
    try {
      failures = this.#database.transaction(() => this.#perform(joined)).immediate();
    } catch (error) {
      return answer(joined, new Map(joined.map((deferred) => [deferred, error])));
    }
    answer(joined, failures);
  }

  #take(): Deferred[] {
    this.#cancel?.();
    this.#cancel = null;
    return this.#waiting.splice(0);
  }

  #gather(): void {
    if (this.#waiting.length > 0) this.#cancel ??= this.#after(gatherMilliseconds, () => this.flush());
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
        failures.set(deferred, error);
      }
    }
    return failures;
  }
}

function answer(joined: readonly Deferred[], failed: Failures): void {
  for (const deferred of joined) {
    deferred.settled();
    if (failed.has(deferred)) deferred.reject(failed.get(deferred));
    else deferred.resolve();
  }
}
