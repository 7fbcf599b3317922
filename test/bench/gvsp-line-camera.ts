import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { feature } from '../../electron/simulators/camera/addresses.ts';
import type { Counters } from '../../electron/simulators/camera/counters.ts';
import { addressNumber, CameraBehindCable, streamRegister } from '../support/camera-behind-cable.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../electron/simulators/camera/run.ts', import.meta.url));

export type LineCameraOptions = {
  /** Pixels, Mono8. */
  readonly side: number;
  readonly packetSize: number;
  readonly framesPerSecond: number;
  /** Bytes of stream packets a second. */
  readonly wire: number;
};

/** Our simulated camera as a process behind a cable, at the speed of a real line: Aravis' own can't fill one. */
export class LineCamera {
  readonly #camera: CameraBehindCable;
  readonly #answers: AsyncIterator<string>;
  #heartbeat: NodeJS.Timeout | null = null;

  /** Why it can't be, in words; empty where it can. Its rival on the line is Aravis' receiver. */
  static async obstacle(): Promise<string> {
    try {
      await run('arv-camera-test-0.8', ['--help']);
    } catch {
      return 'Aravis’ receiver is not installed (Debian: aravis-tools)';
    }
    return CameraBehindCable.obstacle();
  }

  static async start({ side, packetSize, framesPerSecond, wire }: LineCameraOptions): Promise<LineCamera> {
    const size = ['--width', `${side}`, '--height', `${side}`, '--packet-size', `${packetSize}`];
    const rate = ['--frame-rate', `${framesPerSecond}`, '--bytes-per-second', `${wire}`, '--kept-frames', '16'];
    const camera = await CameraBehindCable.start((_card, address) => [
      ...[process.execPath, program, '--address', address],
      ...size,
      ...rate,
    ]);
    const answers = createInterface({ input: camera.process.stdout! })[Symbol.asyncIterator]();
    await answers.next();
    return new LineCamera(camera, answers);
  }

  private constructor(camera: CameraBehindCable, answers: AsyncIterator<string>) {
    this.#camera = camera;
    this.#answers = answers;
  }

  get address(): string {
    return this.#camera.address;
  }

  get hostAddress(): string {
    return this.#camera.hostAddress;
  }

  async acquire({ port, packetSize }: { readonly port: number; readonly packetSize: number }): Promise<void> {
    const camera = this.#camera;
    await camera.write(streamRegister.control, 2);
    this.#heartbeat ??= setInterval(() => void camera.write(streamRegister.control, 2).catch(() => undefined), 500);
    await camera.write(streamRegister.packetSize, packetSize);
    await camera.write(streamRegister.port, port);
    await camera.write(streamRegister.address, addressNumber(this.hostAddress));
    await camera.write(feature.acquisitionStart, 1);
  }

  /** Stops the pictures, has those sent that were taken, and lets the camera go. */
  async rest(): Promise<void> {
    await this.#camera.write(feature.acquisitionStop, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    await this.#camera.write(streamRegister.port, 0);
    await this.#camera.write(streamRegister.control, 0);
  }

  /** Packets in a thousand that never leave. */
  async lose(perThousand: number): Promise<void> {
    await this.#tell({ faults: { lossPerThousand: perThousand } });
  }

  /** Since it was started: packets that never left on purpose, and frames that were sent to their end. */
  async counters(): Promise<{ readonly packetsDropped: number; readonly framesSent: number }> {
    return ((await this.#tell({ counters: true })) as { counters: Counters }).counters;
  }

  async stop(): Promise<void> {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    await this.#camera.stop();
  }

  async #tell(command: object): Promise<unknown> {
    this.#camera.process.stdin?.write(`${JSON.stringify(command)}\n`);
    return JSON.parse((await this.#answers.next()).value ?? '{}');
  }
}
