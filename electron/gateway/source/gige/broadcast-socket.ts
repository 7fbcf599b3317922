import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

export type Receive = (packet: Buffer, from: RemoteInfo) => void;

export type BroadcastSocket = {
  /** Rejects with the system's error. */
  readonly send: (packet: Buffer, port: number, address: string) => Promise<void>;
  readonly close: () => void;
};

async function bind(address: string, port: number, receive: Receive): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address, port, exclusive: true });
    await listening;
    socket.setBroadcast(true);
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('message', receive);
  // Reports about earlier datagrams: who does not answer is not found.
  socket.on('error', () => undefined);
  return socket;
}

/**
 * Sends from one interface and hears its answers, also those by broadcast of a camera whose address is of another
 * network. Except on Windows, a socket that is bound to an address does not get broadcasts: a second one, bound to none,
 * listens on the same port. Rejects with the system's error where the address is not there.
 */
export async function openBroadcastSocket(interfaceAddress: string, receive: Receive): Promise<BroadcastSocket> {
  const sockets = [await bind(interfaceAddress, 0, receive)];
  const [bound] = sockets as [Socket];
  if (process.platform !== 'win32') {
    // Without it, all but those cameras are found.
    const listener = await bind('0.0.0.0', bound.address().port, receive).catch(() => null);
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
