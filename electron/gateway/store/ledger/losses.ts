import type { LossCause, NotedWay } from '../../model/ways-to-lose.ts';
import type { Database } from '../database/database.ts';
import { NotFlushedError, WriteBatch } from '../database/write-batch.ts';
import type { Ledger } from './ledger.ts';

/** Frames of one source that were lost in one way and that no person has taken note of yet. */
export type UnseenLoss = {
  readonly sourceId: string;
  readonly cause: NotedWay;
  readonly frames: number;
  readonly lastAt: number;
  readonly lastPath: string;
};

/** Frames of one source and cause that are gone: how many, and when and where the last of them. */
export type LostFrames = {
  readonly sourceId: string;
  readonly cause: LossCause;
  readonly path: string;
  readonly at: number;
  readonly frames: number;
};

const mostAtOnce = 100;

/**
 * Frames that were lost before they could be stored. Nothing can bring them back, so that what is left is to count them,
 * in the ledger's equation too, and to say so until a person has taken note. One row a source, shift and cause: a camera
 * that loses one a second for a week fills no disk with it.
 */
export class Losses {
  readonly #group: WriteBatch;
  readonly #ledger: Pick<Ledger, 'shiftOf' | 'seal' | 'sealNow' | 'note'>;
  readonly #statements: ReturnType<typeof prepare>;
  /** What is not written yet, by source, shift and cause. */
  readonly #owed = new Map<string, LostFrames>();
  /** What a transaction counts that may still come to nothing: it is told until that is over, too. */
  readonly #underWay = new Set<LostFrames>();
  readonly #writing = new Set<Promise<void>>();

  constructor(
    database: Database,
    ledger: Pick<Ledger, 'shiftOf' | 'seal' | 'sealNow' | 'note'>,
    group = WriteBatch.of(database),
  ) {
    this.#group = group;
    this.#ledger = ledger;
    this.#statements = prepare(database);
  }

  /** Resolves once it is durable; losses of one moment share a transaction. What can't be written is owed. */
  count(sourceId: string, cause: LossCause, path: string, at: number, frames = 1): Promise<void> {
    return this.#write(this.#owe({ sourceId, cause, path, at: Math.round(at), frames }));
  }

  /** Writes what is owed under this key. */
  #write(key: string): Promise<void> {
    let taken: LostFrames | undefined;
    let isCounted = false;
    const written = this.#group.defer(
      () => {
        isCounted = false;
        // A second time where the transaction came to nothing because of another one's work: what it took then is meant.
        taken ??= this.#take(key);
        if (taken === undefined) return;
        this.countWithin(taken);
        isCounted = true;
      },
      () => {
        if (isCounted && taken !== undefined) this.#underWay.delete(taken);
      },
    );
    const settled = written
      .catch((error: unknown) => {
        if (taken === undefined) return;
        this.#underWay.delete(taken);
        // Unless the transaction as a whole came to nothing, it is counted.
        if (!(error instanceof NotFlushedError)) this.#owe(taken);
      })
      .finally(() => {
        this.#writing.delete(settled);
      });
    this.#writing.add(settled);
    return written;
  }

  /** What takes no picture away, and so changes no count of the ledger. Resolves once it is durable. */
  show(sourceId: string, cause: Exclude<NotedWay, LossCause>, path: string, at: number): Promise<void> {
    return this.#group.defer(() => this.showWithin({ sourceId, cause, path, at: Math.round(at), frames: 1 }));
  }

  /** As part of a transaction of the caller. */
  countWithin(lost: LostFrames): void {
    this.#statements.count.run({ ...lost, shift: this.#ledger.shiftOf(lost.at) });
    this.showWithin(lost);
    this.#ledger.seal(lost.at);
  }

  /** As part of the transaction that counts them: to be shown until a person has taken note. */
  showWithin(lost: Omit<LostFrames, 'cause'> & { readonly cause: NotedWay }): void {
    this.#statements.show.run(lost);
  }

  #take(key: string): LostFrames | undefined {
    const owed = this.#owed.get(key);
    if (owed === undefined) return undefined;
    this.#owed.delete(key);
    this.#underWay.add(owed);
    return owed;
  }

  /** Returns its key. */
  #owe(lost: LostFrames): string {
    const key = JSON.stringify([lost.sourceId, this.#ledger.shiftOf(lost.at), lost.cause]);
    const before = this.#owed.get(key);
    const last = before === undefined || lost.at >= before.at ? lost : before;
    this.#owed.set(key, { ...last, frames: lost.frames + (before?.frames ?? 0) });
    return key;
  }

  /** A row a source and cause, of what nobody has taken note of. */
  unseen(): readonly UnseenLoss[] {
    const found = new Map<string, UnseenLoss>();
    // Shown though they are not written: the disk that takes no picture takes no count of them either.
    const owed = [...this.#owed.values(), ...this.#underWay].map(({ path, at, ...lost }) => ({
      ...lost,
      lastAt: at,
      lastPath: path,
    }));
    // Tried again with each look at the state, a few at a time.
    if (this.#writing.size === 0)
      for (const key of [...this.#owed.keys()].slice(0, mostAtOnce)) this.#write(key).catch(() => undefined);
    for (const loss of [...this.#statements.unseen.all(), ...owed]) {
      const key = JSON.stringify([loss.sourceId, loss.cause]);
      found.set(key, { ...loss, frames: loss.frames + (found.get(key)?.frames ?? 0) });
    }
    return [...found.values()];
  }

  /** What the database did not take, once all that is under way has been tried. */
  async unwritten(): Promise<readonly LostFrames[]> {
    await Promise.all(this.#writing);
    return [...this.#owed.values()];
  }

  /** A person has taken note of all that is lost so far. Returns how many frames that were. */
  acknowledge(at: number): number {
    return this.#group.run(() => {
      this.#ledger.sealNow(at);
      const noted = this.#statements.acknowledge.all();
      for (const { sourceId, cause, frames } of noted)
        this.#ledger.note(at, sourceId, { seen: cause, pictures: frames });
      return noted.reduce((sum, { frames }) => sum + frames, 0);
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
    acknowledge: database.prepare<[], Pick<UnseenLoss, 'sourceId' | 'cause' | 'frames'>>(
      'DELETE FROM unseen_losses RETURNING source_id AS sourceId, cause, frames',
    ),
  };
}
