import type Database from 'better-sqlite3';
import { GatewayError } from '../platform/errors.ts';

/**
 * The schema, as steps that are only ever appended. `user_version` counts those done.
 *
 * Counts are kept by triggers in `tally` (one row a source): a change and its count are one transaction whoever makes
 * the change, and status never scans the queue.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE images (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    path TEXT NOT NULL,
    stem TEXT NOT NULL,
    filename TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('jpeg', 'png')),
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    captured_at INTEGER NOT NULL,
    capture_offset INTEGER,
    captured_from TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    annotation_count INTEGER NOT NULL,
    content TEXT NOT NULL,
    sidecar_problem INTEGER NOT NULL,
    check_state TEXT NOT NULL DEFAULT 'unchecked' CHECK (check_state IN ('unchecked', 'sound', 'damaged', 'uncheckable')),
    check_detail TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX images_by_stem ON images (source_id, stem);
  CREATE INDEX images_by_payload ON images (sha256);
  CREATE INDEX images_unchecked ON images (seq) WHERE check_state = 'unchecked';

  CREATE TABLE payloads (
    sha256 TEXT PRIMARY KEY,
    format TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    refs INTEGER NOT NULL CHECK (refs >= 0)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY REFERENCES images (seq),
    source_id TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'acknowledged', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0,
    ambiguous INTEGER NOT NULL DEFAULT 0,
    stuck INTEGER NOT NULL DEFAULT 0,
    duplicate INTEGER NOT NULL DEFAULT 0,
    lease_token TEXT,
    lease_expires_at INTEGER,
    first_failed_at INTEGER,
    last_error TEXT,
    acknowledged_at INTEGER,
    server_image_id TEXT,
    server_batch_id TEXT,
    payload_present INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE INDEX outbox_ready ON outbox (next_attempt_at, seq) WHERE state = 'pending';
  CREATE INDEX outbox_leased ON outbox (lease_expires_at) WHERE state = 'leased';
  CREATE INDEX outbox_open ON outbox (seq) WHERE state IN ('pending', 'leased');
  CREATE INDEX outbox_retrying ON outbox (seq) WHERE state = 'pending' AND attempts > 0;
  CREATE INDEX outbox_dead ON outbox (seq) WHERE state = 'dead';
  CREATE INDEX outbox_acknowledged ON outbox (seq) WHERE state = 'acknowledged';
  CREATE INDEX outbox_evictable ON outbox (seq) WHERE state = 'acknowledged' AND payload_present = 1;

  CREATE TABLE source_files (
    source_id TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ms REAL NOT NULL,
    seq INTEGER,
    finished INTEGER NOT NULL,
    PRIMARY KEY (source_id, path)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id TEXT NOT NULL,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ms REAL NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('refused', 'notice')),
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    hint TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (source_id, path)
  ) STRICT;

  CREATE TABLE tally (
    source_id TEXT PRIMARY KEY,
    collected INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    leased INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0,
    ambiguous INTEGER NOT NULL DEFAULT 0,
    retrying INTEGER NOT NULL DEFAULT 0,
    stuck INTEGER NOT NULL DEFAULT 0,
    duplicates INTEGER NOT NULL DEFAULT 0,
    evicted INTEGER NOT NULL DEFAULT 0,
    damaged INTEGER NOT NULL DEFAULT 0,
    sidecar_problems INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    notices INTEGER NOT NULL DEFAULT 0,
    waiting_bytes INTEGER NOT NULL DEFAULT 0,
    acknowledged_bytes INTEGER NOT NULL DEFAULT 0,
    dead_bytes INTEGER NOT NULL DEFAULT 0,
    last_stored_at INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE payload_tally (id INTEGER PRIMARY KEY CHECK (id = 1), files INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
  INSERT INTO payload_tally VALUES (1, 0, 0);

  CREATE TRIGGER payloads_insert AFTER INSERT ON payloads BEGIN
    UPDATE payload_tally SET files = files + 1, bytes = bytes + NEW.bytes;
  END;
  CREATE TRIGGER payloads_delete AFTER DELETE ON payloads BEGIN
    UPDATE payload_tally SET files = files - 1, bytes = bytes - OLD.bytes;
  END;

  CREATE TRIGGER images_insert AFTER INSERT ON images BEGIN
    INSERT INTO tally (source_id) VALUES (NEW.source_id) ON CONFLICT DO NOTHING;
    UPDATE tally SET collected = collected + 1, sidecar_problems = sidecar_problems + NEW.sidecar_problem,
      last_stored_at = max(coalesce(last_stored_at, 0), NEW.stored_at) WHERE source_id = NEW.source_id;
  END;
  CREATE TRIGGER images_check AFTER UPDATE OF check_state, sidecar_problem ON images BEGIN
    UPDATE tally SET
      damaged = damaged - (OLD.check_state = 'damaged') + (NEW.check_state = 'damaged'),
      sidecar_problems = sidecar_problems - OLD.sidecar_problem + NEW.sidecar_problem
    WHERE source_id = NEW.source_id;
  END;

  CREATE TRIGGER outbox_insert AFTER INSERT ON outbox BEGIN
    UPDATE tally SET pending = pending + (NEW.state = 'pending'), waiting_bytes = waiting_bytes + NEW.bytes
    WHERE source_id = NEW.source_id;
  END;
  CREATE TRIGGER outbox_update AFTER UPDATE ON outbox BEGIN
    UPDATE tally SET
      pending = pending - (OLD.state = 'pending') + (NEW.state = 'pending'),
      leased = leased - (OLD.state = 'leased') + (NEW.state = 'leased'),
      acknowledged = acknowledged - (OLD.state = 'acknowledged') + (NEW.state = 'acknowledged'),
      dead = dead - (OLD.state = 'dead') + (NEW.state = 'dead'),
      ambiguous = ambiguous - (OLD.state = 'pending' AND OLD.ambiguous) + (NEW.state = 'pending' AND NEW.ambiguous),
      retrying = retrying - (OLD.state = 'pending' AND OLD.attempts > 0) + (NEW.state = 'pending' AND NEW.attempts > 0),
      stuck = stuck - (OLD.state = 'pending' AND OLD.stuck) + (NEW.state = 'pending' AND NEW.stuck),
      duplicates = duplicates - (OLD.state = 'acknowledged' AND OLD.duplicate) + (NEW.state = 'acknowledged' AND NEW.duplicate),
      evicted = evicted - (OLD.payload_present = 0) + (NEW.payload_present = 0),
      waiting_bytes = waiting_bytes - OLD.bytes * (OLD.state IN ('pending', 'leased')) + NEW.bytes * (NEW.state IN ('pending', 'leased')),
      acknowledged_bytes = acknowledged_bytes - OLD.bytes * (OLD.state = 'acknowledged') + NEW.bytes * (NEW.state = 'acknowledged'),
      dead_bytes = dead_bytes - OLD.bytes * (OLD.state = 'dead') + NEW.bytes * (NEW.state = 'dead')
    WHERE source_id = NEW.source_id;
  END;

  CREATE TRIGGER refusals_insert AFTER INSERT ON refusals BEGIN
    INSERT INTO tally (source_id) VALUES (NEW.source_id) ON CONFLICT DO NOTHING;
    UPDATE tally SET refused = refused + (NEW.severity = 'refused'), notices = notices + (NEW.severity = 'notice')
    WHERE source_id = NEW.source_id;
  END;
  CREATE TRIGGER refusals_delete AFTER DELETE ON refusals BEGIN
    UPDATE tally SET refused = refused - (OLD.severity = 'refused'), notices = notices - (OLD.severity = 'notice')
    WHERE source_id = OLD.source_id;
  END;
  `,
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  ALTER TABLE images ADD COLUMN shift TEXT NOT NULL DEFAULT '';
  ALTER TABLE refusals ADD COLUMN shift TEXT NOT NULL DEFAULT '';

  -- More states than the first outbox allowed, so the table is made anew.
  DROP TRIGGER outbox_insert;
  DROP TRIGGER outbox_update;
  CREATE TABLE outbox_2 (
    seq INTEGER PRIMARY KEY REFERENCES images (seq),
    source_id TEXT NOT NULL,
    shift TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'acknowledged', 'dead', 'dropped', 'deleted')),
    -- Where it stands in its source's line: lower rank first, then lower position.
    rank INTEGER NOT NULL DEFAULT 0,
    position INTEGER NOT NULL,
    annotated INTEGER NOT NULL DEFAULT 0,
    stored_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0,
    ambiguous INTEGER NOT NULL DEFAULT 0,
    stuck INTEGER NOT NULL DEFAULT 0,
    duplicate INTEGER NOT NULL DEFAULT 0,
    lease_token TEXT,
    lease_expires_at INTEGER,
    first_failed_at INTEGER,
    last_error TEXT,
    acknowledged_at INTEGER,
    server_image_id TEXT,
    server_batch_id TEXT,
    -- LAN mode: where the payload lies, once it durably does; only the notice is left to be sent then.
    object_key TEXT,
    payload_present INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  INSERT INTO outbox_2 (seq, source_id, shift, bytes, state, position, annotated, stored_at, attempts, next_attempt_at,
      ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at,
      server_image_id, server_batch_id, payload_present)
    SELECT o.seq, o.source_id, '', o.bytes, o.state, i.captured_at, i.annotation_count > 0, i.stored_at,
      o.attempts, o.next_attempt_at, o.ambiguous, o.stuck, o.duplicate, o.lease_token, o.lease_expires_at,
      o.first_failed_at, o.last_error, o.acknowledged_at, o.server_image_id, o.server_batch_id, o.payload_present
    FROM outbox o JOIN images i USING (seq);
  DROP TABLE outbox;
  ALTER TABLE outbox_2 RENAME TO outbox;
  CREATE INDEX outbox_fresh ON outbox (source_id, rank, position, seq) WHERE state = 'pending' AND next_attempt_at = 0;
  CREATE INDEX outbox_delayed ON outbox (next_attempt_at, seq) WHERE state = 'pending' AND next_attempt_at > 0;
  CREATE INDEX outbox_leased ON outbox (lease_expires_at) WHERE state = 'leased';
  CREATE INDEX outbox_open ON outbox (seq) WHERE state IN ('pending', 'leased');
  CREATE INDEX outbox_retrying ON outbox (seq) WHERE state = 'pending' AND attempts > 0;
  CREATE INDEX outbox_dead ON outbox (seq) WHERE state = 'dead';
  CREATE INDEX outbox_acknowledged ON outbox (seq) WHERE state = 'acknowledged';
  CREATE INDEX outbox_evictable ON outbox (seq) WHERE state = 'acknowledged' AND payload_present = 1;
  CREATE INDEX outbox_droppable ON outbox (annotated, seq) WHERE state = 'pending';
  -- What may leave the list after its time.
  CREATE INDEX outbox_delivered ON outbox (acknowledged_at) WHERE state = 'acknowledged' AND payload_present = 0;
  CREATE INDEX outbox_ended ON outbox (stored_at) WHERE state IN ('dropped', 'deleted');

  ALTER TABLE tally ADD COLUMN gated INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE tally ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE tally ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;

  -- What the ledger counts, a row a source and shift. 'captured' is counted where images, refusals and gated frames
  -- come in, the others where entries change their state: that they add up is a check, not a definition.
  CREATE TABLE ledger_tally (
    -- Shifts come one after the other, so this is their order.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id TEXT NOT NULL,
    shift TEXT NOT NULL,
    captured INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    evicted INTEGER NOT NULL DEFAULT 0,
    gated INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    -- Of those above, entries whose rows have left the list since.
    pruned_acknowledged INTEGER NOT NULL DEFAULT 0,
    pruned_evicted INTEGER NOT NULL DEFAULT 0,
    pruned_deleted INTEGER NOT NULL DEFAULT 0,
    -- The eleven counts as the chain has them, a JSON array; and whether they have changed since.
    chained TEXT NOT NULL DEFAULT '[0,0,0,0,0,0,0,0,0,0,0]',
    dirty INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source_id, shift)
  ) STRICT;
  CREATE INDEX ledger_dirty ON ledger_tally (id) WHERE dirty = 1;
  -- Empty where all is well: a gap is found without looking at every row.
  CREATE INDEX ledger_gaps ON ledger_tally (id)
    WHERE captured <> acknowledged + pending + dead + refused + evicted + gated + deleted;

  -- The chain: each row's hash covers the row and the hash before it.
  CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    source_id TEXT NOT NULL,
    shift TEXT NOT NULL,
    -- Changes of the eleven counts, a JSON array in the order of the columns above.
    change TEXT NOT NULL,
    -- What a person did, in JSON; empty for what happens by itself.
    detail TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL
  ) STRICT;

  CREATE TRIGGER images_ledger AFTER INSERT ON images BEGIN
    INSERT INTO ledger_tally (source_id, shift) VALUES (NEW.source_id, NEW.shift) ON CONFLICT DO NOTHING;
    UPDATE ledger_tally SET captured = captured + 1, dirty = 1 WHERE source_id = NEW.source_id AND shift = NEW.shift;
  END;
  CREATE TRIGGER outbox_insert AFTER INSERT ON outbox BEGIN
    UPDATE tally SET pending = pending + (NEW.state = 'pending'), waiting_bytes = waiting_bytes + NEW.bytes
    WHERE source_id = NEW.source_id;
    UPDATE ledger_tally SET pending = pending + 1, dirty = 1 WHERE source_id = NEW.source_id AND shift = NEW.shift;
  END;
  CREATE TRIGGER outbox_update AFTER UPDATE OF state, attempts, ambiguous, stuck, duplicate, payload_present ON outbox BEGIN
    UPDATE tally SET
      pending = pending - (OLD.state = 'pending') + (NEW.state = 'pending'),
      leased = leased - (OLD.state = 'leased') + (NEW.state = 'leased'),
      acknowledged = acknowledged - (OLD.state = 'acknowledged') + (NEW.state = 'acknowledged'),
      dead = dead - (OLD.state = 'dead') + (NEW.state = 'dead'),
      dropped = dropped - (OLD.state = 'dropped') + (NEW.state = 'dropped'),
      deleted = deleted - (OLD.state = 'deleted') + (NEW.state = 'deleted'),
      ambiguous = ambiguous - (OLD.state = 'pending' AND OLD.ambiguous) + (NEW.state = 'pending' AND NEW.ambiguous),
      retrying = retrying - (OLD.state = 'pending' AND OLD.attempts > 0) + (NEW.state = 'pending' AND NEW.attempts > 0),
      stuck = stuck - (OLD.state = 'pending' AND OLD.stuck) + (NEW.state = 'pending' AND NEW.stuck),
      duplicates = duplicates - (OLD.state = 'acknowledged' AND OLD.duplicate) + (NEW.state = 'acknowledged' AND NEW.duplicate),
      evicted = evicted - (OLD.state = 'acknowledged' AND OLD.payload_present = 0)
        + (NEW.state = 'acknowledged' AND NEW.payload_present = 0),
      waiting_bytes = waiting_bytes - OLD.bytes * (OLD.state IN ('pending', 'leased')) + NEW.bytes * (NEW.state IN ('pending', 'leased')),
      acknowledged_bytes = acknowledged_bytes - OLD.bytes * (OLD.state = 'acknowledged') + NEW.bytes * (NEW.state = 'acknowledged'),
      dead_bytes = dead_bytes - OLD.bytes * (OLD.state = 'dead') + NEW.bytes * (NEW.state = 'dead')
    WHERE source_id = NEW.source_id;
  END;
  CREATE TRIGGER outbox_ledger AFTER UPDATE OF state ON outbox
  WHEN OLD.state <> NEW.state AND NOT (OLD.state IN ('pending', 'leased') AND NEW.state IN ('pending', 'leased')) BEGIN
    UPDATE ledger_tally SET
      pending = pending - (OLD.state IN ('pending', 'leased')) + (NEW.state IN ('pending', 'leased')),
      acknowledged = acknowledged - (OLD.state = 'acknowledged') + (NEW.state = 'acknowledged'),
      dead = dead - (OLD.state = 'dead') + (NEW.state = 'dead'),
      evicted = evicted - (OLD.state = 'dropped') + (NEW.state = 'dropped'),
      deleted = deleted - (OLD.state = 'deleted') + (NEW.state = 'deleted'),
      dirty = 1
    WHERE source_id = NEW.source_id AND shift = NEW.shift;
  END;
  -- What leaves the list is no trouble of anybody's any more; what it was stays counted.
  CREATE TRIGGER images_delete AFTER DELETE ON images BEGIN
    UPDATE tally SET damaged = damaged - (OLD.check_state = 'damaged'), sidecar_problems = sidecar_problems - OLD.sidecar_problem
    WHERE source_id = OLD.source_id;
  END;
  CREATE TRIGGER refusals_ledger_insert AFTER INSERT ON refusals WHEN NEW.severity = 'refused' BEGIN
    INSERT INTO ledger_tally (source_id, shift) VALUES (NEW.source_id, NEW.shift) ON CONFLICT DO NOTHING;
    UPDATE ledger_tally SET captured = captured + 1, refused = refused + 1, dirty = 1
    WHERE source_id = NEW.source_id AND shift = NEW.shift;
  END;
  CREATE TRIGGER refusals_ledger_delete AFTER DELETE ON refusals WHEN OLD.severity = 'refused' BEGIN
    UPDATE ledger_tally SET captured = captured - 1, refused = refused - 1, dirty = 1
    WHERE source_id = OLD.source_id AND shift = OLD.shift;
  END;

  -- What an older version counted begins the ledger.
  INSERT INTO ledger_tally (source_id, shift, captured, acknowledged, pending, dead, refused, dirty)
    SELECT source_id, '', collected + refused, acknowledged, pending + leased, dead, refused, 1 FROM tally;
  `,
];

export const schemaVersion = migrations.length;

const versionOf = (database: Database.Database): number => database.pragma('user_version', { simple: true }) as number;

/** To be asked before anything is written, the journal mode included: a store made by a newer version stays untouched. */
export function refuseNewer(database: Database.Database): void {
  const found = versionOf(database);
  if (found <= schemaVersion) return;
  throw new GatewayError({
    code: 'store-newer',
    operation: 'open-store',
    text: `The stored pictures were written by a newer version of the gateway (store ${found}, this version knows ${schemaVersion}).`,
    hint: 'Install the newer version again, or point this one at another data folder. Nothing was changed.',
    disposition: 'bury',
  });
}

/** Brings the schema up to date in one transaction. */
export function migrate(database: Database.Database): void {
  const found = versionOf(database);
  database
    .transaction(() => {
      for (const step of migrations.slice(found)) database.exec(step);
      database.pragma(`user_version = ${schemaVersion}`);
    })
    .immediate();
}
