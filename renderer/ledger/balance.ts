import { type LedgerOutcome, type LedgerRow, ledgerOutcomes } from '../../shared/contract.ts';
import { formatCount } from '../../shared/messages/numbers.ts';

export type Balance = { readonly balanced: boolean; readonly word: string };

/** Frames that were captured and are nowhere; negative where more came out than went in. */
export const differenceOf = (row: Pick<LedgerRow, LedgerOutcome | 'captured'>): number =>
  row.captured - ledgerOutcomes.reduce((sum, outcome) => sum + row[outcome], 0);

/** Balanced only when both the gateway says so and the figures shown add up: neither alone is enough. */
export function balanceOf(row: LedgerRow): Balance {
  const difference = differenceOf(row);
  if (difference > 0) return { balanced: false, word: `${formatCount(difference)} missing` };
  if (difference < 0) return { balanced: false, word: `${formatCount(-difference)} too many` };
  return row.balanced ? { balanced: true, word: 'Balanced' } : { balanced: false, word: 'Check it' };
}

export type ShiftGroup = { readonly shift: string; readonly rows: readonly LedgerRow[] };

/** Neighbouring rows of one shift under one heading, in the order they came. */
export function byShift(rows: readonly LedgerRow[]): readonly ShiftGroup[] {
  const groups: { shift: string; rows: LedgerRow[] }[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.shift === row.shift) last.rows.push(row);
    else groups.push({ shift: row.shift, rows: [row] });
  }
  return groups;
}
