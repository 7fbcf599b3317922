import type { DoctorCheck } from '../../shared/contract.ts';
import { levelOf, type Message, message } from '../../shared/messages/message.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { createWords, type Words } from '../../shared/messages/words.ts';
import { exitCodes } from './arguments.ts';
import type { Output } from './output.ts';

type State = 'ok' | 'warning' | 'fault' | 'skipped';

/** As `--json` has them. */
const states: Readonly<Record<Level, State>> = {
  good: 'ok',
  busy: 'ok',
  waiting: 'skipped',
  act: 'warning',
  alarm: 'fault',
};
const labels: Readonly<Record<State, string>> = {
  ok: 'ok',
  warning: 'WARNING',
  fault: 'FAULT',
  skipped: 'skipped',
};
const labelWidth = 9;
const titleWidth = 34;

/** A check in words: a line of `--json`. */
export type PlainCheck = {
  readonly code: string;
  readonly title: string;
  readonly state: State;
  readonly text: string;
  readonly hint: string;
  readonly technical: string;
};

export const plainCheck = ({ code, title, message: found, technical }: DoctorCheck, words: Words): PlainCheck => ({
  code,
  title: words.text(title),
  state: states[levelOf(found)],
  text: words.text(found),
  hint: words.hint(found),
  technical,
});

/** `doctor`: a line a check as it is done, or one JSON object at the end. */
export async function printDoctor(
  checks: AsyncIterable<DoctorCheck>,
  json: boolean,
  { print }: Output,
): Promise<number> {
  const words = createWords();
  const done: PlainCheck[] = [];
  for await (const check of checks) {
    const plain = plainCheck(check, words);
    done.push(plain);
    if (!json) print(linesOf(plain).join('\n'));
  }
  const faults = done.filter(({ state }) => state === 'fault').length;
  const warnings = done.filter(({ state }) => state === 'warning').length;
  if (json) print(JSON.stringify({ checks: done, faults, warnings }));
  else print(`\n${words.text(summary(faults, warnings))}`);
  return faults > 0 ? exitCodes.faultsFound : exitCodes.ok;
}

function linesOf({ state, title, text, hint, technical }: PlainCheck): string[] {
  const indent = ' '.repeat(labelWidth + titleWidth);
  const lines = [`${labels[state].padEnd(labelWidth)}${title.padEnd(titleWidth - 1)} ${text}`];
  if (hint !== '') lines.push(`${indent}-> ${hint}`);
  if (technical !== '' && state !== 'ok') lines.push(`${indent}   (${technical})`);
  return lines;
}

function summary(faults: number, count: number): Message {
  const warnings = message('doctor-warnings', { count });
  if (faults > 0) return message('doctor-faults', { count: faults, warnings });
  return count > 0 ? message('doctor-no-faults', { warnings }) : message('doctor-all-well');
}
