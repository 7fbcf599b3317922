import { createHash } from 'node:crypto';
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
