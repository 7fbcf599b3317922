import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * The address of this PC that the system would send from. Nothing is sent. Rejects with the system's error where there
 * is no way.
 */
export async function localAddressFor(address: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    const connected = once(socket, 'connect');
    // The port is of no account: connecting a datagram socket only asks the routing table.
    socket.connect(9, address);
    await connected;
    return socket.address().address;
  } finally {
    socket.close();
  }
}
