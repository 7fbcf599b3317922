import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { ledgerCounts } from '../../../../shared/contract.ts';

/** What is counted for each source and shift, in the order in which the chain writes it down. */
export const chainCounts = [
  ...ledgerCounts.filter((name) => name !== 'lost'),
  'pruned_acknowledged',
  'pruned_dropped',
  'pruned_deleted',
  // Since the second form of the chain: rows of the first end before it.
  'lost',
] as const;
const countsOfFirstForm = chainCounts.length - 1;
export type ChainCount = (typeof chainCounts)[number];

/** SQL: everything that was captured became one of these. Word for word the condition of the index `ledger_gaps`. */
export const gapCondition = 'captured <> acknowledged + pending + dead + refused + dropped + gated + deleted + lost';

/** One row of the chain. `change` is a JSON array of the changes of `chainCounts`, `detail` JSON or empty. */
export type ChainRow = {
  readonly id: number;
  readonly at: number;
  readonly source_id: string;
  readonly shift: string;
  readonly change: string;
  readonly detail: string;
  readonly hash: string;
};

/** Before the first row. */
export const genesisHash = '0'.repeat(64);

/** SHA-256, hex, of a text that no other row can have: JSON keeps the fields apart whatever is in them. */
export function chainHash(
  previous: string,
  { id, at, source_id, shift, change, detail }: Omit<ChainRow, 'hash'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, id, at, source_id, shift, change, detail]))
    .digest('hex');
}

/** The numbers of a JSON array of counts; null where it is none. */
export function parseCounts(text: string): readonly number[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || !value.every(Number.isSafeInteger)) return null;
    if (value.length === countsOfFirstForm) return [...value, 0];
    return value.length === chainCounts.length ? (value as number[]) : null;
  } catch {
    return null;
  }
}

/** What a chain has that another one, from which it goes on, has not. */
export type ChainTail = {
  /** Lost pictures, by source. */
  readonly lost: ReadonlyMap<string, number>;
};

/**
 * Reads on in the chain of a database that may be damaged, from where the chain of `base` ends; from its beginning where
 * that has none. Only rows whose hashes hold, up to the first that does not. Throws what SQLite says of the first page.
 */
export function readChainTail(old: Database.Database, base: Database.Database): ChainTail {
  const last = base
    .prepare<[], Pick<ChainRow, 'id' | 'hash'>>('SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1')
    .get();
  let hash = last?.hash ?? genesisHash;
  const lost = new Map<string, number>();
  const rows = old.prepare<[number], ChainRow>(`
    SELECT id, at, source_id, shift, change, detail, hash FROM ledger WHERE id > ? ORDER BY id`);
  try {
    for (const row of rows.iterate(last?.id ?? 0)) {
      if (row.hash !== chainHash(hash, row)) break;
      hash = row.hash;
      const frames = parseCounts(row.change)?.[chainCounts.indexOf('lost')] ?? 0;
      if (frames > 0) lost.set(row.source_id, (lost.get(row.source_id) ?? 0) + frames);
    }
  } catch {
    // A damaged page: what was read before it holds.
  }
  return { lost };
}
