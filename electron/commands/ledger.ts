import { type LedgerRow, type LedgerVerdict, ledgerCounts } from '../../shared/contract.ts';
import { exitCodes } from '../cli.ts';
import { type Output, table } from './output.ts';

export type LedgerReport = { readonly rows: readonly LedgerRow[]; readonly verdict: LedgerVerdict };

/** `gateway ledger --verify`. `names`: what people call the sources, by id. */
export function printLedger(
  { rows, verdict }: LedgerReport,
  names: ReadonlyMap<string, string>,
  json: boolean,
  { print }: Output,
): number {
  if (json) print(JSON.stringify({ rows, verdict }));
  else {
    const heading = ['source', 'shift', ...ledgerCounts, ''];
    const lines = rows.map((row) => [
      names.get(row.sourceId) ?? row.sourceId,
      row.shift,
      ...ledgerCounts.map((count) => String(row[count])),
      row.balanced ? '' : 'DOES NOT ADD UP',
    ]);
    for (const line of table([heading, ...lines], ['<', '<', ...ledgerCounts.map(() => '>' as const), '<']))
      print(line);
    print(`\n${verdictWords(verdict)}`);
    for (const problem of verdict.problems) print(`- ${problem}`);
    if (verdict.head !== '') print(`Hash of the last row: ${verdict.head}`);
  }
  return verdict.ok ? exitCodes.ok : exitCodes.faultsFound;
}

function verdictWords({ ok, rows }: LedgerVerdict): string {
  if (ok) return `The ledger is whole: ${rows} rows of the chain checked, every picture is accounted for.`;
  return `The ledger has gaps (${rows} rows of the chain checked). Copy the whole data folder to another disk before anything else, then ask for support.`;
}
