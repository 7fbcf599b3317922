import { type LocalEnd, openUdpSocket } from '../network/udp-socket.ts';

type DatagramListener = {
  readonly onDatagram: (datagram: Uint8Array, from: string) => void;
  /** The socket is of no use any more. */
  readonly onError: (error: Error) => void;
};

/** Node's own socket: one call of the system, and one of ours, for each packet. Rejects with the system's error. */
export async function openDgramSocket(end: LocalEnd, listener: DatagramListener): Promise<StreamSocket> {
  const socket = await openUdpSocket(end);
  socket.on('error', listener.onError);
  socket.on('message', (datagram, { address }) => listener.onDatagram(datagram, address));
  return {
    port: socket.address().port,
    file: null,
    seesPieces: false,
    receiveBufferBytes: growReceiveBuffer(
      (bytes) => socket.setRecvBufferSize(bytes),
      () => socket.getRecvBufferSize(),
    ),
    send: (packet, port, address) => socket.send(packet, port, address, () => undefined),
    close: (closed) => socket.close(closed),
  };
}

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
