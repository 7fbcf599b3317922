import type { Clock } from '../platform/clock.ts';
import type { Files } from '../platform/files.ts';
import type { Logger } from '../platform/logger.ts';
import { WorkerClient } from '../platform/worker-client.ts';
import { backupFolder, listBackups, makeBackup } from '../store/database/backups.ts';
import type { CheckJob, CheckReply } from '../store/database/check-worker.ts';
import type { Database } from '../store/database/database.ts';
import { DamagedError, openOlder, type Soundness, soundnessOf } from '../store/database/integrity.ts';
import type { Chore } from './scheduler.ts';

const dayMilliseconds = 86_400_000;
const lookMilliseconds = 3_600_000;

export type BackupWatchOptions = {
  readonly database: Database;
  readonly dataDir: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The script that reads a copy as a whole, in a thread of its own. */
  readonly checkWorker: string;
  readonly nativeBinding: string | undefined;
};

/**
 * A backup of the database each day, which is read as a whole before it counts. As it is a copy page by page, that is the
 * check of the database itself too, more often than weekly; what it finds is told like any other damage.
 */
export class BackupWatch {
  readonly #options: BackupWatchOptions;
  readonly #abort = new AbortController();
  readonly #checker: WorkerClient<Omit<CheckJob, 'id'>, CheckReply>;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(options: BackupWatchOptions) {
    this.#options = options;
    const { checkWorker: script, clock } = options;
    this.#checker = new WorkerClient({ script, name: 'the database check', clock });
  }

  /** Begun and not waited for: it goes on some pages at a time beside everything else. */
  get chore(): Chore {
    return {
      name: 'backup',
      everyMilliseconds: lookMilliseconds,
      slice: () => {
        if (!this.#isRunning) this.#running = this.#look();
        return false;
      },
    };
  }

  /** The database may be closed afterwards. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#checker.stop();
    await this.#running;
  }

  async #look(): Promise<void> {
    const { logger } = this.#options;
    this.#isRunning = true;
    try {
      if (await this.#isDue()) await this.#make();
    } catch (error) {
      if (!this.#abort.signal.aborted) logger.log('warn', 'backup-failed', { error });
    } finally {
      this.#isRunning = false;
    }
  }

  /** One of tomorrow is of a clock that was wrong. */
  async #isDue(): Promise<boolean> {
    const { dataDir, files, clock } = this.#options;
    const now = clock.now();
    const backups = await listBackups(backupFolder(dataDir), files);
    return !backups.some(({ kind, at }) => kind === 'daily' && at <= now && now - at < dayMilliseconds);
  }

  async #make(): Promise<void> {
    const { database, dataDir, files, clock, logger } = this.#options;
    const began = clock.monotonic();
    const outcome = await makeBackup({
      database,
      folder: backupFolder(dataDir),
      files,
      kind: 'daily',
      at: clock.now(),
      check: (path) => this.#check(path),
      signal: this.#abort.signal,
    });
    const milliseconds = Math.round(clock.monotonic() - began);
    switch (outcome.kind) {
      case 'made':
        return logger.log('info', 'backup-made', { path: outcome.backup.path, milliseconds });
      case 'no-room':
        return logger.log('warn', 'backup-no-room', { bytes: outcome.bytes });
      case 'damaged':
        // Whoever watches the store hears of it here.
        return logger.log('error', 'database-damaged', { error: new DamagedError(outcome.detail) });
    }
  }

  async #check(path: string): Promise<Soundness> {
    const { nativeBinding } = this.#options;
    return (await this.#checker.ask({ path, nativeBinding })).soundness;
  }
}

type BeforeMigration = Pick<BackupWatchOptions, 'dataDir' | 'files' | 'clock' | 'logger'> & {
  /** Of the database, which nobody has open. */
  readonly path: string;
  readonly nativeBinding: string | undefined;
};

/**
 * A backup of a database that this version is about to change the form of: with it the version before can be put back. One
 * that fails is no reason not to start, but is said; what can't be opened at all is left to whoever opens it.
 */
export async function backUpBeforeMigration(options: BeforeMigration): Promise<void> {
  const { path, dataDir, files, clock, logger, nativeBinding } = options;
  const database = openOlder(path, nativeBinding);
  if (database === null) return;
  try {
    const outcome = await makeBackup({
      database,
      folder: backupFolder(dataDir),
      files,
      kind: 'schema',
      at: clock.now(),
      check: async (copy) => soundnessOf(copy, nativeBinding),
    });
    logger.log(outcome.kind === 'made' ? 'info' : 'warn', 'backup-before-migration', outcome);
  } catch (error) {
    logger.log('warn', 'backup-failed', { error });
  } finally {
    database.close();
  }
}
