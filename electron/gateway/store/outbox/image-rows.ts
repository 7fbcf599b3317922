import type { ImageOrigin, NewImage } from '../../model/image.ts';
import { baseName, stemOf } from '../../platform/names.ts';
import type { Database } from '../database/database.ts';
import type { ShiftOf } from '../ledger/shifts.ts';
import { rememberFile, versionParameters } from '../source-files.ts';
import type { DeliveryOrder } from './delivery-order.ts';
import { serialiseContent } from './stored-content.ts';

/** Writes what a stored image is made of: its row, its entry, its payload's, and what is known of its file. */
export class ImageRows {
  readonly #order: DeliveryOrder;
  readonly #shiftOf: ShiftOf;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, order: DeliveryOrder, shiftOf: ShiftOf) {
    this.#order = order;
    this.#shiftOf = shiftOf;
    this.#statements = prepare(database);
  }

  /**
   * Within the caller's transaction. An image that is known already keeps its entry; so does one whose stored picture the
   * disk lost, where its original is put in again. Another frame that happens to look the same brings the lost one back
   * too, and is an image of its own: twice is better than never.
   */
  insert(image: NewImage, storedAt: number): { readonly seq: number; readonly isNew: boolean } {
    const s = this.#statements;
    const healed = image.origin.kind === 'file' ? s.goneOf.all(image.sourceId, image.sha256) : [];
    for (const { seq } of healed) s.heal.run(seq);
    if (image.origin.kind === 'file') {
      const { file } = image.origin;
      const same = healed.find(
        ({ path, modified_ms }) => baseName(path) === baseName(file.path) || modified_ms === file.modifiedMs,
      );
      if (same !== undefined) {
        this.#rememberFile(image, image.origin, same.seq);
        return { seq: same.seq, isNew: false };
      }
    }
    const shift = this.#shiftOf(storedAt);
    const { origin } = image;
    const inserted = s.insertImage.get({
      imageId: image.imageId,
      sourceId: image.sourceId,
      path: origin.kind === 'file' ? origin.file.path : '',
      stem: stemOf(origin.kind === 'file' ? origin.file.path : image.filename),
      filename: image.filename,
      sha256: image.sha256,
      bytes: image.bytes,
      format: image.format,
      width: image.width,
      height: image.height,
      capturedAt: Math.round(image.capturedAt),
      captureOffset: image.captureOffsetMinutes,
      capturedFrom: image.capturedFrom,
      storedAt,
      shift,
      frame: origin.kind === 'camera' ? JSON.stringify(origin.facts) : null,
      orientation: image.orientation ?? null,
      original: image.original === undefined ? null : JSON.stringify(image.original),
      notes: JSON.stringify(image.notes ?? []),
      ...serialiseContent(image.content),
    });
    const seq = inserted?.seq ?? (s.seqOf.get(image.imageId)?.seq as number);
    if (inserted !== undefined) {
      s.referPayload.run(image.sha256, image.format, image.bytes);
      s.insertEntry.run({
        seq,
        sourceId: image.sourceId,
        shift,
        bytes: image.bytes,
        ...this.#order.place(image),
        annotated: image.content.annotations.length > 0 ? 1 : 0,
        storedAt,
        heldUntil: image.holdMilliseconds === undefined ? 0 : Math.ceil(storedAt + image.holdMilliseconds),
      });
    } else s.heal.run(seq);
    if (origin.kind === 'file') this.#rememberFile(image, origin, seq);
    return { seq, isNew: inserted !== undefined };
  }

  #rememberFile(
    { sourceId, content, sidecarFile }: NewImage,
    { file, originalStays }: Extract<ImageOrigin, { kind: 'file' }>,
    seq: number,
  ): void {
    const s = this.#statements;
    const finished = originalStays ? 1 : 0;
    s.rememberFile.run({ sourceId, path: file.path, ...versionParameters(file), seq, finished });
    s.forgetRefusal.run(sourceId, file.path);
    // A sidecar that was met before its picture may be listed as one without: it has its picture now.
    if (content.sidecarPath !== null) s.forgetRefusal.run(sourceId, content.sidecarPath);
    if (sidecarFile !== undefined)
      s.settleSidecar.run({ sourceId, path: sidecarFile.path, ...versionParameters(sidecarFile), finished });
  }
}

/** SQL: what a delivery that begins anew knows nothing of. Where the payload lies in the object storage stays known. */
export const cleanRecord = 'attempts = 0, next_attempt_at = 0, stuck = 0, first_failed_at = NULL, lease_token = NULL';

function prepare(database: Database) {
  type Parameters = Readonly<Record<string, unknown>>;
  return {
    insertImage: database.prepare<[Parameters], { seq: number }>(`
      INSERT INTO images (image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at,
        capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem, shift, frame,
        orientation, original, notes)
      VALUES (@imageId, @sourceId, @path, @stem, @filename, @sha256, @bytes, @format, @width, @height, @capturedAt,
        @captureOffset, @capturedFrom, @storedAt, @annotationCount, @content, @sidecarProblem, @shift, @frame,
        @orientation, @original, @notes)
      ON CONFLICT (image_id) DO NOTHING RETURNING seq`),
    seqOf: database.prepare<[string], { seq: number }>('SELECT seq FROM images WHERE image_id = ?'),
    referPayload: database.prepare(`
      INSERT INTO payloads (sha256, format, bytes, refs) VALUES (?, ?, ?, 1)
      ON CONFLICT (sha256) DO UPDATE SET refs = refs + 1`),
    insertEntry: database.prepare<[Parameters]>(`
      INSERT INTO outbox (seq, source_id, shift, bytes, state, rank, position, annotated, stored_at, next_attempt_at)
      VALUES (@seq, @sourceId, @shift, @bytes, 'pending', @rank, @position, @annotated, @storedAt, @heldUntil)`),
    goneOf: database.prepare<[string, string], { seq: number; path: string; modified_ms: number | null }>(`
      SELECT o.seq, i.path, f.modified_ms FROM outbox o INDEXED BY outbox_gone JOIN images i USING (seq)
        LEFT JOIN source_files f ON f.source_id = i.source_id AND f.path = i.path AND f.seq = i.seq
      WHERE o.state = 'dead' AND o.last_error ->> '$.code' IN ('payload-missing', 'payload-damaged')
        AND i.source_id = ? AND i.sha256 = ?`),
    // An entry that was buried because the disk lost its payload has it again.
    heal: database.prepare(`
      UPDATE outbox SET state = 'pending', last_error = NULL, ${cleanRecord}
      WHERE seq = ? AND state = 'dead' AND last_error ->> '$.code' IN ('payload-missing', 'payload-damaged')`),
    rememberFile: database.prepare<[Parameters]>(rememberFile('@seq')),
    settleSidecar: database.prepare<[Parameters]>(rememberFile('NULL')),
    forgetRefusal: database.prepare('DELETE FROM refusals WHERE source_id = ? AND path = ?'),
  };
}
