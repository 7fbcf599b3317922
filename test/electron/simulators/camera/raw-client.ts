import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A GigE Vision client of bare bytes: what the simulated camera sends is looked at without any code of the product. */

export type Acknowledge = {
  readonly status: number;
  readonly code: number;
  readonly id: number;
  readonly payload: Buffer;
};

export type Packet = {
  readonly status: number;
  readonly extended: boolean;
  readonly format: number;
  readonly blockId: number;
  readonly packetId: number;
  readonly body: Buffer;
  /** With its header, without IP and UDP. */
  readonly bytes: number;
};

const answerMilliseconds = 2_000;

export class RawClient {
  readonly packets: Packet[] = [];
  /** Datagrams on the stream socket that are too short for a header, or of no known format. */
  strange = 0;
  /** All datagrams of the stream, whatever was done with `packets`. */
  received = 0;
  readonly #control: Socket;
  readonly #stream: Socket;
  readonly #camera: string;
  readonly #acknowledges: Acknowledge[] = [];
  #wake: (() => void) | null = null;
  #id = 0;

  private constructor(control: Socket, stream: Socket, camera: string) {
    this.#control = control;
    this.#stream = stream;
    this.#camera = camera;
    control.on('message', (datagram) => {
      this.#acknowledges.push({
        status: datagram.readUInt16BE(0),
        code: datagram.readUInt16BE(2),
        id: datagram.readUInt16BE(6),
        payload: datagram.subarray(8),
      });
      this.#wake?.();
    });
    stream.on('message', (datagram) => {
      this.received += 1;
      const packet = parsePacket(datagram);
      if (packet === null) this.strange += 1;
      else this.packets.push(packet);
    });
  }

  static async open(camera: string): Promise<RawClient> {
    const sockets = [createSocket('udp4'), createSocket({ type: 'udp4', recvBufferSize: 4_000_000 })] as const;
    for (const socket of sockets) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    return new RawClient(sockets[0], sockets[1], camera);
  }

  get streamPort(): number {
    return this.#stream.address().port;
  }

  close(): void {
    this.#control.close();
    this.#stream.close();
  }

  /** Bytes as they are. */
  throw(datagram: Buffer): void {
    this.#control.send(datagram, 3956, this.#camera);
  }

  /** The id under which it was sent. */
  post(code: number, payload: Buffer, { flags = 1, id = this.#nextId() } = {}): number {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(0x4200 | flags, 0);
    header.writeUInt16BE(code, 2);
    header.writeUInt16BE(payload.length, 4);
    header.writeUInt16BE(id, 6);
    this.throw(Buffer.concat([header, payload]));
    return id;
  }

  /** The next acknowledgement, or null where none comes. */
  async next(milliseconds = answerMilliseconds): Promise<Acknowledge | null> {
    const end = performance.now() + milliseconds;
    while (this.#acknowledges.length === 0 && performance.now() < end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, Math.max(1, end - performance.now()));
      });
    }
    return this.#acknowledges.shift() ?? null;
  }

  async ask(code: number, payload: Buffer): Promise<Acknowledge> {
    this.post(code, payload);
    const answer = await this.next();
    if (answer === null) throw new Error('no answer');
    return answer;
  }

  async read(address: number): Promise<{ status: number; value: number }> {
    const { status, payload } = await this.ask(0x80, words(address));
    return { status, value: payload.length >= 4 ? payload.readUInt32BE(0) : 0 };
  }

  /** Status. */
  async write(address: number, value: number): Promise<number> {
    return (await this.ask(0x82, words(address, value))).status;
  }

  async readMemory(address: number, count: number): Promise<Buffer> {
    const answer = await this.ask(0x84, words(address, count));
    return answer.payload.subarray(4);
  }

  /** Takes control and names its own stream socket as destination. */
  async connect(packetSize = 1500): Promise<void> {
    const statuses = [
      await this.write(0xa00, 2),
      await this.write(0xd04, packetSize),
      await this.write(0xd00, this.streamPort),
      await this.write(0xd18, 0x7f00_0001),
    ];
    if (statuses.some((status) => status !== 0)) throw new Error(`refused: ${statuses.join()}`);
  }

  /** Asks for packets again. */
  resend(blockId: number, first: number, last: number, extended = false): void {
    if (!extended) {
      this.post(0x40, words(blockId, first, last), { flags: 0 });
      return;
    }
    const payload = Buffer.concat([words(0, first, last), Buffer.alloc(8)]);
    payload.writeBigUInt64BE(BigInt(blockId), 12);
    this.post(0x40, payload, { flags: 0x10 });
  }

  #nextId(): number {
    this.#id = (this.#id % 0xffff) + 1;
    return this.#id;
  }
}

export function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, index * 4);
  return buffer;
}

function parsePacket(datagram: Buffer): Packet | null {
  if (datagram.length < 8) return null;
  const kind = datagram.readUInt8(4);
  const extended = (kind & 0x80) !== 0;
  if (extended && datagram.length < 20) return null;
  return {
    status: datagram.readUInt16BE(0),
    extended,
    format: kind & 0x7f,
    blockId: extended ? Number(datagram.readBigUInt64BE(8)) : datagram.readUInt16BE(2),
    packetId: extended ? datagram.readUInt32BE(16) : datagram.readUInt32BE(4) & 0xff_ffff,
    body: datagram.subarray(extended ? 20 : 8),
    bytes: datagram.length,
  };
}

/** The picture's bytes of a frame, in the order of the packet ids. */
export function payloadOf(packets: readonly Packet[], blockId: number): Buffer {
  const bodies = new Map<number, Buffer>();
  for (const packet of packets) {
    if (packet.blockId === blockId && packet.format === 3 && packet.status < 0x8000)
      bodies.set(packet.packetId, packet.body);
  }
  return Buffer.concat([...bodies].sort(([a], [b]) => a - b).map(([, body]) => body));
}
