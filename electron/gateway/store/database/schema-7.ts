/**
 * Step 7 of the schema: since when a file is known to be gone from its folder, so that what is known of it can go too, and
 * the disks and shares that a watched folder consisted of when it was last looked through for such files.
 */
export const schema7 = `
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
