import type { Logger } from '../../platform/logger.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import { type FreedPayload, PayloadRows } from './payload-rows.ts';
import type { PayloadStore } from './payload-store.ts';

const batch = 64;
/** Counts are exact in every transaction; why they changed is written into the ledger no more often than this. */
const tellEveryMilliseconds = 60_000;

export type RingBufferOptions = {
  readonly database: Database;
  readonly payloads: PayloadStore;
  readonly logger: Logger;
  /** `Ledger.seal`: chains the counts within the transaction; with a detail at once. */
  readonly seal: (at: number, detail?: Readonly<Record<string, unknown>>) => void;
  /** Called within the transaction that drops them: a person must hear of it. */
  readonly onDropped?: (sourceId: string, pictures: number, at: number) => void;
  /** As for `Retention`. */
  readonly onRemoved?: (sha256: string) => Promise<void>;
};

/**
 * `store.whenFull = "drop-oldest"`: the one way in which a picture that was never delivered leaves the store by itself,
 * and only where the site chose it.
 *
 * - Only pending entries: never one under way, never a dead letter.
 * - Those without annotations before those with; oldest first within each.
 * - Nothing is dropped that would make no room: a payload that other images need too goes with all of its entries, or
 *   not at all.
 * - Every one is counted (state `dropped`), in the transaction that drops it, which seals the ledger.
 */
export class RingBuffer {
  readonly #options: RingBufferOptions;
  readonly #group: WriteBatch;
  readonly #rows: PayloadRows;
  readonly #statements: ReturnType<typeof prepare>;
  /** Dropped and not yet told of in a detail of the ledger, a count a source. */
  #untold = new Map<string, number>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: RingBufferOptions) {
    const { database, payloads, onRemoved = async () => undefined } = options;
    this.#options = options;
    this.#group = WriteBatch.of(database);
    this.#rows = new PayloadRows(database, payloads, onRemoved);
    this.#statements = prepare(database);
  }

  /** Frees at least `bytes` if so much may be dropped, and little more. Returns how many bytes of payload it freed. */
  async makeRoom(bytes: number, at: number): Promise<number> {
    let freed = 0;
    for (const annotated of [0, 1]) {
      for (let after = 0; freed < bytes; ) {
        const dropped = this.#dropSome(annotated, after, bytes - freed, at);
        if (dropped === null) break;
        freed += dropped.bytes;
        after = dropped.last;
        await this.#rows.removeFiles(dropped.payloads);
      }
    }
    return freed;
  }

  /** Choosing and dropping are one transaction: no entry can be leased in between. Null: nothing is left. */
  #dropSome(annotated: number, after: number, bytes: number, at: number): Dropped | null {
    const dropped = this.#group.run(() => {
      const perSource = new Map<string, number>();
      const payloads: FreedPayload[] = [];
      const done = new Set<string>();
      let freed = 0;
      let last = after;
      for (const candidate of this.#statements.droppable.all(annotated, after, batch)) {
        if (freed >= bytes) break;
        last = candidate.seq;
        if (done.has(candidate.sha256)) continue;
        done.add(candidate.sha256);
        if (!this.#dropAll(candidate.sha256, perSource)) continue;
        payloads.push(candidate);
        freed += candidate.bytes;
      }
      for (const [source, pictures] of perSource) this.#options.onDropped?.(source, pictures, at);
      if (perSource.size > 0) this.#seal(at, perSource);
      return { payloads, bytes: freed, last, perSource, annotated };
    });
    if (dropped.last === after) return null;
    this.#log(dropped);
    return dropped;
  }

  /** All entries that need this payload. Returns true when nothing needs it any more. */
  #dropAll(sha256: string, perSource: Map<string, number>): boolean {
    let free = false;
    for (const { seq, source_id: source } of this.#statements.shares.all(sha256)) {
      if (this.#statements.drop.run(seq).changes === 0) continue;
      free = this.#rows.release(sha256);
      perSource.set(source, (perSource.get(source) ?? 0) + 1);
    }
    return free;
  }

  #seal(at: number, perSource: ReadonlyMap<string, number>): void {
    for (const [source, count] of perSource) this.#untold.set(source, (this.#untold.get(source) ?? 0) + count);
    if (Math.abs(at - this.#toldAt) < tellEveryMilliseconds) return this.#options.seal(at);
    this.#toldAt = at;
    const pictures = Object.fromEntries(this.#untold);
    this.#untold = new Map();
    this.#options.seal(at, { who: 'ring buffer', did: 'drop', pictures, why: 'there was no room for new pictures' });
  }

  #log({ perSource, bytes, annotated }: Dropped): void {
    const pictures = [...perSource.values()].reduce((sum, count) => sum + count, 0);
    if (pictures === 0) return;
    const sources = Object.fromEntries(perSource);
    this.#options.logger.log('warn', 'pictures-dropped', { pictures, bytes, annotated: annotated === 1, sources });
  }
}

type Candidate = FreedPayload & { readonly seq: number };

type Dropped = {
  readonly payloads: readonly FreedPayload[];
  readonly bytes: number;
  /** The last entry that was considered. */
  readonly last: number;
  readonly perSource: ReadonlyMap<string, number>;
  readonly annotated: number;
};

function prepare(database: Database) {
  return {
    // Along the index outbox_droppable. What a leased or dead entry, or an annotated picture, needs too is passed over.
    droppable: database.prepare<[number, number, number], Candidate>(`
      SELECT o.seq, i.sha256, i.format, i.bytes FROM outbox o CROSS JOIN images i USING (seq)
      WHERE o.state = 'pending' AND o.annotated = ? AND o.seq > ? AND NOT EXISTS (
        SELECT 1 FROM images j JOIN outbox p USING (seq)
        WHERE j.sha256 = i.sha256 AND p.payload_present = 1 AND (p.state <> 'pending' OR p.annotated > o.annotated))
      ORDER BY o.annotated, o.seq LIMIT ?`),
    shares: database.prepare<[string], { seq: number; source_id: string }>(`
      SELECT o.seq, o.source_id FROM images i CROSS JOIN outbox o USING (seq)
      WHERE i.sha256 = ? AND o.state = 'pending' AND o.payload_present = 1 ORDER BY i.seq`),
    drop: database.prepare<[number]>(`
      UPDATE outbox SET state = 'dropped', payload_present = 0, stuck = 0, next_attempt_at = 0
      WHERE seq = ? AND state = 'pending'`),
  };
}
