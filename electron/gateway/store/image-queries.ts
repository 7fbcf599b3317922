import type { CheckState, ImageDetail, QueueFilter, QueueRow } from '../../../shared/contract.ts';
import { type Orientation, orientationSchema } from '../../../shared/picture.ts';
import type { PictureFormat, SidecarContent } from '../model/image.ts';
import { baseName } from '../platform/names.ts';
import type { Database } from './database/database.ts';
import { WriteBatch } from './database/write-batch.ts';
import { type DeliveryOrder, plainOrder } from './outbox/delivery-order.ts';
import {
  type ContentRow,
  type PictureRow,
  parseContent,
  parseError,
  parseFrame,
  parsePicture,
  serialiseContent,
} from './outbox/stored-content.ts';

/** Reading the stored images: keyset pages, one image's detail, what is left to check, and sidecars that come late. */
export class ImageQueries {
  readonly #order: DeliveryOrder;
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, order: DeliveryOrder = plainOrder) {
    this.#order = order;
    this.#group = WriteBatch.of(database);
    this.#statements = prepare(database);
  }

  /** Newest first. `before` is the `nextCursor` of the page before; its cost does not grow with the list. */
  page(filter: QueueFilter, before: string | null, limit: number): { rows: QueueRow[]; nextCursor: string | null } {
    const position = before === null ? Number.MAX_SAFE_INTEGER : Number(before);
    if (!Number.isSafeInteger(position)) return { rows: [], nextCursor: null };
    const found = this.#statements.pages[filter].all(position, limit) as Row[];
    const last = found.at(-1);
    return {
      rows: found.map(toQueueRow),
      nextCursor: found.length === limit && last !== undefined ? String(last.seq) : null,
    };
  }

  detail(imageId: string): ImageDetail | null {
    const row = this.#statements.detail.get(imageId) as DetailRow | undefined;
    if (row === undefined) return null;
    const content = parseContent(row);
    const { original, notes } = parsePicture(row);
    return {
      ...toQueueRow(row),
      sha256: row.sha256,
      format: row.format,
      orientation: turnOf(row),
      original,
      notes: [...notes],
      originalPath: row.path,
      captureOffsetMinutes: row.capture_offset,
      capturedFrom: row.captured_from,
      frame: parseFrame(row.frame),
      annotations: [...content.annotations],
      model: content.model,
      sidecar: content.sidecar,
      sidecarProblems: [...content.problems],
      checkDetail: row.check_detail,
      payloadPresent: row.payload_present === 1,
      serverImageId: row.server_image_id,
      serverBatchId: row.server_batch_id,
      objectKey: row.object_key,
    };
  }

  /** What the image scheme needs to serve a picture. */
  payloadOf(imageId: string): (StoredPicture & { present: boolean }) | null {
    const row = this.#statements.payload.get(imageId);
    return row === undefined ? null : { ...toPicture(row), present: row.payload_present === 1 };
  }

  /** Null for a camera's frame too: nothing but our own copy was ever there. */
  originalOf(imageId: string): { sourceId: string; path: string } | null {
    const row = this.#statements.original.get(imageId);
    return row === undefined || row.path === '' ? null : { sourceId: row.source_id, path: row.path };
  }

  oldestWaiting(): { imageId: string; storedAt: number } | null {
    const row = this.#statements.oldestWaiting.get();
    return row === undefined ? null : { imageId: row.image_id, storedAt: row.stored_at };
  }

  /** The next image whose picture was not yet decoded in full, newest first (what people look at). */
  nextUnchecked(): (StoredPicture & { seq: number; imageId: string }) | null {
    const row = this.#statements.nextUnchecked.get();
    return row === undefined ? null : { seq: row.seq, imageId: row.image_id, ...toPicture(row) };
  }

  /** An answer, once given, is not taken back because the picture could not be looked at again. */
  recordCheck(sha256: string, state: CheckState, detail: string): void {
    this.#statements.recordCheck.run(state, detail.slice(0, 500), sha256, state);
  }

  /**
   * Attaches a sidecar that came after its picture.
   * `attached`: it will be delivered with the picture. `known`: the picture has this very content already. `busy`:
   * the picture is being delivered now, try again. `late`: the picture is delivered, or another sidecar came first.
   * `taken`: it has annotations of this sidecar's path already, and they may not be replaced.
   */
  attachSidecar(
    seq: number,
    content: SidecarContent,
    mayReplace: boolean,
  ): 'attached' | 'known' | 'busy' | 'late' | 'taken' {
    const row = this.#statements.attachable.get(seq);
    if (row === undefined) return 'late';
    const present = parseContent(row);
    const { annotationCount, content: text, sidecarProblem } = serialiseContent(content);
    if (row.content === text || saysTheSame(present, content)) return 'known';
    if (row.state === 'leased') return 'busy';
    if (row.state !== 'pending' && row.state !== 'dead') return 'late';
    if (present.sidecarPath !== null && present.sidecarPath !== content.sidecarPath) return 'late';
    if (present.sidecar !== null && !mayReplace) return 'taken';
    return this.#group.run(() => {
      if (this.#statements.attach.run(annotationCount, text, sidecarProblem, seq).changes === 0) return 'busy';
      // Its annotations may let it go before others.
      const { rank, position } = this.#order.place({
        sourceId: row.source_id,
        capturedAt: row.captured_at,
        content,
      });
      const release = content.sidecar === null ? 0 : 1;
      this.#statements.place.run(rank, position, annotationCount > 0 ? 1 : 0, release, seq);
      return 'attached';
    });
  }

  /** Images of a source, from after that number on, that wait for delivery and came without a sidecar, oldest first. */
  waitingWithoutSidecar(sourceId: string, afterSeq: number, limit: number): readonly SidecarTarget[] {
    return this.#statements.withoutSidecar.all(sourceId, afterSeq, limit).map(asItCame);
  }

  /** The newest image of a file stem: whether a sidecar has a picture to belong to. */
  pictureByStem(sourceId: string, stem: string): SidecarTarget | null {
    const found = this.#statements.byStem.get(sourceId, stem);
    return found === undefined ? null : asItCame(found);
  }
}

/** The same label under another name: file and picture were renamed together. */
function saysTheSame(a: SidecarContent, b: SidecarContent): boolean {
  if (a.sidecar === null || b.sidecar === null || a.sidecar.format !== b.sidecar.format) return false;
  return JSON.stringify([a.annotations, a.model]) === JSON.stringify([b.annotations, b.model]);
}

export type SidecarTarget = {
  readonly seq: number;
  readonly path: string;
  readonly filename: string;
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
};

/** Label files know a picture by the name that it came under. */
const asItCame = (target: SidecarTarget): SidecarTarget =>
  target.path === '' ? target : { ...target, filename: baseName(target.path) };

/** A payload, and how it is to be turned to be upright. */
export type StoredPicture = {
  readonly sha256: string;
  readonly format: PictureFormat;
  readonly orientation: Orientation;
};

type PictureTurnRow = { readonly orientation: number | null; readonly original: string | null };
type StoredPictureRow = PictureTurnRow & { readonly sha256: string; readonly format: PictureFormat };

type Row = {
  readonly seq: number;
  readonly image_id: string;
  readonly filename: string;
  readonly source_id: string;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly captured_at: number;
  readonly stored_at: number;
  readonly state: QueueRow['state'];
  readonly ambiguous: number;
  readonly stuck: number;
  readonly duplicate: number;
  readonly attempts: number;
  readonly next_attempt_at: number;
  readonly acknowledged_at: number | null;
  readonly last_error: string | null;
  readonly annotation_count: number;
  readonly check_state: CheckState;
  readonly sidecar_problem: number;
};

type AttachableRow = ContentRow & {
  readonly source_id: string;
  readonly captured_at: number;
  readonly state: QueueRow['state'];
};

type DetailRow = Row &
  ContentRow &
  PictureRow & {
    readonly sha256: string;
    readonly format: PictureFormat;
    readonly path: string;
    readonly capture_offset: number | null;
    readonly captured_from: ImageDetail['capturedFrom'];
    readonly frame: string | null;
    readonly check_detail: string;
    readonly payload_present: number;
    readonly server_image_id: string | null;
    readonly server_batch_id: string | null;
    readonly object_key: string | null;
  };

/** What was stored in another format was turned on the way. */
const turnOf = ({ orientation, original }: PictureTurnRow): Orientation =>
  original === null ? (orientationSchema.safeParse(orientation).data ?? 1) : 1;

const toPicture = (row: StoredPictureRow): StoredPicture => ({
  sha256: row.sha256,
  format: row.format,
  orientation: turnOf(row),
});

function toQueueRow(row: Row): QueueRow {
  return {
    imageId: row.image_id,
    filename: row.filename,
    sourceId: row.source_id,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    capturedAt: row.captured_at,
    storedAt: row.stored_at,
    state: row.state,
    ambiguous: row.ambiguous === 1,
    stuck: row.stuck === 1,
    duplicate: row.duplicate === 1,
    attempts: row.attempts,
    nextAttemptAt: row.state === 'pending' && row.next_attempt_at > 0 ? row.next_attempt_at : null,
    acknowledgedAt: row.acknowledged_at,
    lastError: parseError(row.last_error),
    annotationCount: row.annotation_count,
    check: row.check_state,
    sidecarProblem: row.sidecar_problem === 1,
  };
}

function prepare(database: Database) {
  const columns = `seq, i.image_id, i.filename, i.source_id, i.bytes, i.width, i.height, i.captured_at, i.stored_at,
    o.state, o.ambiguous, o.stuck, o.duplicate, o.attempts, o.next_attempt_at, o.acknowledged_at, o.last_error,
    i.annotation_count, i.check_state, i.sidecar_problem`;
  // The WHERE terms repeat those of the partial indexes word for word: that is how SQLite knows that it may use them.
  const page = (where: string) =>
    database.prepare<[number, number]>(`
      SELECT ${columns} FROM outbox o JOIN images i USING (seq)
      WHERE seq < ? ${where} ORDER BY seq DESC LIMIT ?`);
  const pages: Record<QueueFilter, ReturnType<typeof page>> = {
    all: page(''),
    waiting: page("AND state IN ('pending', 'leased')"),
    retrying: page("AND state = 'pending' AND attempts > 0"),
    dead: page("AND state = 'dead'"),
    acknowledged: page("AND state = 'acknowledged'"),
  };
  return {
    pages,
    detail: database.prepare<[string]>(`
      SELECT ${columns}, i.sha256, i.format, i.path, i.capture_offset, i.captured_from, i.frame, i.check_detail, i.content,
        i.orientation, i.original, i.notes,
        o.payload_present, o.server_image_id, o.server_batch_id, o.object_key
      FROM images i JOIN outbox o USING (seq) WHERE i.image_id = ?`),
    payload: database.prepare<[string], StoredPictureRow & { payload_present: number }>(`
      SELECT i.sha256, i.format, i.orientation, i.original, o.payload_present
      FROM images i JOIN outbox o USING (seq) WHERE i.image_id = ?`),
    original: database.prepare<[string], { source_id: string; path: string }>(
      'SELECT source_id, path FROM images WHERE image_id = ?',
    ),
    oldestWaiting: database.prepare<[], { image_id: string; stored_at: number }>(`
      SELECT i.image_id, i.stored_at FROM outbox o JOIN images i USING (seq)
      WHERE state IN ('pending', 'leased') ORDER BY seq LIMIT 1`),
    nextUnchecked: database.prepare<[], StoredPictureRow & { seq: number; image_id: string }>(`
      SELECT seq, image_id, sha256, format, orientation, original FROM images WHERE check_state = 'unchecked' ORDER BY seq DESC LIMIT 1`),
    recordCheck: database.prepare<[string, string, string, string]>(`
      UPDATE images SET check_state = ?, check_detail = ?
      WHERE sha256 = ? AND (check_state IN ('unchecked', 'uncheckable') OR ? <> 'uncheckable')`),
    byStem: database.prepare<[string, string], SidecarTarget>(`
      SELECT seq, path, filename, width, height, coalesce(orientation, 1) AS orientation
      FROM images WHERE source_id = ? AND stem = ? ORDER BY seq DESC LIMIT 1`),
    // CROSS JOIN: along the open entries; by the source, SQLite would walk all it ever collected.
    withoutSidecar: database.prepare<[string, number, number], SidecarTarget>(`
      SELECT seq, i.path, i.filename, i.width, i.height, coalesce(i.orientation, 1) AS orientation FROM outbox o CROSS JOIN images i USING (seq)
      WHERE state IN ('pending', 'leased') AND i.source_id = ? AND seq > ?
        AND i.content ->> '$.sidecar' IS NULL
      ORDER BY seq LIMIT ?`),
    attachable: database.prepare<[number], AttachableRow>(`
      SELECT i.content, i.source_id, i.captured_at, o.state FROM images i JOIN outbox o USING (seq) WHERE seq = ?`),
    attach: database.prepare<[number, string, number, number]>(`
      UPDATE images SET annotation_count = ?, content = ?, sidecar_problem = ?
      WHERE seq = ? AND (SELECT state FROM outbox o WHERE o.seq = images.seq) IN ('pending', 'dead')`),
    place: database.prepare<[number, number, number, number, number]>(`
      UPDATE outbox SET rank = ?, position = ?, annotated = ?,
        next_attempt_at = CASE WHEN ? AND attempts = 0 THEN 0 ELSE next_attempt_at END
      WHERE seq = ?`),
  };
}
