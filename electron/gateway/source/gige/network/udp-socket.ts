import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { linuxSockets } from '../../../platform/linux-sockets.ts';

export type BroadcastSocket = {
  /** Rejects with the system's error. */
  readonly send: (packet: Buffer, port: number, address: string) => Promise<void>;
  readonly close: () => void;
};

/**
 * Sends from one interface and hears its answers, also those by broadcast of a camera whose address is of another
 * network. Except on Windows, a socket that is bound to an address does not get broadcasts: a second one, bound to none,
 * listens on the same port. Rejects with the system's error where the address is not there.
 */
export async function openBroadcastSocket(end: LocalEnd, receive: Receive): Promise<BroadcastSocket> {
  const sockets = [await boundSocket(end, 0, receive, { broadcasts: true })];
  const [bound] = sockets as [Socket];
  if (process.platform !== 'win32') {
    // Without it, all but those cameras are found.
    const anyone = { address: '0.0.0.0', card: null };
    const listener = await boundSocket(anyone, bound.address().port, receive, { broadcasts: true }).catch(() => null);
    if (listener !== null) sockets.push(listener);
  }
  return {
    send: (packet, port, address) =>
      new Promise((resolve, reject) => {
        bound.send(packet, port, address, (error) => (error === null ? resolve() : reject(error)));
      }),
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

export type Receive = (packet: Buffer, from: RemoteInfo) => void;

/**
 * A UDP socket to ask cameras with: of this address, at this port (0: any free one). `broadcasts`: it may send and share
 * its port with others that hear them. Rejects with the system's error.
 */
export async function boundSocket(
  end: LocalEnd,
  port: number,
  receive: Receive,
  { broadcasts = false } = {},
): Promise<Socket> {
  const socket = await openUdpSocket(end, { port, shared: broadcasts });
  try {
    if (broadcasts) socket.setBroadcast(true);
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('message', receive);
  // Reports about earlier datagrams: who does not answer is not there.
  socket.on('error', () => undefined);
  return socket;
}

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
