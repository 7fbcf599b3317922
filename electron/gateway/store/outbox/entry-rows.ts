import type { NewImage, PictureFormat } from '../../model/image.ts';
import type { LeasedEntry } from '../../model/outbox-entry.ts';
import type { Database } from '../database/database.ts';
import { type ContentRow, fileFactsOf, type PictureRow, parseContent } from './stored-content.ts';

/** Entries as whoever delivers them needs them: all that were leased in one query. */
export class EntryRows {
  readonly #load;

  constructor(database: Database) {
    this.#load = database.prepare<[string], EntryRow>(`
      SELECT seq, o.rank, o.position, o.attempts, o.ambiguous, o.first_failed_at, o.object_key, i.image_id, i.source_id,
        i.filename, i.sha256, i.bytes, i.format, i.width, i.height, i.captured_at, i.capture_offset, i.captured_from,
        i.stored_at, i.content, i.orientation, i.original, i.notes
      FROM json_each(?) chosen CROSS JOIN outbox o ON o.seq = chosen.value CROSS JOIN images i USING (seq)`);
  }

  /** In the order in which they are to be sent: as they stand in line. */
  leased(seqs: readonly number[], token: string): readonly LeasedEntry[] {
    return this.#load
      .all(JSON.stringify(seqs))
      .sort((a, b) => a.rank - b.rank || a.position - b.position || a.seq - b.seq)
      .map((row) => ({
        seq: row.seq,
        token,
        attempts: row.attempts,
        ambiguous: row.ambiguous === 1,
        firstFailedAt: row.first_failed_at,
        objectKey: row.object_key,
        imageId: row.image_id,
        sourceId: row.source_id,
        filename: row.filename,
        sha256: row.sha256,
        bytes: row.bytes,
        format: row.format,
        width: row.width,
        height: row.height,
        capturedAt: row.captured_at,
        captureOffsetMinutes: row.capture_offset,
        capturedFrom: row.captured_from,
        storedAt: row.stored_at,
        content: parseContent(row),
        ...fileFactsOf(row),
      }));
  }
}

type EntryRow = ContentRow &
  PictureRow & {
    readonly seq: number;
    readonly rank: number;
    readonly position: number;
    readonly attempts: number;
    readonly ambiguous: number;
    readonly first_failed_at: number | null;
    readonly object_key: string | null;
    readonly image_id: string;
    readonly source_id: string;
    readonly filename: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly format: PictureFormat;
    readonly width: number;
    readonly height: number;
    readonly captured_at: number;
    readonly capture_offset: number | null;
    readonly captured_from: NewImage['capturedFrom'];
    readonly stored_at: number;
  };
