import type { LossCause } from '../model/file-sink.ts';
import type { Database } from './database.ts';
import type { Ledger } from './ledger.ts';
import { WriteGroup } from './write-group.ts';

/** Frames of one source and cause that are gone and that no person has taken note of yet. */
export type UnseenLoss = {
  readonly sourceId: string;
  readonly cause: LossCause;
  readonly frames: number;
  readonly lastAt: number;
  readonly lastPath: string;
};

/**
 * Frames that were lost before they could be stored. Nothing can bring them back, so that what is left is to count them,
 * in the ledger's equation too, and to say so until a person has taken note. One row a source, shift and cause: a camera
 * that loses one a second for a week fills no disk with it.
 */
export class Losses {
  readonly #group: WriteGroup;
  readonly #ledger: Pick<Ledger, 'shiftOf' | 'seal' | 'sealNow'>;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, ledger: Pick<Ledger, 'shiftOf' | 'seal' | 'sealNow'>) {
    this.#group = WriteGroup.of(database);
    this.#ledger = ledger;
    this.#statements = prepare(database);
  }

  /** Resolves once it is durable; losses of one moment share a transaction. */
  count(sourceId: string, cause: LossCause, path: string, at: number): Promise<void> {
    const row = { sourceId, cause, path, at: Math.round(at), shift: this.#ledger.shiftOf(at) };
    return this.#group.defer(() => {
      this.#statements.count.run(row);
      this.#ledger.seal(at);
    });
  }

  /** At most a few rows a source: those of which nobody has taken note. */
  unseen(): readonly UnseenLoss[] {
    this.#group.flush();
    return this.#statements.unseen.all();
  }

  /** A person has taken note of all that is lost so far. Returns how many frames that were. */
  acknowledge(at: number): number {
    return this.#group.run(() => {
      this.#ledger.sealNow(at);
      return this.#statements.acknowledge.all().reduce((sum, { frames }) => sum + frames, 0);
    });
  }
}

function prepare(database: Database) {
  return {
    count: database.prepare<[Readonly<Record<string, unknown>>]>(`
      INSERT INTO losses (source_id, shift, cause, lost, first_at, last_at, last_path)
      VALUES (@sourceId, @shift, @cause, 1, @at, @at, @path)
      ON CONFLICT (source_id, shift, cause) DO UPDATE SET lost = lost + 1, last_at = excluded.last_at,
        last_path = excluded.last_path`),
    unseen: database.prepare<[], UnseenLoss>(`
      SELECT source_id AS sourceId, cause, sum(lost - seen) AS frames, max(last_at) AS lastAt, last_path AS lastPath
      FROM losses WHERE lost > seen GROUP BY source_id, cause ORDER BY frames DESC`),
    acknowledge: database.prepare<[], { frames: number }>(`
      UPDATE losses SET seen = lost WHERE lost > seen RETURNING lost AS frames`),
  };
}
