import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A camera of one socket, with its own idea of the bytes: tests make it do what a good camera does not. */

export type PeerCommand = {
  readonly command: number;
  readonly id: number;
  readonly flags: number;
  readonly payload: Buffer;
  readonly from: RemoteInfo;
};

export const acknowledge = (status: number, command: number, id: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(status, 0);
  head.writeUInt16BE(command, 2);
  head.writeUInt16BE(payload.length, 4);
  head.writeUInt16BE(id, 6);
  return Buffer.concat([head, payload]);
};

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

export class CameraPeer {
  readonly memory = Buffer.alloc(0x20000);
  readonly commands: PeerCommand[] = [];
  readonly #socket: Socket;
  /** Called first; true where it took care of the command. */
  intercept: (command: PeerCommand, answer: (packet: Buffer) => void) => boolean = () => false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet, from) => this.#receive(packet, from));
  }

  /** On 0.0.0.0, broadcasts are heard too. */
  static async start(address: string, port = 0): Promise<CameraPeer> {
    const socket = createSocket('udp4');
    socket.bind(port, address);
    await once(socket, 'listening');
    socket.setBroadcast(true);
    return new CameraPeer(socket);
  }

  get address(): string {
    return this.#socket.address().address;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  register(address: number): number {
    return this.memory.readUInt32BE(address);
  }

  setRegister(address: number, value: number): void {
    this.memory.writeUInt32BE(value >>> 0, address);
  }

  describe(facts: { mac: string; ip: string; mask: string; model?: string; serial?: string; userName?: string }): void {
    const quad = (text: string): Buffer => Buffer.from(text.split('.').map(Number));
    this.memory.set(Buffer.from(facts.mac.replaceAll(':', ''), 'hex'), 0x0a);
    this.memory.set(quad(facts.ip), 0x24);
    this.memory.set(quad(facts.mask), 0x34);
    this.memory.write('Acme\0', 0x48, 'latin1');
    this.memory.write(`${facts.model ?? 'M1'}\0`, 0x68, 'latin1');
    this.memory.write(`${facts.serial ?? ''}\0`, 0xd8, 'latin1');
    this.memory.write(`${facts.userName ?? ''}\0`, 0xe8, 'latin1');
  }

  send(packet: Buffer, port: number, address: string): void {
    this.#socket.send(packet, port, address);
  }

  /** What a good camera says; null where it says nothing. */
  answerTo({ command, id, payload }: PeerCommand): Buffer | null {
    if (command === 0x02) return acknowledge(0, 0x03, id, this.memory.subarray(0, 0xf8));
    if (command === 0x04) return acknowledge(0, 0x05, id, Buffer.alloc(0));
    const address = payload.readUInt32BE(0);
    switch (command) {
      case 0x80:
        return acknowledge(0, 0x81, id, word(this.register(address)));
      case 0x82:
        this.setRegister(address, payload.readUInt32BE(4));
        return acknowledge(0, 0x83, id, word(1));
      case 0x84: {
        const count = payload.readUInt16BE(6);
        if (address % 4 !== 0 || count % 4 !== 0 || count > 512) return acknowledge(0x8005, 0x85, id, Buffer.alloc(0));
        const bytes = this.memory.subarray(address, address + count);
        return acknowledge(0, 0x85, id, Buffer.concat([word(address), bytes]));
      }
      case 0x86:
        this.memory.set(payload.subarray(4), address);
        return acknowledge(0, 0x87, id, word(payload.length - 4));
      default:
        return acknowledge(0x8001, command + 1, id, Buffer.alloc(0));
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #receive(packet: Buffer, from: RemoteInfo): void {
    const payload = packet.subarray(8);
    const command: PeerCommand = {
      command: packet.readUInt16BE(2),
      id: packet.readUInt16BE(6),
      flags: packet.readUInt8(1),
      payload,
      from,
    };
    this.commands.push(command);
    const answer = (bytes: Buffer): void => this.send(bytes, from.port, from.address);
    if (this.intercept(command, answer)) return;
    const usual = this.answerTo(command);
    if (usual !== null) answer(usual);
  }
}
