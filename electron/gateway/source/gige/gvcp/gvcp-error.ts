/** What a camera refuses a command with, and what else can come between us and its answer. */

const statuses = {
  32769: ['not-implemented', 'The camera does not know this command.'],
  32770: ['invalid-parameter', 'The camera refused the value.'],
  32771: ['invalid-address', 'The camera has no such register.'],
  32772: ['write-protected', 'The camera does not let this register be written.'],
  32773: ['bad-alignment', 'The camera refused the address: it is not a multiple of 4.'],
  32774: ['access-denied', 'The camera denied access: another program may control it.'],
  32775: ['busy', 'The camera is busy.'],
  32780: ['packet-unavailable', 'The camera no longer has this packet.'],
  32781: ['data-overrun', 'The camera ran out of memory for the answer.'],
  32782: ['invalid-header', 'The camera did not understand the command.'],
  32784: ['not-yet-available', 'The camera does not have this packet yet.'],
  32785: ['previous-removed', 'The camera no longer has this packet nor those before it.'],
  32786: ['removed', 'The camera no longer has this packet.'],
  32788: ['temporarily-unavailable', 'The camera does not have this packet at the moment.'],
  32789: ['overflow', 'The camera has more to do than it can.'],
  32790: ['action-late', 'The camera got the action command too late.'],
  36863: ['generic', 'The camera reported an error without saying which.'],
} as const satisfies Readonly<Record<number, readonly [string, string]>>;

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

export function statusMeaning(status: number): { readonly code: GvcpErrorCode; readonly text: string } {
  const known = Object.hasOwn(statuses, status) ? statuses[status as StatusNumber] : undefined;
  if (known !== undefined) return { code: known[0], text: known[1] };
  return { code: 'unknown-status', text: 'The camera refused the command.' };
}

export class GvcpError extends Error {
  readonly code: GvcpErrorCode;
  /** Of the camera's answer; null where there was none. */
  readonly status: number | null;
  /** What was asked, and what is known of why it failed. */
  readonly technical: string;

  constructor(code: GvcpErrorCode, text: string, technical: string, status: number | null = null) {
    super(text);
    this.name = 'GvcpError';
    this.code = code;
    this.status = status;
    this.technical = technical;
  }

  static ofStatus(status: number, asked: string): GvcpError {
    const { code, text } = statusMeaning(status);
    return new GvcpError(code, text, `${asked}: status 0x${status.toString(16).padStart(4, '0')} (${code})`, status);
  }
}

export function isGvcpError(error: unknown, ...codes: readonly GvcpErrorCode[]): error is GvcpError {
  return error instanceof GvcpError && codes.includes(error.code);
}
