import type { Database } from './database/database.ts';
import { WriteBatch } from './database/write-batch.ts';

/** Counts of one source, as the triggers keep them. Sizes are bytes. */
export type SourceTally = {
  readonly sourceId: string;
  readonly collected: number;
  readonly pending: number;
  readonly leased: number;
  readonly acknowledged: number;
  readonly dead: number;
  readonly ambiguous: number;
  readonly retrying: number;
  readonly stuck: number;
  readonly duplicates: number;
  readonly payloadsRemoved: number;
  readonly damaged: number;
  readonly sidecarProblems: number;
  readonly refused: number;
  readonly notices: number;
  /** Frames that the near-duplicate filter counted and did not store. */
  readonly gated: number;
  /** Never delivered and dropped by a ring buffer. */
  readonly dropped: number;
  /** Dead letters that a person deleted. */
  readonly deleted: number;
  /** Gone before they could be stored. */
  readonly lost: number;
  /** Of the dead: the stored picture is gone or damaged, and nothing but an original can bring it back. */
  readonly gone: number;
  /** Files that were known by their content: renamed, moved or touched, and not stored again. */
  readonly known: number;
  readonly waitingBytes: number;
  readonly acknowledgedBytes: number;
  readonly deadBytes: number;
  readonly lastStoredAt: number | null;
};

export type TallyTotals = Omit<SourceTally, 'sourceId'>;

/** Status in constant time: one row a source, whatever the length of the queue. */
export class Tally {
  readonly #group: WriteBatch;
  readonly #rows;
  readonly #payloads;

  constructor(database: Database) {
    this.#group = WriteBatch.of(database);
    this.#rows = database.prepare<[], SourceTally>(`
      SELECT source_id AS sourceId, collected, pending, leased, acknowledged, dead, ambiguous, retrying, stuck,
        duplicates, payloads_removed AS payloadsRemoved, damaged, sidecar_problems AS sidecarProblems, refused, notices,
        gated, dropped, deleted, lost, gone, known, waiting_bytes AS waitingBytes, acknowledged_bytes AS acknowledgedBytes, dead_bytes AS deadBytes,
        last_stored_at AS lastStoredAt
      FROM tally`);
    this.#payloads = database.prepare<[], { files: number; bytes: number }>('SELECT files, bytes FROM payload_tally');
  }

  sources(): ReadonlyMap<string, SourceTally> {
    // What was said is counted, though it may not be on the disk yet.
    this.#group.flush();
    return new Map(this.#rows.all().map((row) => [row.sourceId, row]));
  }

  payloads(): { readonly files: number; readonly bytes: number } {
    return this.#payloads.get() ?? { files: 0, bytes: 0 };
  }
}

export const emptyTally: TallyTotals = {
  collected: 0,
  pending: 0,
  leased: 0,
  acknowledged: 0,
  dead: 0,
  ambiguous: 0,
  retrying: 0,
  stuck: 0,
  duplicates: 0,
  payloadsRemoved: 0,
  damaged: 0,
  sidecarProblems: 0,
  refused: 0,
  notices: 0,
  gated: 0,
  dropped: 0,
  deleted: 0,
  lost: 0,
  gone: 0,
  known: 0,
  waitingBytes: 0,
  acknowledgedBytes: 0,
  deadBytes: 0,
  lastStoredAt: null,
};

export function totalOf(rows: Iterable<SourceTally>): TallyTotals {
  const total: Record<string, number | null> = { ...emptyTally };
  for (const row of rows) {
    for (const key of Object.keys(emptyTally) as (keyof TallyTotals)[]) {
      if (key === 'lastStoredAt') total[key] = Math.max(total[key] ?? 0, row.lastStoredAt ?? 0) || null;
      else total[key] = (total[key] ?? 0) + row[key];
    }
  }
  return total as TallyTotals;
}
