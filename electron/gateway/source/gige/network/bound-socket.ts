import type { RemoteInfo, Socket } from 'node:dgram';
import { type LocalEnd, openUdpSocket } from './udp-socket.ts';

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
