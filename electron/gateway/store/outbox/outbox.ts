import { randomUUID } from 'node:crypto';
import type { EntryError } from '../../../../shared/contract.ts';
import type { NewImage } from '../../model/image.ts';
import type { LeasedEntry, Settlement } from '../../model/outbox-entry.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import { Ledger } from '../ledger/ledger.ts';
import { type DeliveryOrder, plainOrder } from './delivery-order.ts';
import { EntryRows } from './entry-rows.ts';
import { ImageRows } from './image-rows.ts';
import { LeaseSelector } from './lease-selector.ts';
import { Reordering } from './reordering.ts';
import { storedError } from './stored-content.ts';

type Held = { readonly seq: number; readonly token: string };

/**
 * The durable outbox.
 *
 * - Entries move `pending -> leased -> acknowledged | dead`, back to `pending` on retry, release or expiry, and
 *   `dead -> pending` only by an operator. Every transition is one UPDATE that names the state it leaves.
 * - Claiming is atomic; settling needs the lease's token, so a delivery that outlived its lease changes nothing.
 * - Nothing here drops an entry, whatever its number of attempts.
 * - Each transaction that changes counts seals the ledger.
 */
export class Outbox {
  readonly #group: WriteBatch;
  readonly #ledger: Ledger;
  readonly #images: ImageRows;
  readonly #claims: LeaseSelector;
  readonly #rows: EntryRows;
  readonly #lineChange: Reordering;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, order: DeliveryOrder = plainOrder, ledger: Ledger = new Ledger(database)) {
    this.#group = WriteBatch.of(database);
    this.#ledger = ledger;
    this.#images = new ImageRows(database, order, ledger.shiftOf);
    this.#claims = new LeaseSelector(database);
    this.#rows = new EntryRows(database);
    this.#lineChange = new Reordering(database, order);
    this.#statements = prepare(database);
  }

  /**
   * Once at open, before the first lease: where the site's policy has changed since the last start, everything that
   * is not delivered takes its new place in line. Returns how many entries moved.
   */
  reorder(): number {
    return this.#lineChange.apply();
  }

  /**
   * Commits images whose payloads are published, with their entries, in one transaction. An image that is known
   * already (the same version of the same file, met again after a crash) keeps its entry; its number is returned.
   */
  enqueue(images: readonly NewImage[], storedAt: number): readonly { readonly seq: number; readonly isNew: boolean }[] {
    return this.#counted(storedAt, () => images.map((image) => this.#images.insert(image, storedAt)));
  }

  /** As `enqueue`; nobody but the caller waits for the disk. */
  enqueueDurably(
    images: readonly NewImage[],
    storedAt: number,
  ): Promise<readonly { readonly seq: number; readonly isNew: boolean }[]> {
    return this.#group.runDurably(() => {
      const enqueued = images.map((image) => this.#images.insert(image, storedAt));
      this.#ledger.seal(storedAt);
      return enqueued;
    });
  }

  /**
   * LeaseSelector up to `limit` entries that are due, in the order in which they are to be sent. A power cut may take a claim
   * back: what was sent under it is sent again, under the same idempotency key.
   */
  lease(limit: number, now: number, leaseMilliseconds: number): readonly LeasedEntry[] {
    const token = randomUUID();
    return this.#group.runSoon(() => {
      const seqs = this.#claims.take(limit, now, { token, expires: now + leaseMilliseconds });
      return this.#rows.leased(seqs, token);
    });
  }

  /**
   * LAN mode, between its two steps: these payloads lie durably in the object storage, and only their notices are left
   * to be sent. One transaction. Returns how many leases were still valid.
   */
  recordObjects(entries: readonly (Held & { readonly objectKey: string })[]): number {
    return this.#group.run(() =>
      entries.reduce(
        (valid, { seq, token, objectKey }) => valid + this.#statements.recordObject.run(objectKey, seq, token).changes,
        0,
      ),
    );
  }

  /**
   * Puts the outcomes of deliveries in the store, all in one transaction. Returns how many leases were still valid.
   *
   * A power cut may take it back for a moment: then they are delivered again under their idempotency key. It is durable
   * before the next claims are, and before any payload is removed because of it.
   */
  settle(outcomes: readonly (Held & { readonly settlement: Settlement })[], now: number): number {
    return this.#group.runSoon(() => {
      let valid = 0;
      for (const { seq, token, settlement } of outcomes) valid += this.#settleOne(seq, token, settlement, now);
      this.#ledger.seal(now);
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
          error: storedError(settlement.error),
        }).changes;
      case 'release':
        return s.release.run({
          seq,
          token,
          ambiguous: settlement.ambiguous ? 1 : 0,
          stuck: settlement.stuck === true ? 1 : 0,
          error: settlement.error === null ? null : storedError(settlement.error),
        }).changes;
      case 'bury':
        return s.bury.run({ seq, token, now, error: storedError(settlement.error) }).changes;
    }
  }

  /** Keeps leases of deliveries that are still under way. */
  renew(entries: readonly Held[], expiresAt: number): void {
    this.#group.run(() => {
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
    return this.#claims.nextDueAt();
  }

  /** Operator: try a waiting entry now. */
  retryNow(imageId: string): number {
    return this.#statements.retryNow.run(imageId).changes;
  }

  /** A payload is missing or does not match its hash any more: the entry can't be delivered. */
  buryUnreadable(seq: number, error: EntryError): number {
    return this.#counted(error.at, () => this.#statements.buryUnreadable.run(storedError(error), seq).changes);
  }

  #counted<T>(at: number, work: () => T): T {
    return this.#group.run(() => {
      const result = work();
      this.#ledger.seal(at);
      return result;
    });
  }
}

type Parameters = Readonly<Record<string, unknown>>;

function prepare(database: Database) {
  return {
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
      UPDATE outbox SET state = 'pending', ambiguous = max(ambiguous, @ambiguous), stuck = max(stuck, @stuck),
        last_error = coalesce(@error, last_error), lease_token = NULL
      WHERE seq = @seq AND state = 'leased' AND lease_token = @token`),
    bury: database.prepare<[Parameters]>(`
      UPDATE outbox SET state = 'dead', attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, @now),
        stuck = 0, last_error = @error, lease_token = NULL
      WHERE seq = @seq AND state = 'leased' AND lease_token = @token`),
    recordObject: database.prepare<[string, number, string]>(
      "UPDATE outbox SET object_key = ? WHERE seq = ? AND state = 'leased' AND lease_token = ?",
    ),
    renew: database.prepare<[number, number, string]>(
      "UPDATE outbox SET lease_expires_at = ? WHERE seq = ? AND state = 'leased' AND lease_token = ?",
    ),
    expire: database.prepare<[number]>(`
      UPDATE outbox SET state = 'pending', ambiguous = 1, lease_token = NULL
      WHERE state = 'leased' AND lease_expires_at < ?`),
    // Word for word the condition of the index outbox_delayed, so that what waits for nothing is not looked at.
    clamp: database.prepare<[number, number]>(`
      UPDATE outbox SET next_attempt_at = ? WHERE state = 'pending' AND next_attempt_at > 0 AND next_attempt_at > ?`),
    retryNow: database.prepare<[string]>(`
      UPDATE outbox SET next_attempt_at = 0
      WHERE seq = (SELECT seq FROM images WHERE image_id = ?) AND state = 'pending'`),
    buryUnreadable: database.prepare<[string, number]>(`
      UPDATE outbox SET state = 'dead', last_error = ?, lease_token = NULL WHERE seq = ? AND state = 'pending'`),
  };
}
