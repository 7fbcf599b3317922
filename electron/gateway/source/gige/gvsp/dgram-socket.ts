import { type LocalEnd, openUdpSocket } from '../network/udp-socket.ts';
import { growReceiveBuffer, type StreamSocket } from './stream-socket.ts';

export type DatagramListener = {
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
