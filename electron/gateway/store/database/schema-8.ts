/**
 * Step 8 of the schema: "evicted" meant a delivered picture whose payload was removed in one table, and an undelivered
 * picture that was dropped in another. Triggers and indexes go with the names.
 */
export const schema8 = `
ALTER TABLE tally RENAME COLUMN evicted TO payloads_removed;
ALTER TABLE ledger_tally RENAME COLUMN evicted TO dropped;
ALTER TABLE ledger_tally RENAME COLUMN pruned_evicted TO pruned_dropped;
`;
