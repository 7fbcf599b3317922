import { closeSync, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { GroupCommit } from '../../platform/group-commit.ts';
import type { Database } from './database.ts';

const syncFile = promisify(fsync);

/**
 * Flushes a database's write-ahead log to the disk beside the thread that writes to it. SQLite flushes by itself too
 * (`synchronous = FULL`), but its caller waits for the disk meanwhile: of what a picture cost the thread that everything
 * goes through, half was that wait. A transaction that was committed without it is durable once the log, which holds it,
 * is flushed (https://www.sqlite.org/wal.html).
 */
export class WriteAheadLog {
  readonly #database: Database;
  #file: number | null = null;
  /** A flush holds whatever was committed before it began: those that ask while one is under way share the next. */
  readonly #flushes = new GroupCommit<null, null>({
    commit: async (group) => {
      await this.#flush();
      return group;
    },
  });
  #hasFailed = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Resolves once everything that was committed before this call is on the disk; rejects with what the file system says.
   */
  async sync(): Promise<void> {
    if (!this.#database.memory) await this.#flushes.add(null);
  }

  async #flush(): Promise<void> {
    if (this.#hasFailed) this.#makeUpFor();
    try {
      // To write: Windows flushes for nobody else.
      this.#file ??= openSync(`${this.#database.name}-wal`, 'r+');
      await syncFile(this.#file);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  /**
   * A system tells of a failed flush once, and takes the pages for written then: no later flush would find them. So the
   * whole log is written into the database first, which is flushed itself.
   */
  #makeUpFor(): void {
    const [outcome] = this.#database.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
    if (outcome?.busy !== 0) throw new Error('the database’s log could not be written out after a failed flush');
    this.#hasFailed = false;
  }

  /** To be called when the database is closed. */
  async close(): Promise<void> {
    await this.#flushes.idle();
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}
