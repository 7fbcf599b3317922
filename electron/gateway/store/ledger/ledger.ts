import { type LedgerRow, ledgerCounts } from '../../../../shared/contract.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Database } from '../database/database.ts';
import { WriteBatch } from '../database/write-batch.ts';
import { type ChainRow, chainCounts, chainHash, gapCondition, genesisHash, parseCounts } from './ledger-chain.ts';
import { dayShifts, type ShiftOf } from './shifts.ts';

/** A line that never rests would else chain a row for each commit: a thousand gigabytes in a few years. */
const sealEveryMilliseconds = 60_000;
const gapsToTell = 10;

/** What a person did, or why something was done that is not the usual way; plain JSON. */
export type LedgerDetail = Readonly<Record<string, unknown>>;

/**
 * The ledger: for each source and shift, captured = acknowledged + pending + dead + refused + dropped + gated + deleted + lost.
 *
 * Triggers count in the transaction of each change (`ledger_tally`). `seal` writes what changed into a chain of rows,
 * each of whose hashes covers the row and the hash before it: at most once a minute for what happens by itself, at once
 * for what a person did. A kill in between loses nothing: counts that are not chained yet are marked in the database.
 */
export class Ledger {
  readonly shiftOf: ShiftOf;
  readonly #group: WriteBatch;
  readonly #statements: ReturnType<typeof prepare>;
  #sealedAt = Number.NEGATIVE_INFINITY;

  constructor(database: Database, shiftOf: ShiftOf = dayShifts) {
    this.shiftOf = shiftOf;
    this.#group = WriteBatch.of(database);
    this.#statements = prepare(database);
  }

  /** To be called within each transaction that changes counts. With a detail, or when it is time, it chains them. */
  seal(at: number, detail?: LedgerDetail): void {
    if (detail === undefined && Math.abs(at - this.#sealedAt) < sealEveryMilliseconds) return;
    this.sealNow(at, detail);
  }

  /** Chains whatever has changed; within a transaction of the caller, or in one of its own. */
  sealNow(at: number, detail?: LedgerDetail): void {
    this.#sealedAt = at;
    const s = this.#statements;
    if (s.anyDirty.get() !== undefined) this.#group.run(() => this.#chain(at, detail));
  }

  /** Chains a row that changes no count: what happened to pictures without moving one of them. Durable at once. */
  note(at: number, sourceId: string, detail: LedgerDetail): void {
    const change = JSON.stringify(chainCounts.map(() => 0));
    this.#group.run(() => this.#append({ at, source_id: sourceId, shift: this.shiftOf(at), change, detail }));
  }

  #append({
    at,
    detail,
    ...row
  }: Pick<ChainRow, 'source_id' | 'shift' | 'change'> & {
    readonly at: number;
    readonly detail: LedgerDetail | undefined;
  }): void {
    const s = this.#statements;
    const last = s.last.get();
    const next = {
      ...row,
      id: (last?.id ?? 0) + 1,
      at: Math.round(at),
      detail: detail === undefined ? '' : JSON.stringify(detail),
    };
    s.append.run({ ...next, hash: chainHash(last?.hash ?? genesisHash, next) });
  }

  #chain(at: number, detail: LedgerDetail | undefined): void {
    const s = this.#statements;
    for (const { id: tally, source_id, shift, chained, counts } of s.dirty.all()) {
      const before = parseCounts(chained) ?? [];
      const after = parseCounts(counts) ?? [];
      const change = after.map((count, index) => count - (before[index] ?? 0));
      if (change.some((difference) => difference !== 0))
        this.#append({ at, source_id, shift, change: JSON.stringify(change), detail });
      s.markChained.run(counts, tally);
    }
  }

  /** Newest shift first. */
  page(before: string | null, limit: number): { rows: LedgerRow[]; nextCursor: string | null } {
    const position = before === null ? Number.MAX_SAFE_INTEGER : Number(before);
    if (!Number.isSafeInteger(position)) return { rows: [], nextCursor: null };
    this.#group.flush();
    const found = this.#statements.page.all(position, limit);
    const last = found.at(-1);
    return {
      rows: found.map(({ id: _id, balanced, ...row }) => ({
        ...row,
        balanced: balanced === 1,
      })),
      nextCursor: found.length === limit && last !== undefined ? String(last.id) : null,
    };
  }

  /**
   * Looks whether all counts add up, and chains them when it is time. Its cost does not grow with the store: an index
   * holds the gaps alone. Says each gap, at most ten.
   */
  check(at: number): readonly Message[] {
    this.seal(at);
    return this.#statements.gaps.all(gapsToTell).map(unbalanced);
  }
}

/** Which counts. What an older version of the gateway counted has no shift. */
export const placeOf = (source: string, shift: string): Message =>
  shift === '' ? message('ledger-place-before', { source }) : message('ledger-place', { source, shift });

type CountsRow = Omit<LedgerRow, 'balanced'>;

/** Why a row of the ledger does not add up. */
export function unbalanced({ sourceId, shift, captured, ...rest }: CountsRow): Message {
  const { acknowledged, pending, dead, refused, dropped, gated, deleted, lost } = rest;
  const outcomes = { acknowledged, pending, dead, refused, dropped, gated, deleted, lost };
  const found = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  return message('ledger-unbalanced', { where: placeOf(sourceId, shift), captured, found, ...outcomes });
}

const shownCounts = `source_id AS sourceId, shift, ${ledgerCounts.join(', ')}`;

function prepare(database: Database) {
  type Dirty = {
    readonly id: number;
    readonly source_id: string;
    readonly shift: string;
    readonly chained: string;
    readonly counts: string;
  };
  return {
    anyDirty: database.prepare<[], { id: number }>('SELECT id FROM ledger_tally WHERE dirty = 1 LIMIT 1'),
    dirty: database.prepare<[], Dirty>(`
      SELECT id, source_id, shift, chained, json_array(${chainCounts.join(', ')}) AS counts
      FROM ledger_tally WHERE dirty = 1 ORDER BY id`),
    last: database.prepare<[], { id: number; hash: string }>('SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1'),
    append: database.prepare<[ChainRow]>(`
      INSERT INTO ledger (id, at, source_id, shift, change, detail, hash)
      VALUES (@id, @at, @source_id, @shift, @change, @detail, @hash)`),
    markChained: database.prepare<[string, number]>('UPDATE ledger_tally SET chained = ?, dirty = 0 WHERE id = ?'),
    page: database.prepare<[number, number], CountsRow & { id: number; balanced: number }>(`
      SELECT id, ${shownCounts}, NOT (${gapCondition}) AS balanced
      FROM ledger_tally WHERE id < ? ORDER BY id DESC LIMIT ?`),
    gaps: database.prepare<[number], CountsRow>(`
      SELECT ${shownCounts} FROM ledger_tally WHERE ${gapCondition} ORDER BY id LIMIT ?`),
  };
}
