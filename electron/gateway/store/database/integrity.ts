import { existsSync, statSync } from 'node:fs';
import BetterSqlite3, { type Database } from 'better-sqlite3';
import { describeCause } from '../../platform/errors.ts';
import { refuseNewer, schemaVersion } from './migrations.ts';

/** Up to here the whole check takes about a second; of larger ones only `quick_check` is waited for. */
const wholeCheckBytes = 48_000_000;

/**
 * What SQLite finds wrong with a database, in its own words; null: nothing. `whole`: indexes against their tables too
 * (https://www.sqlite.org/pragma.html#pragma_integrity_check).
 */
export function findDamage(database: Database, { whole }: { readonly whole: boolean }): string | null {
  const found = database.pragma(whole ? 'integrity_check(1)' : 'quick_check(1)', { simple: true });
  return found === 'ok' ? null : String(found);
}

/** What a check has found, as SQLite itself would have said it of a damaged page that it reads. */
export class DamagedError extends Error {
  readonly code = 'SQLITE_CORRUPT';
}

/** For a start, which collecting waits for. */
export const findDamageSoon = (database: Database): string | null =>
  findDamage(database, { whole: pagesOf(database) <= wholeCheckBytes });

const pagesOf = (database: Database): number =>
  (database.pragma('page_count', { simple: true }) as number) *
  (database.pragma('page_size', { simple: true }) as number);

/** What a database that nobody has open is good for. */
export type Soundness =
  | {
      readonly kind: 'sound';
      /** How far it has come: the segment of the journal, the newest image, the newest row of the ledger's chain. */
      readonly position: readonly [segment: number, image: number, ledgerRow: number];
    }
  | { readonly kind: 'damaged' | 'newer' | 'missing'; readonly detail: string };

/** Reads all of it: about 20 s a gigabyte. Changes nothing but its log, which is written into it. Never throws. */
export function soundnessOf(path: string, nativeBinding?: string): Soundness {
  if (!existsSync(path) || (statSync(path).isFile() && statSync(path).size === 0))
    return { kind: 'missing', detail: '' };
  let database: Database | null = null;
  try {
    database = new BetterSqlite3(path, { timeout: 0, ...(nativeBinding === undefined ? {} : { nativeBinding }) });
    database.pragma('locking_mode = EXCLUSIVE');
    try {
      refuseNewer(database);
    } catch (error) {
      return { kind: 'newer', detail: describeCause(error) };
    }
    const damage = findDamage(database, { whole: true });
    if (damage !== null) return { kind: 'damaged', detail: damage };
    return { kind: 'sound', position: positionOf(database) };
  } catch (error) {
    return { kind: 'damaged', detail: describeCause(error) };
  } finally {
    database?.close();
  }
}

function positionOf(database: Database): readonly [number, number, number] {
  const number = (sql: string): number => Number(database.prepare(sql).pluck().get() ?? 0);
  return [
    number("SELECT value FROM meta WHERE key = 'journal'"),
    number("SELECT seq FROM sqlite_sequence WHERE name = 'images'"),
    number('SELECT max(id) FROM ledger'),
  ];
}

/** A database that an earlier version wrote, opened for its backup; null: it is none, there is none, or it can't be opened. */
export function openOlder(path: string, nativeBinding?: string): Database | null {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return null;
  let database: Database | null = null;
  try {
    database = new BetterSqlite3(path, { timeout: 0, ...(nativeBinding === undefined ? {} : { nativeBinding }) });
    database.pragma('locking_mode = EXCLUSIVE');
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > 0 && version < schemaVersion) return database;
  } catch {
    // Whoever opens it to use it says why not.
  }
  database?.close();
  return null;
}
