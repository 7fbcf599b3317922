import { ledgerCounts } from '../../shared/contract.ts';
import { isMessage, type Message, message } from '../../shared/messages/message.ts';
import { createWords, plainEnglish } from '../../shared/messages/words.ts';
import { type RecoveryReport, recoveredMessage } from '../gateway/maintenance/recover-store.ts';
import type { StoreReport } from '../gateway/maintenance/verify-store.ts';
import { ways } from '../gateway/status/losses.ts';
import { exitCodes } from './arguments.ts';
import { type Output, table } from './output.ts';

export type LedgerReport = Pick<StoreReport, 'rows' | 'verdict' | 'notes'>;

const mostNotes = 50;

/** `ledger --verify`. `names`: what people call the sources, by id. */
export function printLedger(
  { rows, verdict, notes }: LedgerReport,
  names: ReadonlyMap<string, string>,
  json: boolean,
  { print }: Output,
): number {
  const { text } = createWords();
  if (json) print(JSON.stringify({ rows, verdict: { ...verdict, problems: verdict.problems.map(withText) }, notes }));
  else {
    const heading = ['source', 'shift', ...ledgerCounts, ''];
    const lines = rows.map((row) => [
      names.get(row.sourceId) ?? row.sourceId,
      row.shift === '' ? text(message('ledger-before')) : row.shift,
      ...ledgerCounts.map((count) => String(row[count])),
      row.balanced ? '' : text(message('ledger-row-gap')),
    ]);
    for (const line of table([heading, ...lines], ['<', '<', ...ledgerCounts.map(() => '>' as const), '<']))
      print(line);
    if (notes.length > 0) print(`\n${text(message('ledger-notes'))}`);
    for (const { at, sourceId, detail } of notes.slice(0, mostNotes))
      print(
        `- ${[new Date(at).toISOString(), names.get(sourceId) ?? sourceId, noteWords(detail, text)].filter(Boolean).join('  ')}`,
      );
    if (notes.length > mostNotes) print(`- ${text(message('ledger-older-notes'))}`);
    print(`\n${text(message(verdict.ok ? 'ledger-whole' : 'ledger-has-gaps', { count: verdict.rows }))}`);
    for (const problem of verdict.problems) print(`- ${text(problem)}`);
    if (verdict.head !== '') print(text(message('ledger-head', { hash: verdict.head })));
  }
  return verdict.ok ? exitCodes.ok : exitCodes.faultsFound;
}

/** `recover`. The exit code says whether there is something to look at: pictures that are gone. */
export function printRecovery(report: RecoveryReport, json: boolean, { print }: Output): number {
  const { text, hint } = createWords();
  const { base, backupAt, unknown, unreadable, waiting, replaced } = report;
  if (json) print(JSON.stringify(report));
  else {
    const said = recoveredMessage(report);
    print(text(message('recovered-from', { context: base, at: backupAt ?? 0 })));
    print(text(said));
    if (unknown > 0) print(text(message('recovered-unknown', { count: unknown })));
    if (unreadable > 0) print(text(message('recovered-unreadable', { count: unreadable })));
    print(text(message('recovered-waiting', { count: waiting })));
    if (replaced !== null) print(text(message('recovered-replaced', { folder: replaced })));
    print(hint(said));
  }
  return report.missing + report.lost + unreadable > 0 ? exitCodes.faultsFound : exitCodes.ok;
}

/** As the log has it. */
const withText = (one: Message) => ({ ...one, text: plainEnglish(one) });

/** What was lost in which way, or that a person has seen it; anything else as it stands there. */
function noteWords(detail: StoreReport['notes'][number]['detail'], say: (one: Message) => string): string {
  const { loss, seen, pictures, said, text } = detail;
  const lossOf = (way: unknown): Message | null => {
    if (!isWay(way)) return null;
    return typeof pictures === 'number'
      ? message(ways[way].code, { count: pictures })
      : message('ledger-loss-uncounted');
  };
  const lost = lossOf(loss);
  // Versions before wrote a sentence.
  const why = isMessage(said) ? say(said) : text;
  if (loss === undefined && isMessage(said)) return say(said);
  if (lost !== null) return typeof why === 'string' ? `${why} ${say(lost)}` : say(lost);
  const noted = lossOf(seen);
  return noted === null ? JSON.stringify(detail) : say(message('ledger-loss-seen', { loss: noted }));
}

const isWay = (name: unknown): name is keyof typeof ways => typeof name === 'string' && Object.hasOwn(ways, name);
