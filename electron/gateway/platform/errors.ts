import { constants } from 'node:os';
import { type Message, message } from '../../../shared/messages/message.ts';
import type { Failure } from '../../../shared/result.ts';

/**
 * What the rest of the gateway does about a failure. `retry`: this entry again later. `pause`: everything waits, no
 * attempt is consumed. `bury`: never again without a person. `bug`: the program itself is wrong.
 */
export type Disposition = 'retry' | 'pause' | 'bury' | 'bug';

export type FailureFacts = {
  /** What was being done, for the log. */
  readonly operation: string;
  readonly disposition: Disposition;
  /** The machine's or the server's own words, bounded. */
  readonly technical?: string;
  readonly cause?: unknown;
};

/** A failure for people: what happened and what to do, as a code, and what the gateway will do about it. */
export class OperatorError extends Error {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly said: Message;
  readonly operation: string;
  readonly disposition: Disposition;
  readonly technical: string;

  constructor(said: Message, { operation, disposition, technical, cause }: FailureFacts) {
    super(outlineOf(said), cause === undefined ? undefined : { cause });
    this.name = 'OperatorError';
    this.code = said.code;
    this.said = said;
    this.operation = operation;
    this.disposition = disposition;
    this.technical = technical ?? describeCause(cause);
  }

  /** Whether the same may work another time, without anything being changed. */
  get retryable(): boolean {
    return this.disposition === 'retry' || this.disposition === 'pause';
  }
}

/** For stacks and logs that know no words: `disk-full {"context":"quota"}`. */
export const outlineOf = ({ code, params }: Message): string =>
  code === 'legacy' ? String(params['text']) : `${code} ${JSON.stringify(params)}`;

/** As the window is told of it. What nobody has met is a bug: a person can correct nothing. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OperatorError) {
    const { said, technical, retryable } = error;
    return { ...said, technical, retryable };
  }
  const reason = describeCause(error);
  return { ...message('program-fault', { reason }), technical: reason, retryable: true };
}

const longestTechnical = 500;
const deepestCause = 5;

/** One bounded line about any thrown value: code and message, and in brackets those of what caused it. */
export function describeCause(cause: unknown, depth = 0): string {
  if (cause === undefined || cause === null) return '';
  if (cause instanceof Error) {
    const code = errnoCode(cause);
    const inner =
      cause.cause === undefined || depth >= deepestCause ? '' : ` (${describeCause(cause.cause, depth + 1)})`;
    const message = code !== null && !cause.message.includes(code) ? `${code}: ${cause.message}` : cause.message;
    return `${message}${inner}`.slice(0, longestTechnical);
  }
  return String(cause).slice(0, longestTechnical);
}

const systemNames: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/**
 * `ENOSPC`, `ECONNREFUSED`, `UND_ERR_SOCKET`, …: null where the value has no such code. Of some of the system's errors
 * (EDQUOT, ESTALE) Node knows the number alone, and makes `Unknown system error -122` of it.
 */
export function errnoCode(cause: unknown): string | null {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return null;
  const { code } = cause;
  if (typeof code !== 'string') return null;
  const number = /^Unknown system error -(\d+)$/.exec(code)?.[1];
  return number === undefined ? code : (systemNames.get(Number(number)) ?? code);
}
