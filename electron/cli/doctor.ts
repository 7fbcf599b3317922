import type { DoctorCheck } from '../../shared/contract.ts';
import { exitCodes } from './arguments.ts';
import type { Output } from './output.ts';

const labels: { readonly [State in DoctorCheck['state']]: string } = {
  ok: 'ok',
  warning: 'WARNING',
  fault: 'FAULT',
  skipped: 'skipped',
};
const labelWidth = 9;
const titleWidth = 34;

/** `gateway doctor`: a line a check as it is done, or one JSON object at the end. */
export async function printDoctor(
  checks: AsyncIterable<DoctorCheck>,
  json: boolean,
  { print }: Output,
): Promise<number> {
  const done: DoctorCheck[] = [];
  for await (const check of checks) {
    done.push(check);
    if (!json) print(linesOf(check).join('\n'));
  }
  const faults = done.filter(({ state }) => state === 'fault').length;
  const warnings = done.filter(({ state }) => state === 'warning').length;
  if (json) print(JSON.stringify({ checks: done, faults, warnings }));
  else print(`\n${summary(faults, warnings)}`);
  return faults > 0 ? exitCodes.faultsFound : exitCodes.ok;
}

function linesOf({ state, title, text, hint, technical }: DoctorCheck): string[] {
  const indent = ' '.repeat(labelWidth + titleWidth);
  const lines = [`${labels[state].padEnd(labelWidth)}${title.padEnd(titleWidth - 1)} ${text}`];
  if (hint !== '') lines.push(`${indent}-> ${hint}`);
  if (technical !== '' && state !== 'ok') lines.push(`${indent}   (${technical})`);
  return lines;
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function summary(faults: number, warnings: number): string {
  if (faults > 0) return `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}.`;
  return warnings > 0 ? `No faults, ${counted(warnings, 'warning')}.` : 'All is well.';
}
