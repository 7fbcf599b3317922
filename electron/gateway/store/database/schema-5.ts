/**
 * Step 5 of the schema: more of what tells one version of a file from another, what was lost before it could be read,
 * and entries that wait a moment for their label file.
 */
export const schema5 = `
ALTER TABLE source_files ADD COLUMN changed_ms REAL;
ALTER TABLE source_files ADD COLUMN inode TEXT;
-- When the version that had the name before was written; null where there was none.
ALTER TABLE source_files ADD COLUMN replaced_ms REAL;
ALTER TABLE refusals ADD COLUMN changed_ms REAL;
ALTER TABLE refusals ADD COLUMN inode TEXT;

-- Never tried: what stands here waits for a label file, not for another attempt.
CREATE INDEX outbox_held ON outbox (next_attempt_at) WHERE state = 'pending' AND next_attempt_at > 0 AND attempts = 0;

ALTER TABLE tally ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
-- Files that were known by their content: renamed, moved or touched.
ALTER TABLE tally ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger_tally ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
UPDATE ledger_tally SET chained = json_insert(chained, '$[#]', 0);
DROP INDEX ledger_gaps;
CREATE INDEX ledger_gaps ON ledger_tally (id)
  WHERE captured <> acknowledged + pending + dead + refused + evicted + gated + deleted + lost;

-- Frames that are gone for good, a row a source, shift and cause.
CREATE TABLE losses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id TEXT NOT NULL,
  shift TEXT NOT NULL,
  cause TEXT NOT NULL,
  lost INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  last_path TEXT NOT NULL,
  UNIQUE (source_id, shift, cause)
) STRICT;
-- Those of which no person has taken note: read each time the state is shown, so it must stay small.
CREATE TABLE unseen_losses (
  source_id TEXT NOT NULL,
  cause TEXT NOT NULL,
  frames INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  last_path TEXT NOT NULL,
  PRIMARY KEY (source_id, cause)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER losses_insert AFTER INSERT ON losses BEGIN
  INSERT INTO tally (source_id) VALUES (NEW.source_id) ON CONFLICT DO NOTHING;
  UPDATE tally SET lost = lost + NEW.lost WHERE source_id = NEW.source_id;
  INSERT INTO ledger_tally (source_id, shift) VALUES (NEW.source_id, NEW.shift) ON CONFLICT DO NOTHING;
  UPDATE ledger_tally SET captured = captured + NEW.lost, lost = lost + NEW.lost, dirty = 1
  WHERE source_id = NEW.source_id AND shift = NEW.shift;
END;
CREATE TRIGGER losses_update AFTER UPDATE OF lost ON losses BEGIN
  UPDATE tally SET lost = lost + NEW.lost - OLD.lost WHERE source_id = NEW.source_id;
  UPDATE ledger_tally SET captured = captured + NEW.lost - OLD.lost, lost = lost + NEW.lost - OLD.lost, dirty = 1
  WHERE source_id = NEW.source_id AND shift = NEW.shift;
END;
`;
