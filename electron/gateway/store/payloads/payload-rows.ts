import type { PictureFormat } from '../../model/image.ts';
import type { Database } from '../database/database.ts';
import type { PayloadStore } from './payload-store.ts';

/** A payload whose last row is gone: its file may go too. */
export type FreedPayload = { readonly sha256: string; readonly format: PictureFormat; readonly bytes: number };

/**
 * Taking payloads off the books and then off the disk, in this order: a kill in between leaves an orphan, never a row
 * without its payload (invariant 1). Only where the books take nothing any more for want of room, files of delivered
 * pictures go before their rows.
 */
export class PayloadRows {
  readonly #payloads: PayloadStore;
  readonly #onRemoved: (sha256: string) => Promise<void>;
  readonly #release;
  readonly #dropUnreferenced;
  readonly #exists;
  readonly #needed;

  constructor(database: Database, payloads: PayloadStore, onRemoved: (sha256: string) => Promise<void>) {
    this.#payloads = payloads;
    this.#onRemoved = onRemoved;
    this.#release = database.prepare('UPDATE payloads SET refs = refs - 1 WHERE sha256 = ?');
    this.#dropUnreferenced = database.prepare('DELETE FROM payloads WHERE sha256 = ? AND refs = 0');
    this.#needed = database.prepare<[string], { found: number }>(`
      SELECT 1 AS found FROM images i JOIN outbox o USING (seq)
      WHERE i.sha256 = ? AND o.payload_present = 1 AND o.state <> 'acknowledged' LIMIT 1`);
    this.#exists = database.prepare<[string], { found: number }>('SELECT 1 AS found FROM payloads WHERE sha256 = ?');
  }

  /** One image less needs the payload; within the caller's transaction. Returns true when no image needs it any more. */
  release(sha256: string): boolean {
    this.#release.run(sha256);
    return this.#dropUnreferenced.run(sha256).changes === 1;
  }

  /** The files of those payloads that no image but delivered ones needs, although they are still on the books. */
  async removeDelivered(payloads: readonly FreedPayload[]): Promise<void> {
    for (const { sha256, format } of payloads)
      await this.#payloads.exclusively([sha256], async () => {
        if (this.#needed.get(sha256) === undefined) await this.#payloads.remove(sha256, format);
      });
  }

  /**
   * Removes the files after the commit. One that can't be removed must not keep the others: they are off the books
   * already. Throws the first failure once all were tried.
   */
  async removeFiles(freed: readonly FreedPayload[]): Promise<void> {
    const removals = await Promise.allSettled(
      freed.map(({ sha256, format }) =>
        this.#payloads.exclusively([sha256], async () => {
          // The same picture may have been collected again since the transaction.
          if (this.#exists.get(sha256) !== undefined) return;
          await this.#payloads.remove(sha256, format);
          await this.#onRemoved(sha256);
        }),
      ),
    );
    const failed = removals.find((removal) => removal.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
