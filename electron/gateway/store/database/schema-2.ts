/** Step 2 of the schema: an outbox with an order, LAN mode's first step and more states; the ledger and its chain. */
export const schema2 = `
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
`;
