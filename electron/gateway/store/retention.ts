import type { PictureFormat } from '../model/image.ts';
import type { Database } from './database.ts';
import type { PayloadStore } from './payload-store.ts';

const batch = 64;

/**
 * Makes room by removing payloads of acknowledged images, oldest first. Never removes what is not acknowledged
 * (invariant 5); what it removes is counted as evicted, and the image keeps its row.
 */
export class Retention {
  readonly #database: Database;
  readonly #payloads: PayloadStore;
  readonly #onRemoved: (sha256: string) => Promise<void>;
  readonly #oldest;
  readonly #mark;
  readonly #release;
  readonly #dropUnreferenced;
  readonly #exists;

  /** `onRemoved`: what was made from a payload that is gone, its preview for instance, may go too. */
  constructor(
    database: Database,
    payloads: PayloadStore,
    onRemoved: (sha256: string) => Promise<void> = async () => undefined,
  ) {
    this.#database = database;
    this.#payloads = payloads;
    this.#onRemoved = onRemoved;
    this.#oldest = database.prepare<[number], Candidate>(`
      SELECT o.seq, i.sha256, i.format, i.bytes FROM outbox o JOIN images i USING (seq)
      WHERE state = 'acknowledged' AND payload_present = 1 ORDER BY o.seq LIMIT ?`);
    this.#mark = database.prepare('UPDATE outbox SET payload_present = 0 WHERE seq = ?');
    this.#release = database.prepare('UPDATE payloads SET refs = refs - 1 WHERE sha256 = ?');
    this.#dropUnreferenced = database.prepare('DELETE FROM payloads WHERE sha256 = ? AND refs = 0');
    this.#exists = database.prepare<[string], { found: number }>('SELECT 1 AS found FROM payloads WHERE sha256 = ?');
  }

  /** Frees at least `bytes` if so much is acknowledged. Returns how many bytes of payload it freed. */
  async makeRoom(bytes: number): Promise<number> {
    let freed = 0;
    while (freed < bytes) {
      const candidates = this.#oldest.all(batch);
      if (candidates.length === 0) break;
      const chosen: Candidate[] = [];
      let planned = 0;
      for (const candidate of candidates) {
        if (freed + planned >= bytes) break;
        chosen.push(candidate);
        planned += candidate.bytes;
      }
      freed += await this.#evict(chosen);
    }
    return freed;
  }

  async #evict(chosen: readonly Candidate[]): Promise<number> {
    const gone: Candidate[] = [];
    this.#database
      .transaction(() => {
        for (const candidate of chosen) {
          this.#mark.run(candidate.seq);
          this.#release.run(candidate.sha256);
          // Another image with the same content may still need the payload.
          if (this.#dropUnreferenced.run(candidate.sha256).changes === 1) gone.push(candidate);
        }
      })
      .immediate();
    // One that can't be removed must not keep the others: they are off the books already.
    const removals = await Promise.allSettled(
      gone.map(({ sha256, format }) =>
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
    return gone.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

type Candidate = {
  readonly seq: number;
  readonly sha256: string;
  readonly format: PictureFormat;
  readonly bytes: number;
};
