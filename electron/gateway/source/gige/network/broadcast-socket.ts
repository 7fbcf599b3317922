import type { Socket } from 'node:dgram';
import { boundSocket, type Receive } from './bound-socket.ts';
import type { LocalEnd } from './udp-socket.ts';

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
