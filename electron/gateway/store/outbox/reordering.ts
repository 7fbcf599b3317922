import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import type { DeliveryOrder } from './delivery-order.ts';
import { plainOrder } from './delivery-order.ts';
import { type ContentRow, parseContent } from './stored-content.ts';

const atOnce = 5_000;
const key = 'line';

/** Gives what is not delivered its new place where the site's policy of what goes first has changed. */
export class Reordering {
  readonly #order: DeliveryOrder;
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, order: DeliveryOrder) {
    this.#order = order;
    this.#group = WriteBatch.of(database);
    this.#statements = prepare(database);
  }

  /**
   * A few thousand entries a transaction, so that memory and journal stay small; a kill in between begins it anew at
   * the next start. Returns how many entries moved.
   */
  apply(): number {
    const s = this.#statements;
    if ((s.known.get(key)?.value ?? plainOrder.signature) === this.#order.signature) return 0;
    let moved = 0;
    for (const part of [s.open, s.dead]) {
      for (let after: number | null = 0; after !== null; )
        after = this.#group.run(() => {
          const rows = part.all(after ?? 0, atOnce);
          for (const row of rows) moved += this.#move(row);
          return rows.length < atOnce ? null : (rows.at(-1)?.seq ?? null);
        });
    }
    s.remember.run(key, this.#order.signature);
    return moved;
  }

  #move(row: PlacedRow): number {
    const { rank, position } = this.#order.place({
      sourceId: row.source_id,
      capturedAt: row.captured_at,
      content: parseContent(row),
    });
    if (rank === row.rank && position === row.position) return 0;
    return this.#statements.move.run(rank, position, row.seq).changes;
  }
}

type PlacedRow = ContentRow & {
  readonly seq: number;
  readonly source_id: string;
  readonly captured_at: number;
  readonly rank: number;
  readonly position: number;
};

function prepare(database: Database) {
  const part = (states: string) =>
    database.prepare<[number, number], PlacedRow>(`
      SELECT seq, o.source_id, o.rank, o.position, i.captured_at, i.content FROM outbox o JOIN images i USING (seq)
      WHERE ${states} AND seq > ? ORDER BY seq LIMIT ?`);
  return {
    open: part("state IN ('pending', 'leased')"),
    dead: part("state = 'dead'"),
    move: database.prepare<[number, number, number]>('UPDATE outbox SET rank = ?, position = ? WHERE seq = ?'),
    known: database.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?'),
    remember: database.prepare<[string, string]>(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
  };
}
