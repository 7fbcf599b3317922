/** Step 1 of the schema: images, their payloads, the outbox, the files of sources, and the counts that triggers keep. */
export const schema1 = `
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
`;
