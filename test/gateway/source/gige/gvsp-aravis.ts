import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Registers of Aravis' simulated camera, as seen on the wire, and those that all cameras have. */
export const register = {
  width: 0x100,
  height: 0x104,
  acquisition: 0x124,
  pixelFormat: 0x128,
  acquisitionMode: 0x12c,
  framePeriod: 0x138,
  triggerMode: 0x300,
  control: 0xa00,
  streamPort: 0xd00,
  packetSize: 0xd04,
  streamAddress: 0xd18,
} as const;

export type Acquisition = {
  readonly port: number;
  readonly packetSize: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
};

let started = 0;

/**
 * Aravis' simulated camera behind a cable (veth) of its own, because it occupies a port that there is once: it is in a
 * network namespace, this process is not. Needs root, iproute2 and `aravis-tools-cli`.
 */
export class AravisCamera {
  readonly address: string;
  readonly hostAddress: string;
  readonly #space: string;
  readonly #camera: ChildProcess;
  readonly #socket: Socket;
  #id = 0;
  #heartbeat: NodeJS.Timeout | null = null;

  /** Why it can't be, in words; empty where it can. */
  static async obstacle(): Promise<string> {
    try {
      await run('arv-fake-gv-camera-0.8', ['--help']);
    } catch {
      return 'Aravis is not installed (Debian: aravis-tools-cli)';
    }
    const name = `gvsp-try-${process.pid}`;
    try {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['netns', 'delete', name]);
      return '';
    } catch {
      return 'network namespaces need root and iproute2';
    }
  }

  /** `lostPerThousand`: packets that it leaves out. */
  static async start({ lostPerThousand = 0 } = {}): Promise<AravisCamera> {
    // The kernel takes its time to remove what a test before left.
    started += 1;
    const space = `gvsp-${process.pid}-${started}`;
    const network = `10.233.${(process.pid + started) % 250}`;
    const [host, address] = [`${network}.1`, `${network}.2`];
    const ip = (...words: string[]): Promise<unknown> => run('ip', words);
    await ip('netns', 'add', space);
    try {
      const link = `gv${process.pid}-${started}`.slice(-15);
      await ip('link', 'add', link, 'mtu', '9000', 'type', 'veth', 'peer', 'name', 'v0', 'mtu', '9000', 'netns', space);
      await ip('address', 'add', `${host}/24`, 'dev', link);
      await ip('link', 'set', link, 'up');
      await ip('-n', space, 'address', 'add', `${address}/24`, 'broadcast', `${network}.255`, 'dev', 'v0');
      await ip('-n', space, 'link', 'set', 'lo', 'up');
      await ip('-n', space, 'link', 'set', 'v0', 'up');
      const words = [
        'netns',
        'exec',
        space,
        'arv-fake-gv-camera-0.8',
        '-i',
        'v0',
        '-s',
        'GVSP',
        '-r',
        `${lostPerThousand}`,
      ];
      const camera = spawn('ip', words, { stdio: 'ignore' });
      const socket = createSocket('udp4');
      socket.bind(0, host);
      await once(socket, 'listening');
      const made = new AravisCamera(space, camera, socket, host, address);
      for (let attempt = 1; ; attempt += 1) {
        if (
          await made.write(register.control, 2).then(
            () => true,
            (error) => attempt === 4 && Promise.reject(error),
          )
        )
          break;
      }
      return made;
    } catch (error) {
      await ip('netns', 'delete', space);
      throw error;
    }
  }

  private constructor(space: string, camera: ChildProcess, socket: Socket, host: string, address: string) {
    this.#space = space;
    this.#camera = camera;
    this.#socket = socket;
    this.hostAddress = host;
    this.address = address;
  }

  /** In the order that it wants. */
  async acquire({ port, packetSize, width, height, framesPerSecond }: Acquisition): Promise<void> {
    await this.write(register.control, 2);
    this.#heartbeat ??= setInterval(() => void this.write(register.control, 2).catch(() => undefined), 500);
    await this.write(register.width, width);
    await this.write(register.height, height);
    await this.write(register.triggerMode, 0);
    await this.write(register.acquisitionMode, 1);
    await this.write(register.framePeriod, Math.round(1_000_000 / framesPerSecond));
    await this.write(register.packetSize, packetSize);
    await this.write(register.streamPort, port);
    const [a = 0, b = 0, c = 0, d = 0] = this.hostAddress.split('.').map(Number);
    await this.write(register.streamAddress, ((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
    await this.write(register.acquisition, 1);
  }

  /** Stops the pictures and lets the camera go. */
  async rest(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    await this.write(register.acquisition, 0);
    await this.write(register.streamPort, 0);
    await this.write(register.control, 0);
  }

  /** Five tries, as everybody does. */
  async write(address: number, value: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#writeOnce(address, value);
      } catch (error) {
        if (attempt === 5) throw error;
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
        if (bytes.length >= 8 && bytes.readUInt16BE(6) === id) finish();
      };
      this.#socket.on('message', listen);
    });
    this.#socket.send(command, 3956, this.address);
    await answer;
  }

  async stop(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#socket.close();
    const ended = this.#camera.exitCode === null ? once(this.#camera, 'exit') : null;
    this.#camera.kill();
    await ended;
    await run('ip', ['netns', 'delete', this.#space]);
  }
}
