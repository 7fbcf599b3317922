import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { addressNumber, addressText } from './options.ts';

/** The camera's control socket, and beside it those that hear broadcasts. Answers always come from the camera's address. */
export class ControlPort {
  readonly #socket: Socket;
  readonly #listeners: readonly Socket[];

  private constructor(socket: Socket, listeners: readonly Socket[]) {
    this.#socket = socket;
    this.#listeners = listeners;
  }

  /** Rejects where the address is not this PC's, or the port is taken. */
  static async open(
    place: {
      readonly address: string;
      readonly port: number;
      readonly mask: string;
      readonly hearsBroadcasts: boolean;
    },
    received: (datagram: Buffer, address: string, port: number) => void,
  ): Promise<ControlPort> {
    const socket = await bound(place.address, place.port);
    const broadcasts = place.hearsBroadcasts && process.platform !== 'win32' ? broadcastAddresses(place) : [];
    const listeners: Socket[] = [];
    // On Windows a socket bound to its card's address hears broadcasts itself; elsewhere it takes one of its own.
    for (const address of broadcasts) {
      const listener = await bound(address, socket.address().port, true).catch(() => null);
      if (listener !== null) listeners.push(listener);
    }
    for (const one of [socket, ...listeners]) {
      one.on('message', (datagram, from) => received(datagram, from.address, from.port));
    }
    return new ControlPort(socket, listeners);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(datagram: Buffer, address: string, port: number): void {
    // A sender may have named port 0; nobody is told, as on a real network.
    if (port > 0) this.#socket.send(datagram, port, address, () => {});
  }

  async close(): Promise<void> {
    await Promise.all([this.#socket, ...this.#listeners].map(closed));
  }
}

async function bound(address: string, port: number, shared = false): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: shared });
  socket.bind(port, address);
  await once(socket, 'listening');
  // Afterwards an error concerns one datagram (nobody listens there): as on a real network, nobody cares.
  socket.on('error', () => {});
  return socket;
}

export async function closed(socket: Socket): Promise<void> {
  const gone = once(socket, 'close');
  socket.close();
  await gone;
}

function broadcastAddresses(place: { readonly address: string; readonly mask: string }): string[] {
  const subnet = addressText((addressNumber(place.address) | ~addressNumber(place.mask)) >>> 0);
  return ['255.255.255.255', subnet];
}
