import { randomUUID } from 'node:crypto';
import type { EntryError } from '../../../shared/contract.ts';
import type { NewImage } from '../model/image.ts';
import type { LeasedEntry, Settlement } from '../model/outbox-entry.ts';
import { stemOf } from '../platform/names.ts';
import type { Database } from './database.ts';
import { type ContentRow, parseContent, serialiseContent } from './stored-content.ts';

const delayedEvery = 4;

/**
 * The durable outbox.
 *
 * - Entries move `pending -> leased -> acknowledged | dead`, back to `pending` on retry, release or expiry, and
 *   `dead -> pending` only by an operator. Every transition is one UPDATE that names the state it leaves.
 * - Claiming is atomic; settling needs the lease's token, so a delivery that outlived its lease changes nothing.
 * - Nothing here drops an entry, whatever its number of attempts.
 */
export class Outbox {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;
  #claims = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  /**
   * Commits images whose payloads are published, with their entries, in one transaction. An image that is known
   * already (the same version of the same file, met again after a crash) keeps its entry; its number is returned.
   */
  enqueue(images: readonly NewImage[], storedAt: number): readonly { readonly seq: number; readonly isNew: boolean }[] {
    const s = this.#statements;
    return this.#transaction(() =>
      images.map((image) => {
        const inserted = s.insertImage.get({
          imageId: image.imageId,
          sourceId: image.sourceId,
          path: image.file.path,
          stem: stemOf(image.file.path),
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
          ...serialiseContent(image.content),
        });
        const seq = inserted?.seq ?? (s.seqOf.get(image.imageId)?.seq as number);
        if (inserted !== undefined) {
          s.referPayload.run(image.sha256, image.format, image.bytes);
          s.insertEntry.run(seq, image.sourceId, image.bytes);
        } else s.heal.run(seq);
        s.rememberFile.run(
          image.sourceId,
          image.file.path,
          image.file.bytes,
          image.file.modifiedMs,
          seq,
          image.originalStays ? 1 : 0,
        );
        s.forgetRefusal.run(image.sourceId, image.file.path);
        // A sidecar that was met before its picture may be listed as one without: it has its picture now.
        if (image.content.sidecarPath !== null) s.forgetRefusal.run(image.sourceId, image.content.sidecarPath);
        return { seq, isNew: inserted !== undefined };
      }),
    );
  }

  /**
   * Claims up to `limit` entries that are due: those never delayed first, then the others by their due time. Every
   * fourth claim takes the others first, so that they have their turn on a line whose queue never empties.
   */
  lease(limit: number, now: number, leaseMilliseconds: number): readonly LeasedEntry[] {
    const token = randomUUID();
    const expires = now + leaseMilliseconds;
    this.#claims += 1;
    const delayedFirst = this.#claims % delayedEvery === 0;
    return this.#transaction(() => {
      const { claim } = this.#statements;
      const delayed = delayedFirst ? claim.all({ token, expires, after: 0, now, limit }) : [];
      return [...delayed, ...claim.all({ token, expires, after: -1, now, limit: limit - delayed.length })]
        .map(({ seq }) => seq)
        .sort((a, b) => a - b)
        .map((seq): LeasedEntry => {
          const row = this.#statements.leasedImage.get(seq) as LeasedRow;
          return {
            seq,
            token,
            attempts: row.attempts,
            ambiguous: row.ambiguous === 1,
            firstFailedAt: row.first_failed_at,
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
          };
        });
    });
  }

  /** Puts the outcomes of deliveries in the store, all in one transaction. Returns how many leases were still valid. */
  settle(
    outcomes: readonly { readonly seq: number; readonly token: string; readonly settlement: Settlement }[],
    now: number,
  ): number {
    return this.#transaction(() => {
      let valid = 0;
      for (const { seq, token, settlement } of outcomes) valid += this.#settleOne(seq, token, settlement, now);
      return valid;
    });
  }

  #settleOne(seq: number, token: string, settlement: Settlement, now: number): number {
    const s = this.#statements;
    switch (settlement.kind) {
      case 'acknowledge':
        return s.acknowledge.run({
          seq,
          token,
          now,
          duplicate: settlement.duplicate ? 1 : 0,
          serverImageId: settlement.serverImageId,
          serverBatchId: settlement.serverBatchId,
        }).changes;
      case 'retry':
        return s.retryLater.run({
          seq,
          token,
          now,
          nextAttemptAt: Math.round(settlement.nextAttemptAt),
          ambiguous: settlement.ambiguous ? 1 : 0,
          stuck: settlement.stuck ? 1 : 0,
          error: JSON.stringify(settlement.error),
        }).changes;
      case 'release':
        return s.release.run({
          seq,
          token,
          ambiguous: settlement.ambiguous ? 1 : 0,
          error: settlement.error === null ? null : JSON.stringify(settlement.error),
        }).changes;
      case 'bury':
        return s.bury.run({ seq, token, now, error: JSON.stringify(settlement.error) }).changes;
    }
  }

  /** Keeps leases of deliveries that are still under way. */
  renew(entries: readonly { readonly seq: number; readonly token: string }[], expiresAt: number): void {
    this.#transaction(() => {
      for (const { seq, token } of entries) this.#statements.renew.run(expiresAt, seq, token);
    });
  }

  /** Returns abandoned claims to the queue. They may have been sent: they are marked `ambiguous`. */
  expireLeases(now: number): number {
    return this.#statements.expire.run(now).changes;
  }

  /** At start every lease is abandoned, for this process made none yet. */
  releaseAllLeases(): number {
    return this.#statements.expire.run(Number.MAX_SAFE_INTEGER).changes;
  }

  /** After a jump of the clock: what would wait longer than `longestWait` from now is due at once. */
  clampWaits(now: number, longestWait: number): number {
    return this.#statements.clamp.run(now, now + longestWait).changes;
  }

  /** When the next waiting entry is due; null when nothing waits. */
  nextDueAt(): number | null {
    return this.#statements.nextDue.get()?.next_attempt_at ?? null;
  }

  /** Operator: try a waiting entry now. */
  retryNow(imageId: string): number {
    return this.#statements.retryNow.run(imageId).changes;
  }

  /** Operator: a dead letter goes back into the queue with a clean record. */
  requeue(imageId: string): number {
    return this.#statements.requeue.run(imageId).changes;
  }

  requeueAllDead(): number {
    return this.#statements.requeueAll.run().changes;
  }

  /** A payload is missing or does not match its hash any more: the entry can't be delivered. */
  buryUnreadable(seq: number, error: EntryError): number {
    return this.#statements.buryUnreadable.run(JSON.stringify(error), seq).changes;
  }

  #transaction<T>(work: () => T): T {
    return this.#database.transaction(work).immediate();
  }
}

type LeasedRow = ContentRow & {
  readonly attempts: number;
  readonly ambiguous: number;
  readonly first_failed_at: number | null;
  readonly image_id: string;
  readonly source_id: string;
  readonly filename: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
  readonly captured_at: number;
  readonly capture_offset: number | null;
  readonly captured_from: 'exif' | 'file';
  readonly stored_at: number;
};

type Parameters = Record<string, unknown>;

function prepare(database: Database) {
  const clean = 'attempts = 0, next_attempt_at = 0, stuck = 0, first_failed_at = NULL, lease_token = NULL';
  return {
    insertImage: database.prepare<[Parameters], { seq: number }>(`
      INSERT INTO images (image_id, source_id, path, stem, filename, sha256, bytes, format, width, height, captured_at,
        capture_offset, captured_from, stored_at, annotation_count, content, sidecar_problem)
      VALUES (@imageId, @sourceId, @path, @stem, @filename, @sha256, @bytes, @format, @width, @height, @capturedAt,
        @captureOffset, @capturedFrom, @storedAt, @annotationCount, @content, @sidecarProblem)
      ON CONFLICT (image_id) DO NOTHING RETURNING seq`),
    seqOf: database.prepare<[string], { seq: number }>('SELECT seq FROM images WHERE image_id = ?'),
    referPayload: database.prepare(`
      INSERT INTO payloads (sha256, format, bytes, refs) VALUES (?, ?, ?, 1)
      ON CONFLICT (sha256) DO UPDATE SET refs = refs + 1`),
    // An entry that was buried because the disk lost its payload has it again.
    heal: database.prepare(`
      UPDATE outbox SET state = 'pending', last_error = NULL, ${clean}
      WHERE seq = ? AND state = 'dead' AND last_error ->> '$.code' IN ('payload-missing', 'payload-damaged')`),
    insertEntry: database.prepare("INSERT INTO outbox (seq, source_id, bytes, state) VALUES (?, ?, ?, 'pending')"),
    rememberFile: database.prepare(`
      INSERT INTO source_files (source_id, path, bytes, modified_ms, seq, finished) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET bytes = excluded.bytes, modified_ms = excluded.modified_ms, seq = excluded.seq,
        finished = excluded.finished`),
    forgetRefusal: database.prepare('DELETE FROM refusals WHERE source_id = ? AND path = ?'),
    claim: database.prepare<[Parameters], { seq: number }>(`
      UPDATE outbox SET state = 'leased', lease_token = @token, lease_expires_at = @expires
      WHERE seq IN (SELECT seq FROM outbox
                    WHERE state = 'pending' AND next_attempt_at > @after AND next_attempt_at <= @now
                    ORDER BY next_attempt_at, seq LIMIT @limit)
      RETURNING seq`),
    leasedImage: database.prepare<[number]>(`
      SELECT o.attempts, o.ambiguous, o.first_failed_at, i.image_id, i.source_id, i.filename, i.sha256, i.bytes,
        i.format, i.width, i.height, i.captured_at, i.capture_offset, i.captured_from, i.stored_at, i.content
      FROM outbox o JOIN images i USING (seq) WHERE seq = ?`),
    acknowledge: database.prepare<[Parameters]>(`
      UPDATE outbox SET state = 'acknowledged', acknowledged_at = @now, duplicate = @duplicate, stuck = 0,
        server_image_id = @serverImageId, server_batch_id = @serverBatchId, lease_token = NULL, last_error = NULL
      WHERE seq = @seq AND state = 'leased' AND lease_token = @token`),
    retryLater: database.prepare<[Parameters]>(`
      UPDATE outbox SET state = 'pending', attempts = attempts + 1, next_attempt_at = @nextAttemptAt,
        ambiguous = max(ambiguous, @ambiguous), stuck = @stuck, first_failed_at = coalesce(first_failed_at, @now),
        last_error = @error, lease_token = NULL
      WHERE seq = @seq AND state = 'leased' AND lease_token = @token`),
    release: database.prepare<[Parameters]>(`
      UPDATE outbox SET state = 'pending', ambiguous = max(ambiguous, @ambiguous),
        last_error = coalesce(@error, last_error), lease_token = NULL
      WHERE seq = @seq AND state = 'leased' AND lease_token = @token`),
    bury: database.prepare<[Parameters]>(`
      UPDATE outbox SET state = 'dead', attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, @now),
        stuck = 0, last_error = @error, lease_token = NULL
      WHERE seq = @seq AND state = 'leased' AND lease_token = @token`),
    renew: database.prepare<[number, number, string]>(
      "UPDATE outbox SET lease_expires_at = ? WHERE seq = ? AND state = 'leased' AND lease_token = ?",
    ),
    expire: database.prepare<[number]>(`
      UPDATE outbox SET state = 'pending', ambiguous = 1, lease_token = NULL
      WHERE state = 'leased' AND lease_expires_at < ?`),
    clamp: database.prepare<[number, number]>(
      "UPDATE outbox SET next_attempt_at = ? WHERE state = 'pending' AND next_attempt_at > ?",
    ),
    nextDue: database.prepare<[], { next_attempt_at: number }>(
      "SELECT next_attempt_at FROM outbox WHERE state = 'pending' ORDER BY next_attempt_at, seq LIMIT 1",
    ),
    retryNow: database.prepare<[string]>(`
      UPDATE outbox SET next_attempt_at = 0
      WHERE seq = (SELECT seq FROM images WHERE image_id = ?) AND state = 'pending'`),
    requeue: database.prepare<[string]>(`
      UPDATE outbox SET state = 'pending', ${clean}
      WHERE seq = (SELECT seq FROM images WHERE image_id = ?) AND state = 'dead'`),
    requeueAll: database.prepare(`UPDATE outbox SET state = 'pending', ${clean} WHERE state = 'dead'`),
    buryUnreadable: database.prepare<[string, number]>(`
      UPDATE outbox SET state = 'dead', last_error = ?, lease_token = NULL WHERE seq = ? AND state = 'pending'`),
  };
}
