/** A bound UDP socket that a stream arrives at, whichever way it is read. */
export type StreamSocket = {
  readonly port: number;
  /** Null: nobody else has to close it. */
  readonly file: number | null;
  /** That the system gave, bytes, in the terms of Linux' `net.core.rmem_max`. */
  readonly receiveBufferBytes: number;
  /** It tells which datagrams came in pieces. */
  readonly seesPieces: boolean;
  /** A packet that can't be sent is as good as one that was lost on the way. */
  readonly send: (packet: Uint8Array, port: number, address: string) => void;
  /** Never throws. */
  readonly close: (closed: () => void) => void;
};

/** A burst of a frame or two must wait in the kernel while this PC is busy: the default loses 40 % of bursts. */
export const wantedBufferBytes = 32 * 1024 * 1024;

/**
 * Sets as much as the system gives: Linux takes any wish and gives what is allowed, others refuse what is too large.
 * Returns what `get` then says, which on Linux is twice the size.
 */
export function growReceiveBuffer(set: (bytes: number) => void, get: () => number): number {
  for (let bytes = wantedBufferBytes; bytes >= 256 * 1024; bytes /= 2) {
    try {
      set(bytes);
      break;
    } catch {
      // Half of it, then.
    }
  }
  return process.platform === 'linux' ? get() / 2 : get();
}
