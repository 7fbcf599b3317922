import type { Database } from './database/database.ts';

export type GapList = {
  readonly count: number;
  /** The first of them: source id and path within the source. */
  readonly first: readonly { readonly sourceId: string; readonly path: string }[];
};

type Row = { readonly sourceId: string; readonly path: string };

/**
 * What a run left without labels, for its summary. Only of the images that were stored since this was made, and as far
 * as they are still known.
 */
export class LabelGaps {
  readonly #after: number;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#statements = prepare(database);
    this.#after = this.#statements.newest.get()?.seq ?? 0;
  }

  /** Pictures without a label file, of sources that had one for another picture. */
  pictures(limit: number): GapList {
    const count = this.#statements.countPictures.get(this.#after, this.#after)?.n ?? 0;
    return { count, first: count === 0 ? [] : this.#statements.pictures.all(this.#after, this.#after, limit) };
  }

  /** Label files that are listed because no picture was taken for them. */
  labels(limit: number): GapList {
    const count = this.#statements.countLabels.get()?.n ?? 0;
    return { count, first: count === 0 ? [] : this.#statements.labels.all(limit) };
  }
}

const bare = `FROM images WHERE seq > ? AND content ->> '$.sidecarPath' IS NULL AND source_id IN (
  SELECT source_id FROM images WHERE seq > ? AND content ->> '$.sidecarPath' IS NOT NULL)`;

const unclaimed = `FROM refusals WHERE code IN ('sidecar-without-picture', 'sidecar-before-picture')`;

function prepare(database: Database) {
  return {
    newest: database.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM images'),
    countPictures: database.prepare<[number, number], { n: number }>(`SELECT count(*) AS n ${bare}`),
    pictures: database.prepare<[number, number, number], Row>(
      `SELECT source_id AS sourceId, path ${bare} ORDER BY seq LIMIT ?`,
    ),
    countLabels: database.prepare<[], { n: number }>(`SELECT count(*) AS n ${unclaimed}`),
    labels: database.prepare<[number], Row>(`SELECT source_id AS sourceId, path ${unclaimed} ORDER BY id LIMIT ?`),
  };
}
