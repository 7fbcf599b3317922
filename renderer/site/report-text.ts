import type { DoctorCheck } from '../../shared/contract.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';

/** Word and level of a check; the words are those that are read out on the telephone. */
export const checkLooks: Readonly<Record<DoctorCheck['state'], { readonly word: string; readonly level: Level }>> = {
  ok: { word: 'OK', level: 'good' },
  warning: { word: 'Look at it', level: 'act' },
  fault: { word: 'Fault', level: 'alarm' },
  skipped: { word: 'Not checked', level: 'waiting' },
};

const rank: Readonly<Record<DoctorCheck['state'], number>> = { fault: 0, warning: 1, ok: 2, skipped: 3 };

/** The worst state among the checks; `skipped` where there are none. */
export const worstState = (checks: readonly DoctorCheck[]): DoctorCheck['state'] =>
  checks.reduce<DoctorCheck['state']>((worst, { state }) => (rank[state] < rank[worst] ? state : worst), 'skipped');

const countOf = (checks: readonly DoctorCheck[], state: DoctorCheck['state']): number =>
  checks.filter((check) => check.state === state).length;

/** `2 faults, 1 to look at, 7 OK`. */
export function summaryOf(checks: readonly DoctorCheck[]): string {
  const faults = countOf(checks, 'fault');
  const warnings = countOf(checks, 'warning');
  const skipped = countOf(checks, 'skipped');
  return [
    faults > 0 ? `${faults} ${faults === 1 ? 'fault' : 'faults'}` : '',
    warnings > 0 ? `${warnings} to look at` : '',
    `${countOf(checks, 'ok')} OK`,
    skipped > 0 ? `${skipped} not checked` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The report as plain text, to be read out, sent or printed. `facts` are lines such as `Device: line-7`. */
export function reportText(checks: readonly DoctorCheck[], facts: readonly string[], when: string): string {
  const lines = checks.flatMap((check) => [
    `[${checkLooks[check.state].word.toUpperCase()}] ${check.title}: ${check.text}`,
    ...(check.hint === '' ? [] : [`    To do: ${check.hint}`]),
    ...(check.technical === '' ? [] : [`    (${check.technical})`]),
  ]);
  return ['Acusight Line Gateway: site check', when, ...facts, '', summaryOf(checks), '', ...lines, ''].join('\n');
}
