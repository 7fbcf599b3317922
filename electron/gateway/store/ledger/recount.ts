import type { Database } from '../database/database.ts';

/** Rows of a kind (a state of the outbox, `image` or `refusal`; of a `loss`, the frames) of one source and shift. */
export type Recounted = {
  readonly kind: string;
  readonly source_id: string;
  readonly shift: string;
  readonly n: number;
};

/**
 * Counts images and entries anew while the gateway goes on, a slice at a time. What changes behind the counter's back
 * is followed by triggers of this connection, so that the end result is exact for the moment in which it is read.
 */
export class Recount {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    database.exec(schema);
    this.#statements = prepare(database);
  }

  /** Counts about so many rows more. Returns false once it has come to the last there was. */
  countSlice(rows: number): boolean {
    const s = this.#statements;
    return this.#database.transaction(() => {
      const next = s.next.get()?.seq ?? null;
      if (next === null) return false;
      // Not beyond the last: what comes later must still be counted.
      const end = s.last.get()?.seq ?? next;
      const slice = { after: next - 1, last: Math.min(next - 1 + rows, end) };
      s.entries.run(slice);
      s.images.run(slice);
      s.reach.run(slice.last);
      return slice.last < end;
    })();
  }

  result(): readonly Recounted[] {
    const s = this.#statements;
    return [...s.counted.all(), ...s.refusals.all(), ...s.losses.all()];
  }

  close(): void {
    if (this.#database.open) this.#database.exec(teardown);
  }
}

const note = (kind: string, row: 'OLD' | 'NEW', by: 1 | -1): string => `
  INSERT INTO recounted (kind, source_id, shift, n) VALUES (${kind}, ${row}.source_id, ${row}.shift, ${by})
  ON CONFLICT DO UPDATE SET n = n + (${by});`;
const isCounted = (row: 'OLD' | 'NEW'): string => `${row}.seq <= (SELECT seq FROM recount_reach)`;

const teardown = `
  DROP TRIGGER IF EXISTS temp.recount_moved;
  DROP TRIGGER IF EXISTS temp.recount_left;
  DROP TRIGGER IF EXISTS temp.recount_removed;
  DROP TABLE IF EXISTS temp.recounted;
  DROP TABLE IF EXISTS temp.recount_reach;`;

const schema = `
  ${teardown}
  CREATE TEMP TABLE recounted (
    kind TEXT, source_id TEXT, shift TEXT, n INTEGER, PRIMARY KEY (kind, source_id, shift)
  ) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE recount_reach (seq INTEGER NOT NULL) STRICT;
  INSERT INTO recount_reach VALUES (0);
  CREATE TEMP TRIGGER recount_moved AFTER UPDATE OF state, source_id, shift ON main.outbox WHEN ${isCounted('OLD')} BEGIN
    ${note('OLD.state', 'OLD', -1)}
    ${note('NEW.state', 'NEW', 1)}
  END;
  CREATE TEMP TRIGGER recount_left AFTER DELETE ON main.outbox WHEN ${isCounted('OLD')} BEGIN
    ${note('OLD.state', 'OLD', -1)}
  END;
  CREATE TEMP TRIGGER recount_removed AFTER DELETE ON main.images WHEN ${isCounted('OLD')} BEGIN
    ${note("'image'", 'OLD', -1)}
  END;`;

function prepare(database: Database) {
  type Slice = { readonly after: number; readonly last: number };
  const count = (kind: string, table: string) =>
    database.prepare<[Slice]>(`
      INSERT INTO recounted SELECT ${kind}, source_id, shift, count(*) FROM ${table}
      WHERE seq > @after AND seq <= @last GROUP BY 1, 2, 3
      ON CONFLICT DO UPDATE SET n = n + excluded.n`);
  return {
    // Over what was pruned long ago in one step, however much it was.
    next: database.prepare<[], { seq: number | null }>(`
      SELECT min(seq) AS seq FROM (
        SELECT min(i.seq) AS seq FROM images i WHERE i.seq > (SELECT seq FROM recount_reach)
        UNION ALL SELECT min(o.seq) FROM outbox o WHERE o.seq > (SELECT seq FROM recount_reach))`),
    last: database.prepare<[], { seq: number }>(`
      SELECT max(coalesce((SELECT max(seq) FROM images), 0), coalesce((SELECT max(seq) FROM outbox), 0)) AS seq`),
    entries: count('state', 'outbox'),
    images: count("'image'", 'images'),
    reach: database.prepare<[number]>('UPDATE recount_reach SET seq = ?'),
    counted: database.prepare<[], Recounted>('SELECT kind, source_id, shift, n FROM recounted'),
    refusals: database.prepare<[], Recounted>(`
      SELECT 'refusal' AS kind, source_id, shift, count(*) AS n FROM refusals WHERE severity = 'refused'
      GROUP BY source_id, shift`),
    losses: database.prepare<[], Recounted>(`
      SELECT 'loss' AS kind, source_id, shift, sum(lost) AS n FROM losses GROUP BY source_id, shift`),
  };
}
