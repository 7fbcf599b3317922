import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * Entries that are over leave the list after their time: delivered ones whose payload made room, dropped and deleted
 * ones. The ledger keeps their counts, and what is known of their files stays, so that no original is collected again.
 */
export class History {
  readonly #ledger: Ledger;
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, ledger: Ledger) {
    this.#ledger = ledger;
    this.#group = WriteBatch.of(database);
    this.#statements = prepare(database);
  }

  /**
   * Removes at most `limit` entries that were delivered, or stored and not delivered, before that time, in one
   * transaction. Returns how many: fewer than `limit` when nothing more is due.
   */
  pruneHistory(before: number, limit: number, at: number): number {
    const s = this.#statements;
    return this.#group.run(() => {
      const delivered = s.delivered.all(before, limit);
      const ended = s.ended.all(before, limit - delivered.length);
      for (const { seq, source_id: sourceId, shift, state } of [...delivered, ...ended]) {
        s.removeEntry.run(seq);
        s.removeImage.run(seq);
        s.count.run({ sourceId, shift, state });
      }
      this.#ledger.seal(at);
      return delivered.length + ended.length;
    });
  }
}

type OldEntry = {
  readonly seq: number;
  readonly source_id: string;
  readonly shift: string;
  readonly state: 'acknowledged' | 'dropped' | 'deleted';
};

function prepare(database: Database) {
  return {
    delivered: database.prepare<[number, number], OldEntry>(`
      SELECT seq, source_id, shift, state FROM outbox
      WHERE state = 'acknowledged' AND payload_present = 0 AND acknowledged_at < ? ORDER BY acknowledged_at LIMIT ?`),
    ended: database.prepare<[number, number], OldEntry>(`
      SELECT seq, source_id, shift, state FROM outbox
      WHERE state IN ('dropped', 'deleted') AND stored_at < ? ORDER BY stored_at LIMIT ?`),
    removeEntry: database.prepare<[number]>('DELETE FROM outbox WHERE seq = ?'),
    removeImage: database.prepare<[number]>('DELETE FROM images WHERE seq = ?'),
    count: database.prepare<[{ sourceId: string; shift: string; state: string }]>(`
      UPDATE ledger_tally SET
        pruned_acknowledged = pruned_acknowledged + (@state = 'acknowledged'),
        pruned_dropped = pruned_dropped + (@state = 'dropped'),
        pruned_deleted = pruned_deleted + (@state = 'deleted'),
        dirty = 1
      WHERE source_id = @sourceId AND shift = @shift`),
  };
}
