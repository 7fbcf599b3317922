import type Database from 'better-sqlite3';
import { message } from '../../../../shared/messages/message.ts';
import { OperatorError } from '../../platform/errors.ts';
import { schema1 } from './schema-1.ts';
import { schema2 } from './schema-2.ts';
import { schema4 } from './schema-4.ts';
import { schema5 } from './schema-5.ts';
import { schema6 } from './schema-6.ts';
import { schema7 } from './schema-7.ts';
import { schema8 } from './schema-8.ts';

/** Step 3 of the schema: what a camera said of a frame, as JSON; null for a picture that came as a file. */
const schema3 = `
ALTER TABLE images ADD COLUMN frame TEXT;
`;

/**
 * The schema, as steps that are only ever appended. `user_version` counts those done.
 *
 * Counts are kept by triggers in `tally` (one row a source): a change and its count are one transaction whoever makes
 * the change, and status never scans the queue.
 */
const migrations: readonly string[] = [schema1, schema2, schema3, schema4, schema5, schema6, schema7, schema8];

export const schemaVersion = migrations.length;

const versionOf = (database: Database.Database): number => database.pragma('user_version', { simple: true }) as number;

/** To be asked before anything is written, the journal mode included: a store made by a newer version stays untouched. */
export function refuseNewer(database: Database.Database): void {
  const found = versionOf(database);
  if (found <= schemaVersion) return;
  throw new OperatorError(message('store-newer', { found, known: schemaVersion }), {
    operation: 'open-store',
    disposition: 'bury',
  });
}

/**
 * Brings the schema up to date in one transaction, which is written at each start: its flush takes what a killed gateway had
 * committed and not flushed to the disk, before anybody deals with an original for that.
 */
export function migrate(database: Database.Database): void {
  const found = versionOf(database);
  database
    .transaction(() => {
      for (const step of migrations.slice(found)) database.exec(step);
      database.pragma(`user_version = ${schemaVersion}`);
    })
    .immediate();
}
