const isGone = (row: string): string =>
  `(${row}state = 'dead' AND coalesce(${row}last_error ->> '$.code', '') IN ('payload-missing', 'payload-damaged'))`;

/** Step 6 of the schema: dead letters whose stored picture this PC's disk lost are counted apart. */
export const schema6 = `
CREATE INDEX outbox_gone ON outbox (seq)
  WHERE state = 'dead' AND last_error ->> '$.code' IN ('payload-missing', 'payload-damaged');

ALTER TABLE tally ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
UPDATE tally SET gone = (SELECT count(*) FROM outbox o WHERE o.source_id = tally.source_id AND ${isGone('o.')});
CREATE TRIGGER outbox_gone_count AFTER UPDATE OF state ON outbox
WHEN (OLD.state = 'dead') <> (NEW.state = 'dead') BEGIN
  UPDATE tally SET gone = gone - ${isGone('OLD.')} + ${isGone('NEW.')} WHERE source_id = NEW.source_id;
END;
`;
