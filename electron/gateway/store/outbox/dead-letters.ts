import type { EntryError, Selection } from '../../../../shared/contract.ts';
import type { NewImage, PictureFormat, SidecarContent } from '../../model/image.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type FreedPayload, PayloadRows } from '../payloads/payload-rows.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { cleanRecord } from './image-rows.ts';
import { type ContentRow, fileFactsOf, type PictureRow, parseContent, parseError } from './stored-content.ts';

const atOnce = 100;

export type DeadLetter = Pick<NewImage, 'original' | 'notes'> & {
  readonly imageId: string;
  readonly sourceId: string;
  readonly filename: string;
  readonly sha256: string;
  readonly format: PictureFormat;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly capturedAt: number;
  readonly storedAt: number;
  readonly attempts: number;
  readonly content: SidecarContent;
  readonly lastError: EntryError | null;
};

/** What a person may do with pictures that the cloud refused for good. */
export class DeadLetters {
  readonly #ledger: Ledger;
  readonly #group: WriteBatch;
  readonly #rows: PayloadRows;
  readonly #statements: ReturnType<typeof prepare>;

  /** `onRemoved`: as for `Retention`. */
  constructor(
    database: Database,
    payloads: PayloadStore,
    ledger: Ledger,
    onRemoved: (sha256: string) => Promise<void> = async () => undefined,
  ) {
    this.#ledger = ledger;
    this.#group = WriteBatch.of(database);
    this.#rows = new PayloadRows(database, payloads, onRemoved);
    this.#statements = prepare(database);
  }

  /** They go back into the queue, with a clean record. Returns how many did. */
  requeue(selection: Selection, at: number): number {
    const s = this.#statements;
    return this.#group.run(() => {
      this.#ledger.sealNow(at);
      const changed =
        selection === 'all'
          ? s.requeueAll.run().changes
          : selection.reduce((sum, imageId) => sum + s.requeue.run(imageId).changes, 0);
      if (changed > 0) this.#ledger.sealNow(at, { who: 'operator', did: 'requeue', images: changed });
      return changed;
    });
  }

  /** A page at a time, oldest first; what is no dead letter (any more) is left out. */
  *deadForExport(selection: Selection): Generator<readonly DeadLetter[], void, undefined> {
    for (const page of this.#pages(selection)) yield page.map(toDeadLetter);
  }

  /**
   * Deletes dead letters and their pictures for good. Each is a row of the ledger's chain, in the transaction that
   * deletes it. Returns how many were deleted. Throws when a picture's file could not be removed, once all were tried:
   * off the books they are by then.
   */
  async deleteDead(selection: Selection, at: number): Promise<number> {
    let deleted = 0;
    const failures: unknown[] = [];
    for (const page of this.#pages(selection)) {
      const freed: FreedPayload[] = [];
      this.#group.run(() => {
        this.#ledger.sealNow(at);
        for (const row of page) deleted += this.#delete(row, at, freed);
      });
      await this.#rows.removeFiles(freed).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
    return deleted;
  }

  #delete(row: DeadRow, at: number, freed: FreedPayload[]): number {
    if (this.#statements.delete.run(row.seq).changes === 0) return 0;
    const { image_id: imageId, filename, sha256, format, bytes } = row;
    // Another image with the same content may still need the payload.
    if (row.payload_present === 1 && this.#rows.release(sha256)) freed.push({ sha256, format, bytes });
    this.#ledger.sealNow(at, { who: 'operator', did: 'delete', imageId, filename, sha256 });
    return 1;
  }

  /** Each page is read when it is asked for: what was dealt with in between is not met again. */
  *#pages(selection: Selection): Generator<readonly DeadRow[], void, undefined> {
    const s = this.#statements;
    if (selection !== 'all') {
      for (let start = 0; start < selection.length; start += atOnce) {
        const rows = selection.slice(start, start + atOnce).flatMap((imageId) => s.one.get(imageId) ?? []);
        if (rows.length > 0) yield rows;
      }
      return;
    }
    for (let after = 0; ; ) {
      const rows = s.page.all(after, atOnce);
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < atOnce) return;
      after = last.seq;
    }
  }
}

type DeadRow = ContentRow &
  PictureRow & {
    readonly seq: number;
    readonly image_id: string;
    readonly source_id: string;
    readonly filename: string;
    readonly sha256: string;
    readonly format: PictureFormat;
    readonly bytes: number;
    readonly width: number;
    readonly height: number;
    readonly captured_at: number;
    readonly stored_at: number;
    readonly attempts: number;
    readonly last_error: string | null;
    readonly payload_present: number;
  };

const toDeadLetter = (row: DeadRow): DeadLetter => ({
  imageId: row.image_id,
  sourceId: row.source_id,
  filename: row.filename,
  sha256: row.sha256,
  format: row.format,
  bytes: row.bytes,
  width: row.width,
  height: row.height,
  capturedAt: row.captured_at,
  storedAt: row.stored_at,
  attempts: row.attempts,
  content: parseContent(row),
  ...fileFactsOf(row),
  lastError: parseError(row.last_error),
});

function prepare(database: Database) {
  const columns = `seq, i.image_id, i.source_id, i.filename, i.sha256, i.format, i.bytes, i.width, i.height,
    i.captured_at, i.stored_at, i.content, i.orientation, i.original, i.notes, o.attempts, o.last_error, o.payload_present`;
  return {
    one: database.prepare<[string], DeadRow>(`
      SELECT ${columns} FROM images i JOIN outbox o USING (seq) WHERE i.image_id = ? AND o.state = 'dead'`),
    page: database.prepare<[number, number], DeadRow>(`
      SELECT ${columns} FROM outbox o JOIN images i USING (seq)
      WHERE state = 'dead' AND seq > ? ORDER BY seq LIMIT ?`),
    requeue: database.prepare<[string]>(`
      UPDATE outbox SET state = 'pending', ${cleanRecord}
      WHERE seq = (SELECT seq FROM images WHERE image_id = ?) AND state = 'dead'`),
    requeueAll: database.prepare(`UPDATE outbox SET state = 'pending', ${cleanRecord} WHERE state = 'dead'`),
    delete: database.prepare<[number]>(`
      UPDATE outbox SET state = 'deleted', payload_present = 0, stuck = 0, next_attempt_at = 0
      WHERE seq = ? AND state = 'dead'`),
  };
}
