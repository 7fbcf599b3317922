import { type PlainCheck, plainCheck } from '../../electron/cli/doctor.ts';
import { PixelsRefused } from '../../electron/gateway/ingest/pixels/pixels.ts';
import type { SidecarOutcome } from '../../electron/gateway/ingest/sidecar/reading.ts';
import { OperatorError } from '../../electron/gateway/platform/errors.ts';
import { CameraError } from '../../electron/gateway/source/camera/camera-device.ts';
import type { DoctorCheck } from '../../shared/contract.ts';
import { legacy, levelOf, type Message } from '../../shared/messages/message.ts';
import { createWords, inFull } from '../../shared/messages/words.ts';
import type { Failure } from '../../shared/result.ts';
import type { Advice, Snapshot } from '../../shared/snapshot.ts';

/** Messages as a person reads them, in English. */

const words = createWords({ timeZone: 'UTC' });

/** What it says, and what it says is to be done. */
export const said = (message: Message | null | undefined): { readonly text: string; readonly hint: string } =>
  message == null ? { text: '', hint: '' } : { text: words.text(message), hint: words.hint(message) };

/** What each says. */
export const texts = (messages: readonly Message[]): string[] => messages.map(words.text);

/** Text and hint, one after the other. */
export const inOneLine = (message: Message): string => inFull(words, message);

/** What a person reads of a failure. */
export const errorWords = (error: unknown): string =>
  error instanceof OperatorError ? inOneLine(error.said) : String(error);

/** Of work that must fail. */
export const failureWords = (work: Promise<unknown>): Promise<string> => work.then(() => 'it did not fail', errorWords);

/** An order that was not carried out, in a sentence. */
export const failureSaying = (text: string, hint = '', retryable = true): Failure => ({
  ...legacy(text, hint),
  technical: '',
  retryable,
});

/** One of the two large answers. */
export const statement = (message: Message) => ({
  level: levelOf(message),
  headline: words.headline(message),
  detail: words.text(message),
});

/** What a person must do. */
export const spokenAdvice = (advice: readonly Advice[]) =>
  advice.map(({ message, action }) => ({
    code: message.code,
    level: levelOf(message),
    ...said(message),
    action,
  }));

/** The three answers. */
export const spoken = ({
  safe,
  flow,
  advice,
}: {
  readonly safe: Message;
  readonly flow: Message;
  readonly advice: readonly Advice[];
}) => ({ safe: statement(safe), flow: statement(flow), advice: spokenAdvice(advice) });

/** A whole snapshot, with its three answers spoken. */
export const spokenSnapshot = (snapshot: Snapshot) => ({ ...snapshot, ...spoken(snapshot) });

/** Whatever says something, with what it says. */
export const told = <Said extends { readonly message: Message | null }>(one: Said) => ({
  ...one,
  ...said(one.message),
});

/** How it fails, with what that says to a person. */
export async function failureOf(work: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  const failed = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failed instanceof CameraError || failed instanceof OperatorError)) throw failed ?? new Error('it did not fail');
  return { ...failed, name: failed.name, ...said(failed.said) };
}

/** A check of the site doctor, as `doctor --json` has it. */
export const spokenCheck = (check: DoctorCheck): PlainCheck => plainCheck(check, words);

/** What such a check found, before it has its name. */
export const spokenFinding = (finding: Pick<DoctorCheck, 'message' | 'technical'>): PlainCheck =>
  spokenCheck({ code: '', title: legacy(''), ...finding });

/** Its code; whom it is about stands behind it where that is not the server: `connection-refused storage`. */
export function codeOf({ code, params: { context } }: Message): string {
  return /^(?:storage|proxy|script)/.test(String(context)) ? `${code} ${String(context)}` : code;
}

/** What failed, with its code and what it says. */
export const failureTold = <Said extends { readonly message: Message }>(one: Said) => ({
  ...told(one),
  code: codeOf(one.message),
});

/** What a sidecar is read as, with what is wrong with it in words. */
export function spokenOutcome(outcome: SidecarOutcome) {
  switch (outcome.kind) {
    case 'read':
      return { kind: 'read' as const, reading: { ...outcome.reading, problems: texts(outcome.reading.problems) } };
    case 'bad':
      return { kind: 'bad' as const, problem: words.text(outcome.problem) };
    case 'unrelated':
      return outcome;
  }
}

/** Why pixels can't be made a picture, in words; empty where they can. */
export function refusalOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    if (error instanceof PixelsRefused) return words.text(error.said);
    throw error;
  }
}
