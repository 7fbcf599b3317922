import { type Message, message, type ParamsOf } from '../../../../../shared/messages/message.ts';

/** What a camera refuses a command with, and what else can come between us and its answer. */

type Refusal = ParamsOf<'camera-register-refused'>['context'];

const statuses = {
  32769: ['not-implemented', 'command'],
  32770: ['invalid-parameter', 'value'],
  32771: ['invalid-address', 'register'],
  32772: ['write-protected', 'protected'],
  32773: ['bad-alignment', 'other'],
  32774: ['access-denied', 'denied'],
  32775: ['busy', 'busy'],
  32780: ['packet-unavailable', 'other'],
  32781: ['data-overrun', 'other'],
  32782: ['invalid-header', 'other'],
  32784: ['not-yet-available', 'other'],
  32785: ['previous-removed', 'other'],
  32786: ['removed', 'other'],
  32788: ['temporarily-unavailable', 'other'],
  32789: ['overflow', 'busy'],
  32790: ['action-late', 'other'],
  36863: ['generic', 'other'],
} as const satisfies Readonly<Record<number, readonly [string, Refusal]>>;

type StatusNumber = keyof typeof statuses;
export type GvcpErrorCode =
  | (typeof statuses)[StatusNumber][0]
  /** An error status that is not in the list. */
  | 'unknown-status'
  /** No answer to any of the tries. */
  | 'timeout'
  /** The channel was closed before or while it waited. */
  | 'closed'
  /** Refused by us: beyond the address space, or more bytes than we take. */
  | 'out-of-range';

export function isErrorStatus(status: number): boolean {
  return (status & 0x8000) !== 0;
}

const refused = (context: Refusal): Message => message('camera-register-refused', { context });

/** What the camera has against it: a name for support, and a message. */
export function statusMeaning(status: number): { readonly code: GvcpErrorCode; readonly refusal: Message } {
  const known = Object.hasOwn(statuses, status) ? statuses[status as StatusNumber] : undefined;
  const [code, context] = known ?? (['unknown-status', 'other'] as const);
  return { code, refusal: refused(context) };
}

type GvcpFacts = {
  readonly status?: number | null;
  readonly refusal?: Message | null;
};

/** What went wrong with one command, for the rest of the camera's program: who tells people finds the words for it. */
export class GvcpError extends Error {
  readonly code: GvcpErrorCode;
  /** Of the camera's answer; null where there was none. */
  readonly status: number | null;
  /** Why this one command was refused; null where it was not: nobody answered. */
  readonly refusal: Message | null;

  /** `technical`: what was asked, and what is known of why it failed. */
  constructor(code: GvcpErrorCode, technical: string, { status = null, refusal = null }: GvcpFacts = {}) {
    super(technical);
    this.name = 'GvcpError';
    this.code = code;
    this.status = status;
    this.refusal = refusal;
  }

  get technical(): string {
    return this.message;
  }

  static ofStatus(status: number, asked: string): GvcpError {
    const { code, refusal } = statusMeaning(status);
    const technical = `${asked}: status 0x${status.toString(16).padStart(4, '0')} (${code})`;
    return new GvcpError(code, technical, { status, refusal });
  }

  /** By us, unasked: `technical` says what cannot be. */
  static outOfRange(technical: string): GvcpError {
    return new GvcpError('out-of-range', technical, { refusal: refused('not-a-register') });
  }
}

export function isGvcpError(error: unknown, ...codes: readonly GvcpErrorCode[]): error is GvcpError {
  return error instanceof GvcpError && codes.includes(error.code);
}
