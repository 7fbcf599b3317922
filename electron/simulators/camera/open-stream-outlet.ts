import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { linuxSockets } from '../../gateway/platform/linux-sockets.ts';
import { openBatchedOutlet } from './batched-outlet.ts';
import { closed } from './control-port.ts';
import { type StreamOutlet, sendBufferBytes } from './stream-outlet.ts';

/** Many packets in one call where the system can; rejects where the address is not this PC's. */
export async function openStreamOutlet(address: string): Promise<StreamOutlet> {
  const sockets = await linuxSockets();
  return sockets === null ? openDgramOutlet(address) : openBatchedOutlet(address, sockets);
}

/** Node looks every destination up, an address too, and puts off sending for it; here it is known to be an address. */
export async function openDgramOutlet(address: string): Promise<StreamOutlet> {
  const socket = createSocket({
    type: 'udp4',
    sendBufferSize: sendBufferBytes,
    lookup: (host, _options, callback) => callback(null, host, 4),
  });
  // Before it is bound: with this look-up it listens at once.
  const listening = once(socket, 'listening');
  socket.bind(0, address);
  await listening;
  socket.on('error', () => {});
  let open = true;
  return {
    port: socket.address().port,
    send: (header, body, to) => {
      if (open) socket.send([header, body], to.port, to.address);
    },
    // Node has no words for it.
    mayFragment: () => undefined,
    flush: () => !open || socket.getSendQueueSize() <= sendBufferBytes,
    close: () => {
      open = false;
      return closed(socket);
    },
  };
}
