import type Database from 'better-sqlite3';
import { message } from '../../../../shared/messages/message.ts';
import { OperatorError } from '../../platform/errors.ts';
import { schema1 } from './schema-1.ts';
import { schema2 } from './schema-2.ts';
import { schema5 } from './schema-5.ts';

/**
 * Step 8 of the schema: "evicted" meant a delivered picture whose payload was removed in one table, and an undelivered
 * picture that was dropped in another. Triggers and indexes go with the names.
 */
const schema8 = `
ALTER TABLE tally RENAME COLUMN evicted TO payloads_removed;
ALTER TABLE ledger_tally RENAME COLUMN evicted TO dropped;
ALTER TABLE ledger_tally RENAME COLUMN pruned_evicted TO pruned_dropped;
`;

/**
 * Step 7 of the schema: since when a file is known to be gone from its folder, so that what is known of it can go too, and
 * the disks and shares that a watched folder consisted of when it was last looked through for such files.
 */
const schema7 = `
-- Milliseconds since the epoch; null: it lay there when it was last looked for.
ALTER TABLE source_files ADD COLUMN gone_at INTEGER;

CREATE TABLE source_places (
  source_id TEXT NOT NULL,
  -- Relative to the source's folder; empty for the folder itself.
  path TEXT NOT NULL,
  identity TEXT NOT NULL,
  through_seq INTEGER NOT NULL,
  judged_from INTEGER NOT NULL,
  PRIMARY KEY (source_id, path)
) STRICT, WITHOUT ROWID;
`;

const isGone = (row: string): string =>
  `(${row}state = 'dead' AND coalesce(${row}last_error ->> '$.code', '') IN ('payload-missing', 'payload-damaged'))`;

/** Step 6 of the schema: dead letters whose stored picture this PC's disk lost are counted apart. */
const schema6 = `
CREATE INDEX outbox_gone ON outbox (seq)
  WHERE state = 'dead' AND last_error ->> '$.code' IN ('payload-missing', 'payload-damaged');

ALTER TABLE tally ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
UPDATE tally SET gone = (SELECT count(*) FROM outbox o WHERE o.source_id = tally.source_id AND ${isGone('o.')});
CREATE TRIGGER outbox_gone_count AFTER UPDATE OF state ON outbox
WHEN (OLD.state = 'dead') <> (NEW.state = 'dead') BEGIN
  UPDATE tally SET gone = gone - ${isGone('OLD.')} + ${isGone('NEW.')} WHERE source_id = NEW.source_id;
END;
`;

/**
 * Step 4 of the schema: how the file that came is to be turned to be upright (null: width, height and boxes are those of
 * the picture as it is stored, as earlier versions had them, and camera frames), the file that came where the picture is
 * stored in another format (JSON), and what is worth knowing of it (JSON, sentences).
 */
const schema4 = `
ALTER TABLE images ADD COLUMN orientation INTEGER;
ALTER TABLE images ADD COLUMN original TEXT;
ALTER TABLE images ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
`;

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
