-- A store as version 0.1 of the gateway left it, with entries in each state. Never to be changed.
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
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (1, 'db739b3c-6271-8659-9704-3a75dd58e515', 'side', 'acknowledged.jpg', 'acknowledged', 'acknowledged.jpg', '61636b6e6f776c65646765642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000000000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'unchecked', '');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (2, '10915b69-dc5e-87ce-b22a-99fd70c0e74a', 'top', 'evicted.jpg', 'evicted', 'evicted.jpg', '657669637465642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000001000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'unchecked', '');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (3, '9e8255ea-e5b0-8f4a-a266-e30c156becea', 'side', 'duplicate.jpg', 'duplicate', 'duplicate.jpg', '6475706c69636174652e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000002000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'unchecked', '');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (4, '6877a4be-e12d-85b7-9355-4fd43ed36d7a', 'top', 'dead.jpg', 'dead', 'dead.jpg', '646561642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000003000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'damaged', 'cut');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (5, '663e7337-db61-8690-a11a-c40950d64a3f', 'side', 'retrying.jpg', 'retrying', 'retrying.jpg', '7265747279696e672e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000004000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'unchecked', '');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (6, '1947023c-0e6e-836a-b84e-21110d5259a0', 'top', 'ambiguous.jpg', 'ambiguous', 'ambiguous.jpg', '616d626967756f75732e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000005000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'unchecked', '');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (7, 'e4bd1fe2-fdcd-809f-8edc-3fd5566b191a', 'side', 'leased.jpg', 'leased', 'leased.jpg', '6c65617365642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000006000, NULL, 'file', 1700000100000, 1, '{"annotations":[{"classValue":"scratch","xCenter":0.5,"yCenter":0.5,"width":0.1,"height":0.1}],"model":{},"sidecar":{"format":"yolo","path":"leased.txt"},"sidecarPath":"leased.txt","problems":[]}', 0, 'unchecked', '');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (8, '2cd4bfdc-89ba-8b8e-83ee-787bdb4b3386', 'top', 'pending.jpg', 'pending', 'pending.jpg', '70656e64696e672e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000007000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'unchecked', '');
INSERT INTO images (seq, image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at, capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, check_state, check_detail) VALUES (9, '53227756-3a98-8a63-8ba5-fe7e9867ff9e', 'side', 'requeued.jpg', 'requeued', 'requeued.jpg', '72657175657565642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 1000, 'jpeg', 640, 480, 1700000008000, NULL, 'file', 1700000100000, 0, '{"annotations":[],"model":{},"sidecar":null,"sidecarPath":null,"problems":[]}', 0, 'unchecked', '');
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('61636b6e6f776c65646765642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('616d626967756f75732e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('646561642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('6475706c69636174652e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('6c65617365642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('70656e64696e672e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('72657175657565642e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO payloads (sha256, format, bytes, refs) VALUES ('7265747279696e672e6a70672e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e2e', 'jpeg', 1000, 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (1, 'side', 1000, 'acknowledged', 0, 0, 0, 0, 0, NULL, 1700000800000, NULL, NULL, 1700000200000, 'server-1', 'batch-1', 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (2, 'top', 1000, 'acknowledged', 0, 0, 0, 0, 0, NULL, 1700000800000, NULL, NULL, 1700000200000, 'server-1', 'batch-1', 0);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (3, 'side', 1000, 'acknowledged', 0, 0, 0, 0, 1, NULL, 1700000800000, NULL, NULL, 1700000200000, 'server-1', 'batch-1', 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (4, 'top', 1000, 'dead', 1, 0, 0, 0, 0, NULL, 1700000800000, 1700000200000, '{"code":"server-error","text":"The cloud failed.","hint":"Wait.","technical":"500","at":1700000200000}', NULL, NULL, NULL, 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (5, 'side', 1000, 'pending', 1, 1700000260000, 0, 1, 0, NULL, 1700000800000, 1700000200000, '{"code":"server-error","text":"The cloud failed.","hint":"Wait.","technical":"500","at":1700000200000}', NULL, NULL, NULL, 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (6, 'top', 1000, 'pending', 1, 1700000290000, 1, 0, 0, NULL, 1700000800000, 1700000200000, '{"code":"server-error","text":"The cloud failed.","hint":"Wait.","technical":"500","at":1700000200000}', NULL, NULL, NULL, 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (7, 'side', 1000, 'leased', 0, 0, 0, 0, 0, '7d75d3f3-01fb-4e95-a2eb-4f7114383cf9', 1700000800000, NULL, NULL, NULL, NULL, NULL, 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (8, 'top', 1000, 'pending', 0, 0, 0, 0, 0, NULL, 1700000800000, NULL, NULL, NULL, NULL, NULL, 1);
INSERT INTO outbox (seq, source_id, bytes, state, attempts, next_attempt_at, ambiguous, stuck, duplicate, lease_token, lease_expires_at, first_failed_at, last_error, acknowledged_at, server_image_id, server_batch_id, payload_present) VALUES (9, 'side', 1000, 'pending', 0, 0, 0, 0, 0, NULL, 1700000800000, NULL, '{"code":"server-error","text":"The cloud failed.","hint":"Wait.","technical":"500","at":1700000200000}', NULL, NULL, NULL, 1);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('side', 'acknowledged.jpg', 1000, 1700000000000, 1, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('side', 'duplicate.jpg', 1000, 1700000002000, 3, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('side', 'leased.jpg', 1000, 1700000006000, 7, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('side', 'requeued.jpg', 1000, 1700000008000, 9, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('side', 'retrying.jpg', 1000, 1700000004000, 5, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('top', 'ambiguous.jpg', 1000, 1700000005000, 6, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('top', 'dead.jpg', 1000, 1700000003000, 4, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('top', 'evicted.jpg', 1000, 1700000001000, 2, 0);
INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES ('top', 'pending.jpg', 1000, 1700000007000, 8, 0);
INSERT INTO refusals (id, source_id, path, bytes, modified_ms, severity, code, text, hint, at) VALUES (1, 'top', 'broken.jpg', 5, 7, 'refused', 'truncated', 'Cut off.', 'Write it again.', 1700000200000);
INSERT INTO refusals (id, source_id, path, bytes, modified_ms, severity, code, text, hint, at) VALUES (2, 'side', 'late.txt', 5, 7, 'notice', 'sidecar-late', 'Late.', 'See.', 1700000200000);
INSERT INTO tally (source_id, collected, pending, leased, acknowledged, dead, ambiguous, retrying, stuck, duplicates, evicted, damaged, sidecar_problems, refused, notices, waiting_bytes, acknowledged_bytes, dead_bytes, last_stored_at) VALUES ('side', 5, 2, 1, 2, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 3000, 2000, 0, 1700000100000);
INSERT INTO tally (source_id, collected, pending, leased, acknowledged, dead, ambiguous, retrying, stuck, duplicates, evicted, damaged, sidecar_problems, refused, notices, waiting_bytes, acknowledged_bytes, dead_bytes, last_stored_at) VALUES ('top', 4, 2, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 2000, 1000, 1000, 1700000100000);
INSERT INTO payload_tally (id, files, bytes) VALUES (1, 8, 8000);
CREATE INDEX images_by_stem ON images (source_id, stem);
CREATE INDEX images_by_payload ON images (sha256);
CREATE INDEX images_unchecked ON images (seq) WHERE check_state = 'unchecked';
CREATE INDEX outbox_ready ON outbox (next_attempt_at, seq) WHERE state = 'pending';
CREATE INDEX outbox_leased ON outbox (lease_expires_at) WHERE state = 'leased';
CREATE INDEX outbox_open ON outbox (seq) WHERE state IN ('pending', 'leased');
CREATE INDEX outbox_retrying ON outbox (seq) WHERE state = 'pending' AND attempts > 0;
CREATE INDEX outbox_dead ON outbox (seq) WHERE state = 'dead';
CREATE INDEX outbox_acknowledged ON outbox (seq) WHERE state = 'acknowledged';
CREATE INDEX outbox_evictable ON outbox (seq) WHERE state = 'acknowledged' AND payload_present = 1;
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
PRAGMA user_version = 1;
