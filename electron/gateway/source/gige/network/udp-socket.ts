import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { linuxSockets } from '../../../platform/linux-sockets.ts';

/** This PC's end of the way to a camera. */
export type LocalEnd = {
  readonly address: string;
  /**
   * The network card that everything leaves by: of two cards with one network (169.254.0.0/16 on both, without a router)
   * the system would always take the same. Null: the system chooses, as it does everywhere but on Linux.
   */
  readonly card: string | null;
};

export type SocketOptions = { readonly port?: number; readonly shared?: boolean };

/** Node's UDP socket, bound. `port`: a free one where it is left out. Rejects with the system's error. */
export async function openUdpSocket(
  { address, card }: LocalEnd,
  { port = 0, shared = false }: SocketOptions = {},
): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: shared });
  try {
    const listening = once(socket, 'listening');
    const sockets = card === null ? null : await linuxSockets();
    if (sockets === null) socket.bind({ address, port, exclusive: true });
    else {
      const fd = sockets.bind(address, { port, shared, card });
      try {
        socket.bind({ fd, exclusive: true });
      } catch (error) {
        sockets.close(fd);
        throw error;
      }
    }
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
