import { type LedgerVerdict, ledgerCounts } from '../../shared/contract.ts';
import { message } from '../../shared/messages/message.ts';
import { plainEnglish } from '../../shared/messages/words.ts';
import type { StoreReport } from '../gateway/maintenance/verify-store.ts';
import { ways } from '../gateway/status/losses.ts';
import { exitCodes } from './arguments.ts';
import { type Output, table } from './output.ts';

export type LedgerReport = Pick<StoreReport, 'rows' | 'verdict' | 'notes'>;

const mostNotes = 50;

/** `gateway ledger --verify`. `names`: what people call the sources, by id. */
export function printLedger(
  { rows, verdict, notes }: LedgerReport,
  names: ReadonlyMap<string, string>,
  json: boolean,
  { print }: Output,
): number {
  if (json) print(JSON.stringify({ rows, verdict, notes }));
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
    if (notes.length > 0) print('\nNotes, the newest first:');
    for (const { at, sourceId, detail } of notes.slice(0, mostNotes))
      print(
        `- ${[new Date(at).toISOString(), names.get(sourceId) ?? sourceId, noteWords(detail)].filter(Boolean).join('  ')}`,
      );
    if (notes.length > mostNotes) print(`- and older ones: --json has them.`);
    print(`\n${verdictWords(verdict)}`);
    for (const problem of verdict.problems) print(`- ${problem}`);
    if (verdict.head !== '') print(`Hash of the last row: ${verdict.head}`);
  }
  return verdict.ok ? exitCodes.ok : exitCodes.faultsFound;
}

/** What was lost in which way, or that a person has seen it; anything else as it stands there. */
function noteWords(detail: StoreReport['notes'][number]['detail']): string {
  const { loss, seen, pictures, text } = detail;
  const words = (way: unknown): string | null => {
    if (!isWay(way)) return null;
    return typeof pictures === 'number'
      ? plainEnglish(message(ways[way].code, { count: pictures }))
      : 'Nobody can say how many pictures waited.';
  };
  const lost = words(loss);
  if (lost !== null) return typeof text === 'string' ? `${text} ${lost}` : lost;
  const noted = words(seen);
  return noted === null ? JSON.stringify(detail) : `Seen by a person: ${noted}`;
}

const isWay = (name: unknown): name is keyof typeof ways => typeof name === 'string' && Object.hasOwn(ways, name);

function verdictWords({ ok, rows }: LedgerVerdict): string {
  if (ok) return `The ledger is whole: ${rows} rows of the chain checked, every picture is accounted for.`;
  return `The ledger has gaps (${rows} rows of the chain checked). Copy the whole data folder to another disk before anything else, then ask for support.`;
}
