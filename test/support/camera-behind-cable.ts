import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

let made = 0;

/**
 * A simulated camera behind a cable (veth) of its own: it is in a network namespace, this process is not. Cameras take
 * commands at a port that there is once. Needs root and iproute2.
 */
export class CameraBehindCable {
  readonly address: string;
  readonly hostAddress: string;
  readonly process: ChildProcess;
  readonly #space: string;
  readonly #socket: Socket;
  #id = 0;

  /** Why it can't be, in words; empty where it can. */
  static async obstacle(): Promise<string> {
    const name = `gvsp-try-${process.pid}`;
    try {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['netns', 'delete', name]);
      return '';
    } catch {
      return 'network namespaces need root and iproute2';
    }
  }

  /** `program`: of the camera, told the card and the address that it has. */
  static async start(program: (card: string, address: string) => readonly string[]): Promise<CameraBehindCable> {
    // The kernel takes its time to remove what a test before left.
    made += 1;
    const space = `gvsp-${process.pid}-${made}`;
    const network = `10.233.${(process.pid + made) % 250}`;
    const [host, address] = [`${network}.1`, `${network}.2`];
    const ip = (...words: string[]): Promise<unknown> => run('ip', words);
    await ip('netns', 'add', space);
    try {
      const link = `gv${process.pid}-${made}`.slice(-15);
      await ip('link', 'add', link, 'mtu', '9000', 'type', 'veth', 'peer', 'name', 'v0', 'mtu', '9000', 'netns', space);
      await ip('address', 'add', `${host}/24`, 'dev', link);
      await ip('link', 'set', link, 'up');
      await ip('-n', space, 'address', 'add', `${address}/24`, 'broadcast', `${network}.255`, 'dev', 'v0');
      await ip('-n', space, 'link', 'set', 'lo', 'up');
      await ip('-n', space, 'link', 'set', 'v0', 'up');
      const words = ['netns', 'exec', space, ...program('v0', address)];
      const camera = spawn('ip', words, { stdio: ['pipe', 'pipe', 'ignore'] });
      const socket = createSocket('udp4');
      socket.bind(0, host);
      await once(socket, 'listening');
      const behind = new CameraBehindCable(space, camera, socket, host, address);
      await behind.write(control, 2, 20);
      return behind;
    } catch (error) {
      await ip('netns', 'delete', space);
      throw error;
    }
  }

  private constructor(space: string, camera: ChildProcess, socket: Socket, host: string, address: string) {
    this.#space = space;
    this.process = camera;
    this.#socket = socket;
    this.hostAddress = host;
    this.address = address;
  }

  /** Rejects when it has not been acknowledged. */
  async write(address: number, value: number, tries = 5): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#writeOnce(address, value);
      } catch (error) {
        if (attempt === tries) throw error;
      }
    }
  }

  async #writeOnce(address: number, value: number): Promise<void> {
    this.#id = (this.#id % 65_535) + 1;
    const id = this.#id;
    const command = Buffer.alloc(16);
    command.writeUInt32BE(0x42010082, 0);
    command.writeUInt16BE(8, 4);
    command.writeUInt16BE(id, 6);
    command.writeUInt32BE(address, 8);
    command.writeUInt32BE(value, 12);
    const answer = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => finish(new Error(`no answer to ${address.toString(16)}`)), 500);
      const finish = (error?: Error): void => {
        clearTimeout(late);
        this.#socket.off('message', listen);
        if (error) reject(error);
        else resolve();
      };
      const listen = (bytes: Buffer): void => {
        if (bytes.length < 8 || bytes.readUInt16BE(6) !== id) return;
        const status = bytes.readUInt16BE(0);
        finish(status === 0 ? undefined : new Error(`status ${status.toString(16)} to ${address.toString(16)}`));
      };
      this.#socket.on('message', listen);
    });
    this.#socket.send(command, 3956, this.address);
    await answer;
  }

  async stop(): Promise<void> {
    this.#socket.close();
    const ended = this.process.exitCode === null ? once(this.process, 'exit') : null;
    this.process.kill();
    await ended;
    await run('ip', ['netns', 'delete', this.#space]);
  }
}

const control = 0xa00;

/** Registers of the stream that all cameras have. */
export const streamRegister = { control, port: 0xd00, packetSize: 0xd04, address: 0xd18 } as const;

export const addressNumber = (address: string): number =>
  address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
