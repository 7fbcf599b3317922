import type { DoctorCheck } from '../../shared/contract.ts';
import { levelOf } from '../../shared/messages/message.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import type { Words } from '../../shared/messages/words.ts';

/** What a check's level means; the words are those that are read out on the telephone. */
export const checkWords: Readonly<Record<Level, string>> = {
  good: 'OK',
  busy: 'OK',
  waiting: 'Not checked',
  act: 'Look at it',
  alarm: 'Fault',
};

type Checks = readonly Pick<DoctorCheck, 'message'>[];

const countOf = (checks: Checks, level: Level): number =>
  checks.filter(({ message }) => levelOf(message) === level).length;

/** `2 faults, 1 to look at, 7 OK`. */
export function summaryOf(checks: Checks): string {
  const faults = countOf(checks, 'alarm');
  const warnings = countOf(checks, 'act');
  const skipped = countOf(checks, 'waiting');
  return [
    faults > 0 ? `${faults} ${faults === 1 ? 'fault' : 'faults'}` : '',
    warnings > 0 ? `${warnings} to look at` : '',
    `${countOf(checks, 'good')} OK`,
    skipped > 0 ? `${skipped} not checked` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The report as plain text, to be read out, sent or printed. `facts` are lines such as `Device: line-7`. */
export function reportText(
  checks: readonly DoctorCheck[],
  facts: readonly string[],
  when: string,
  { text, hint }: Words,
): string {
  const lines = checks.flatMap(({ title, message, technical }) => [
    `[${checkWords[levelOf(message)].toUpperCase()}] ${text(title)}: ${text(message)}`,
    ...(hint(message) === '' ? [] : [`    To do: ${hint(message)}`]),
    ...(technical === '' ? [] : [`    (${technical})`]),
  ]);
  return ['Acusight Line Gateway: site check', when, ...facts, '', summaryOf(checks), '', ...lines, ''].join('\n');
}
