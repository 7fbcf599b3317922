import { execFile } from 'node:child_process';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { AravisLog, tellingWords } from './aravis-log.ts';
import { addressNumber, CameraBehindCable, streamRegister } from './camera-behind-cable.ts';

const run = promisify(execFile);

/** Registers of Aravis' simulated camera, as seen on the wire. */
const register = {
  width: 0x100,
  height: 0x104,
  acquisition: 0x124,
  acquisitionMode: 0x12c,
  framePeriod: 0x138,
  triggerMode: 0x300,
} as const;

export type Acquisition = {
  readonly port: number;
  readonly packetSize: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
};

/** Aravis' simulated camera. Needs `aravis-tools-cli` besides. */
export class GvspAravis {
  readonly #camera: CameraBehindCable;
  /** What it says of the frames that it sends; nothing, unless it was started so. */
  readonly log: AravisLog;
  #heartbeat: NodeJS.Timeout | null = null;

  /** Why it can't be, in words; empty where it can. */
  static async obstacle(): Promise<string> {
    try {
      await run('arv-fake-gv-camera-0.8', ['--help']);
    } catch {
      return 'Aravis is not installed (Debian: aravis-tools-cli)';
    }
    return CameraBehindCable.obstacle();
  }

  /** `lostPerThousand`: packets that it leaves out. `tells`: it says which frames it sends, which costs it time. */
  static async start({ lostPerThousand = 0, tells = false } = {}): Promise<GvspAravis> {
    const words = ['arv-fake-gv-camera-0.8', '-s', 'GVSP', '-r', `${lostPerThousand}`];
    const telling = tells ? tellingWords : [];
    // Its errors, among which it tells, go where somebody listens.
    const command = ['sh', '-c', 'exec "$0" "$@" 2>&1', ...words, ...telling];
    return new GvspAravis(await CameraBehindCable.start((card) => [...command, '-i', card]));
  }

  private constructor(camera: CameraBehindCable) {
    this.#camera = camera;
    this.log = new AravisLog(camera.process.stdout as Readable);
  }

  get address(): string {
    return this.#camera.address;
  }

  get hostAddress(): string {
    return this.#camera.hostAddress;
  }

  /** In the order that it wants. */
  async acquire({ port, packetSize, width, height, framesPerSecond }: Acquisition): Promise<void> {
    const camera = this.#camera;
    await camera.write(streamRegister.control, 2);
    this.#heartbeat ??= setInterval(() => void camera.write(streamRegister.control, 2).catch(() => undefined), 500);
    await camera.write(register.width, width);
    await camera.write(register.height, height);
    await camera.write(register.triggerMode, 0);
    await camera.write(register.acquisitionMode, 1);
    await camera.write(register.framePeriod, Math.round(1_000_000 / framesPerSecond));
    await camera.write(streamRegister.packetSize, packetSize);
    await camera.write(streamRegister.port, port);
    await camera.write(streamRegister.address, addressNumber(this.hostAddress));
    await camera.write(register.acquisition, 1);
  }

  /** Stops the pictures and lets the camera go. */
  async rest(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    await this.#camera.write(register.acquisition, 0);
    await this.#camera.write(streamRegister.port, 0);
    await this.#camera.write(streamRegister.control, 0);
  }

  async stop(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    await this.#camera.stop();
  }
}
