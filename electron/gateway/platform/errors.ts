import { constants } from 'node:os';

/**
 * What the rest of the gateway does about a failure. `retry`: this entry again later. `pause`: everything waits, no
 * attempt is consumed. `bury`: never again without a person. `bug`: the program itself is wrong.
 */
export type Disposition = 'retry' | 'pause' | 'bury' | 'bug';

export type FailureFacts = {
  /** Stable, kebab-case. */
  readonly code: string;
  /** What was being done, for the log. */
  readonly operation: string;
  /** What happened, in a sentence for the person at the line. */
  readonly text: string;
  /** What that person can do. */
  readonly hint: string;
  readonly disposition: Disposition;
  /** The machine's or the server's own words, bounded. */
  readonly technical?: string;
  readonly cause?: unknown;
};

/** A failure that says what happened, what to do and what the gateway will do about it. */
export class GatewayError extends Error {
  readonly code: string;
  readonly operation: string;
  readonly hint: string;
  readonly disposition: Disposition;
  readonly technical: string;

  constructor(facts: FailureFacts) {
    super(facts.text, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'GatewayError';
    this.code = facts.code;
    this.operation = facts.operation;
    this.hint = facts.hint;
    this.disposition = facts.disposition;
    this.technical = facts.technical ?? describeCause(facts.cause);
  }
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
