import { errnoCode } from '../../platform/errors.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import { type FreedPayload, PayloadRows } from './payload-rows.ts';
import type { PayloadStore } from './payload-store.ts';

const batch = 64;

/**
 * Makes room by removing payloads of acknowledged images, oldest first. Never removes what is not acknowledged
 * (invariant 5); what it removes is counted as such, and the image keeps its row.
 */
export class Retention {
  readonly #group: WriteBatch;
  readonly #rows: PayloadRows;
  readonly #oldest;
  readonly #mark;

  /** `onRemoved`: a payload made room now; what was made from it, its preview for instance, begins its own term. */
  constructor(
    database: Database,
    payloads: PayloadStore,
    onRemoved: (sha256: string) => Promise<void> = async () => undefined,
  ) {
    this.#group = WriteBatch.of(database);
    this.#rows = new PayloadRows(database, payloads, onRemoved);
    this.#oldest = database.prepare<[number], Candidate>(`
      SELECT o.seq, i.sha256, i.format, i.bytes FROM outbox o JOIN images i USING (seq)
      WHERE state = 'acknowledged' AND payload_present = 1 ORDER BY o.seq LIMIT ?`);
    this.#mark = database.prepare('UPDATE outbox SET payload_present = 0 WHERE seq = ?');
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
    const gone = await this.#takeOff(chosen);
    await this.#rows.removeFiles(gone);
    return gone.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * A database that finds no room takes nothing off its books either, and nothing would ever make room: then the files
   * of these pictures, which the cloud has, go first.
   */
  async #takeOff(chosen: readonly Candidate[]): Promise<readonly Candidate[]> {
    try {
      return this.#release(chosen);
    } catch (error) {
      if (!wantsRoom.test(errnoCode(error) ?? '')) throw error;
      await this.#rows.removeDelivered(chosen);
      return this.#release(chosen);
    }
  }

  /** Returns those whose payload nothing needs any more. */
  #release(chosen: readonly Candidate[]): readonly Candidate[] {
    return this.#group.run(() =>
      chosen.filter(({ seq, sha256 }) => {
        this.#mark.run(seq);
        // Another image with the same content may still need the payload.
        return this.#rows.release(sha256);
      }),
    );
  }
}

/** To SQLite a quota that is used up is a disk that fails. */
const wantsRoom = /^SQLITE_(?:FULL|IOERR)/;

type Candidate = FreedPayload & { readonly seq: number };
