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

type LossRow = {
  readonly sourceId: string;
  readonly cause: LossCause;
  readonly path: string;
  readonly at: number;
  readonly shift: string;
  readonly frames: number;
};
const mostOwed = 100_000;
const mostAtOnce = 100;

/**
 * Frames that were lost before they could be stored. Nothing can bring them back, so that what is left is to count them,
 * in the ledger's equation too, and to say so until a person has taken note. One row a source, shift and cause: a camera
 * that loses one a second for a week fills no disk with it.
 */
export class Losses {
  readonly #group: WriteGroup;
  readonly #ledger: Pick<Ledger, 'shiftOf' | 'seal' | 'sealNow'>;
  readonly #statements: ReturnType<typeof prepare>;
  /** What could not be written yet. */
  readonly #owed: LossRow[] = [];

  constructor(database: Database, ledger: Pick<Ledger, 'shiftOf' | 'seal' | 'sealNow'>) {
    this.#group = WriteGroup.of(database);
    this.#ledger = ledger;
    this.#statements = prepare(database);
  }

  /** Resolves once it is durable; losses of one moment share a transaction. What can't be written is owed. */
  count(sourceId: string, cause: LossCause, path: string, at: number, frames = 1): Promise<void> {
    return this.#write({ sourceId, cause, path, at: Math.round(at), shift: this.#ledger.shiftOf(at), frames });
  }

  #write(row: LossRow): Promise<void> {
    const written = this.#group.defer(() => {
      this.#statements.count.run(row);
      this.#statements.show.run(row);
      this.#ledger.seal(row.at);
    });
    written.catch(() => {
      if (this.#owed.length < mostOwed) this.#owed.push(row);
    });
    return written;
  }

  /** A row a source and cause, of what nobody has taken note of. */
  unseen(): readonly UnseenLoss[] {
    const found = new Map<string, UnseenLoss>();
    // Shown though they are not written: the disk that takes no picture takes no count of them either.
    const owed = this.#owed.map(({ sourceId, cause, path, at, frames }) => ({
      sourceId,
      cause,
      frames,
      lastAt: at,
      lastPath: path,
    }));
    // Tried again with each look at the state, a few at a time.
    for (const row of this.#owed.splice(0, mostAtOnce)) this.#write(row).catch(() => undefined);
    for (const loss of [...this.#statements.unseen.all(), ...owed]) {
      const key = JSON.stringify([loss.sourceId, loss.cause]);
      found.set(key, { ...loss, frames: loss.frames + (found.get(key)?.frames ?? 0) });
    }
    return [...found.values()];
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
      VALUES (@sourceId, @shift, @cause, @frames, @at, @at, @path)
      ON CONFLICT (source_id, shift, cause) DO UPDATE SET lost = lost + excluded.lost, last_at = excluded.last_at,
        last_path = excluded.last_path`),
    show: database.prepare<[Readonly<Record<string, unknown>>]>(`
      INSERT INTO unseen_losses (source_id, cause, frames, last_at, last_path) VALUES (@sourceId, @cause, @frames, @at, @path)
      ON CONFLICT DO UPDATE SET frames = frames + excluded.frames, last_at = excluded.last_at, last_path = excluded.last_path`),
    unseen: database.prepare<[], UnseenLoss>(`
      SELECT source_id AS sourceId, cause, frames, last_at AS lastAt, last_path AS lastPath FROM unseen_losses`),
    acknowledge: database.prepare<[], { frames: number }>('DELETE FROM unseen_losses RETURNING frames'),
  };
}
