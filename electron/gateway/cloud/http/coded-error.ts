/** A failure of the way to a server that neither Node nor undici has a code for. */
export type OwnCode =
  /** Nothing came for longer than allowed. */
  | 'ACUSIGHT_SILENCE'
  /** The body's own source failed: a file of this PC that can't be read any more. */
  | 'ACUSIGHT_PAYLOAD'
  /** The server's certificate is another than the pinned one. */
  | 'ACUSIGHT_PIN_MISMATCH'
  /** The server's certificate, or that of an authority above it, is in this PC's list of untrusted ones. */
  | 'ACUSIGHT_DISTRUSTED'
  /** No connection to the proxy itself; the cause says why. */
  | 'ACUSIGHT_PROXY_LOST'
  /** 407. */
  | 'ACUSIGHT_PROXY_AUTH'
  /** 407, and the proxy takes no login that we could give. */
  | 'ACUSIGHT_PROXY_LOGIN'
  /** The proxy can't reach the server (502, 503, 504 to CONNECT). */
  | 'ACUSIGHT_PROXY_UPSTREAM'
  /** The proxy lets nobody through to this server or port. */
  | 'ACUSIGHT_PROXY_DENIED'
  /** The script or the settings that name the proxy can't be used. */
  | 'ACUSIGHT_PROXY_SCRIPT'
  /** They gave no answer in time. */
  | 'ACUSIGHT_PROXY_UNSAID'
  /** They name no proxy of a kind that we can use. */
  | 'ACUSIGHT_PROXY_KIND';

export class CodedError extends Error {
  readonly code: OwnCode;

  constructor(code: OwnCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
