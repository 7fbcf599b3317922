import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import { message } from '../../../../shared/messages/message.ts';
import { describeCause, errnoCode, OperatorError } from '../../platform/errors.ts';
import { DamagedError, findDamageSoon } from './integrity.ts';
import { migrate, refuseNewer } from './migrations.ts';

export type { Database } from 'better-sqlite3';

export type OpenOptions = {
  readonly path: string;
  /** An addon built for this runtime, where the shipped one does not fit it. */
  readonly nativeBinding?: string | undefined;
  /** Looks for damage before anything is written: up to a second or two, of a large one. */
  readonly looksForDamage?: boolean;
};

/**
 * Opens the store's database for this process alone.
 *
 * - `WAL` and `synchronous=FULL`: a committed transaction survives a power cut.
 * - `locking_mode=EXCLUSIVE`: a second gateway on the same data folder is refused here, whatever else it passed.
 */
export function openDatabase({ path, nativeBinding, looksForDamage = false }: OpenOptions): Database {
  let database: Database;
  try {
    makeForUsAlone(path);
    database = new BetterSqlite3(path, { timeout: 2_000, ...(nativeBinding === undefined ? {} : { nativeBinding }) });
  } catch (error) {
    throw openFailure(path, error);
  }
  try {
    database.prepare = preparedOnce(database.prepare.bind(database));
    database.pragma('locking_mode = EXCLUSIVE');
    refuseNewer(database);
    const damage = looksForDamage ? findDamageSoon(database) : null;
    if (damage !== null) throw new DamagedError(damage);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma('temp_store = MEMORY');
    database.pragma('cache_size = -12000');
    database.pragma('journal_size_limit = 67108864');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error instanceof OperatorError ? error : openFailure(path, error);
  }
}

/**
 * SQLite makes the file with rights for everybody, and gives its log the same. One that is there is not opened here: to
 * close it would end the locks that this process has on it.
 */
function makeForUsAlone(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch {
    // SQLite says why in its own words.
  }
}

/**
 * SQLite reads the values of a bare parameter to choose a plan (where it is compared with a column of a join, or is a
 * LIMIT), and so prepares the statement anew each time another value is bound: a look-up of one row costs twenty times its
 * time. Our plans depend on no value. After a unary plus, which changes nothing of the value, it does not look. (The
 * switch that SQLite has for it, SQLITE_DBCONFIG_ENABLE_QPSG, is not within reach here.)
 */
const preparedOnce =
  (prepare: Database['prepare']): Database['prepare'] =>
  (sql: string) =>
    prepare(sql.replaceAll(parameterOrQuoted, (found, parameter) => (parameter === undefined ? found : `+${found}`)));

const parameterOrQuoted = /'[^']*'|"[^"]*"|--[^\n]*|(?<![+\w])([?@]\w*)/g;

/** What went wrong while a database was opened, or what it holds looked at for the first time, for people. */
export function openFailure(path: string, cause: unknown): OperatorError {
  // To SQLite a folder is a file that can't be opened, as one on a disk that is away.
  const code = isDirectory(path) ? 'SQLITE_NOTADB' : (errnoCode(cause) ?? '');
  const facts = { operation: 'open-store', disposition: 'bury', cause } as const;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new OperatorError(message('store-in-use'), facts);
  // SQLITE_ERROR: it is a database, and holds something else than this program wrote.
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB') || code === 'SQLITE_ERROR')
    return new OperatorError(message('store-damaged', { path }), facts);
  const reason = describeCause(cause);
  return new OperatorError(message('store-unavailable', { context: 'database', path, reason }), facts);
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
