import type { Database } from '../database/database.ts';

/** Every so many claims take first what failed before, and what stands in a lower rank: nothing may wait for ever. */
const delayedEvery = 4;
const lowerRankEvery = 8;
const lowerRankTurn = 6;
const first = Number.MIN_SAFE_INTEGER;
/** Nothing is held back from its first attempt for longer: what seems to be was stored before a jump of the clock. */
const longestHoldMilliseconds = 11 * 60_000;

/**
 * Chooses what is delivered next, at a cost that grows with the number of sources and not with the queue.
 *
 * - What was never delayed goes before what failed, and what failed goes by the time at which it is due.
 * - The best rank goes first. Within a rank the sources take turns, so that one's backlog can't keep another's live
 *   frames waiting; each source's own go in the order of their positions.
 */
export class LeaseSelector {
  readonly #statements: ReturnType<typeof prepare>;
  #claims = 0;
  #lastSource = '';
  #lastLowerRank = first;

  constructor(database: Database) {
    this.#statements = prepare(database);
  }

  /** Marks up to `limit` entries that are due as leased, within the caller's transaction. Returns their numbers. */
  take(limit: number, now: number, lease: Lease): readonly number[] {
    if (limit <= 0) return [];
    this.#statements.release.run(now, now + longestHoldMilliseconds);
    this.#claims += 1;
    const taken: number[] = [];
    const take = (seqs: readonly number[]): void => {
      if (seqs.length === 0) return;
      this.#statements.lease.run({ ...lease, seqs: JSON.stringify(seqs) });
      taken.push(...seqs);
    };
    if (this.#claims % delayedEvery === 0) take(this.#delayed(limit, now));
    if (this.#claims % lowerRankEvery === lowerRankTurn) take(this.#ofLowerRank(limit));
    take(this.#inTurn(limit - taken.length, first));
    take(this.#delayed(limit - taken.length, now));
    return taken;
  }

  #delayed(limit: number, now: number): readonly number[] {
    return limit <= 0 ? [] : this.#statements.delayed.all(now, limit).map(({ seq }) => seq);
  }

  /** Each time the next of the ranks below the best, and what is below that one in turn. */
  #ofLowerRank(limit: number): readonly number[] {
    const sources = this.#sources();
    const best = Math.min(...sources.map(({ rank }) => rank));
    const nextAfter = (rank: number): number =>
      Math.min(
        ...sources.map(({ source_id: source }) => this.#statements.nextRank.get(source, rank)?.rank ?? Infinity),
      );
    let rank = nextAfter(Math.max(best, this.#lastLowerRank));
    if (rank === Infinity) rank = nextAfter(best);
    if (rank === Infinity) return [];
    this.#lastLowerRank = rank;
    return this.#inTurn(limit, rank);
  }

  /** Fresh entries from this rank on: best rank first, the sources that have it taking turns. */
  #inTurn(limit: number, fromRank: number): readonly number[] {
    if (limit <= 0) return [];
    const sources = this.#sources();
    const atOnce = Math.max(4, Math.ceil(limit / Math.max(1, sources.length)));
    const start = sources.findIndex(({ source_id: source }) => source > this.#lastSource);
    let lines = [...sources.slice(Math.max(0, start)), ...sources.slice(0, Math.max(0, start))]
      .map(({ source_id: source }) => new SourceLine(this.#statements.fresh, source, fromRank, atOnce))
      .filter(({ head }) => head !== undefined);
    const chosen: number[] = [];
    while (chosen.length < limit && lines.length > 0) {
      const best = Math.min(...lines.map(({ head }) => head?.rank ?? Infinity));
      for (const line of lines) {
        if (chosen.length === limit) break;
        if (line.head === undefined || line.head.rank !== best) continue;
        chosen.push(line.head.seq);
        line.advance();
        this.#lastSource = line.source;
      }
      lines = lines.filter(({ head }) => head !== undefined);
    }
    return chosen;
  }

  /** Sources with fresh entries, configured or not, each with its best rank: one step in an index a source. */
  #sources(): readonly SourceHead[] {
    const sources: SourceHead[] = [];
    for (let head = this.#statements.nextSource.get(''); head !== undefined; ) {
      sources.push(head);
      head = this.#statements.nextSource.get(head.source_id);
    }
    return sources;
  }

  /** When the next waiting entry is due, milliseconds since the epoch; 0 for at once, null when nothing waits. */
  nextDueAt(): number | null {
    const s = this.#statements;
    return s.nextSource.get('') !== undefined ? 0 : (s.nextDelayed.get()?.next_attempt_at ?? null);
  }
}

export type Lease = { readonly token: string; readonly expires: number };
type SourceHead = { readonly source_id: string; readonly rank: number };
type Head = { readonly seq: number; readonly rank: number; readonly position: number };
type FreshStatement = ReturnType<typeof prepare>['fresh'];

/** The fresh entries of one source in their order, a few read at a time. */
class SourceLine {
  readonly source: string;
  readonly #fresh: FreshStatement;
  readonly #atOnce: number;
  #read: readonly Head[];
  #index = 0;

  constructor(fresh: FreshStatement, source: string, fromRank: number, atOnce: number) {
    this.#fresh = fresh;
    this.source = source;
    this.#atOnce = atOnce;
    this.#read = this.#after({ rank: fromRank, position: Number.MIN_SAFE_INTEGER, seq: -1 });
  }

  get head(): Head | undefined {
    return this.#read[this.#index];
  }

  advance(): void {
    const { head } = this;
    this.#index += 1;
    if (head === undefined || this.#index < this.#read.length || this.#read.length < this.#atOnce) return;
    this.#read = this.#after(head);
    this.#index = 0;
  }

  #after(head: Head): readonly Head[] {
    return this.#fresh.all({ ...head, source: this.source, limit: this.#atOnce });
  }
}

function prepare(database: Database) {
  // Word for word the condition of the index outbox_fresh: that is how SQLite knows that it may use it.
  const fresh = "state = 'pending' AND next_attempt_at = 0";
  return {
    nextSource: database.prepare<[string], SourceHead>(`
      SELECT source_id, rank FROM outbox WHERE ${fresh} AND source_id > ?
      ORDER BY source_id, rank, position, seq LIMIT 1`),
    nextRank: database.prepare<[string, number], { rank: number }>(`
      SELECT rank FROM outbox WHERE ${fresh} AND source_id = ? AND rank > ? ORDER BY rank, position, seq LIMIT 1`),
    fresh: database.prepare<[Head & { source: string; limit: number }], Head>(`
      SELECT seq, rank, position FROM outbox
      WHERE ${fresh} AND source_id = @source AND (rank, position, seq) > (@rank, @position, @seq)
      ORDER BY rank, position, seq LIMIT @limit`),
    delayed: database.prepare<[number, number], { seq: number }>(`
      SELECT seq FROM outbox WHERE state = 'pending' AND next_attempt_at > 0 AND next_attempt_at <= ?
      ORDER BY next_attempt_at, seq LIMIT ?`),
    // What waited for its label file for long enough stands in line with all others again.
    release: database.prepare<[number, number]>(`
      UPDATE outbox SET next_attempt_at = 0
      WHERE state = 'pending' AND next_attempt_at > 0 AND attempts = 0 AND (next_attempt_at <= ? OR next_attempt_at > ?)`),
    nextDelayed: database.prepare<[], { next_attempt_at: number }>(`
      SELECT next_attempt_at FROM outbox WHERE state = 'pending' AND next_attempt_at > 0
      ORDER BY next_attempt_at, seq LIMIT 1`),
    lease: database.prepare<[Lease & { seqs: string }]>(`
      UPDATE outbox SET state = 'leased', lease_token = @token, lease_expires_at = @expires
      WHERE seq IN (SELECT value FROM json_each(@seqs)) AND state = 'pending'`),
  };
}
