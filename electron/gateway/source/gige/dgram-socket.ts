import { createSocket } from 'node:dgram';
import { growReceiveBuffer, type StreamSocket } from './stream-socket.ts';

export type DatagramListener = {
  readonly onDatagram: (datagram: Uint8Array, from: string) => void;
  /** The socket is of no use any more. */
  readonly onError: (error: Error) => void;
};

/** Node's own socket: one call of the system, and one of ours, for each packet. Rejects with the system's error. */
export function openDgramSocket(bindAddress: string, listener: DatagramListener): Promise<StreamSocket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: false });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, bindAddress, () => {
      socket.off('error', reject);
      socket.on('error', listener.onError);
      socket.on('message', (datagram, { address }) => listener.onDatagram(datagram, address));
      resolve({
        port: socket.address().port,
        file: null,
        receiveBufferBytes: growReceiveBuffer(
          (bytes) => socket.setRecvBufferSize(bytes),
          () => socket.getRecvBufferSize(),
        ),
        send: (packet, port, address) => socket.send(packet, port, address, () => undefined),
        close: (closed) => socket.close(closed),
      });
    });
  });
}
