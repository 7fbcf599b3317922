import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NetworkNamespaces } from './network-namespaces.ts';

const run = promisify(execFile);
const program = '/usr/bin/arv-fake-gv-camera-0.8';
/** Debian's: another Python on the path does not know its packages. */
const python = '/usr/bin/python3';
const grabber = fileURLToPath(new URL('./aravis-grab.py', import.meta.url));

export type GrabWish = {
  readonly pixelFormat: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Of the wanted frames, in the order in which the camera counts: 65535 is followed by 1. */
  readonly frameNumbers: readonly number[];
  /** Where `<frame number>.raw` goes. */
  readonly folder: string;
};

/**
 * The camera that Aravis simulates, in a network namespace of its own that a cable (veth) joins to ours, and Aravis'
 * own library to look at it from here. Needs root and iproute2.
 */
export class AravisCamera {
  readonly address = '10.231.64.10';
  readonly #serial: string;
  /** Our end of the cable. */
  readonly card = `acf${process.pid}`;
  readonly #namespace = `acu-fmt-${process.pid}`;
  #process: ChildProcess | null = null;

  private constructor(serial: string) {
    this.#serial = serial;
  }

  /** What it lacks here, in words; null where nothing. */
  static async whyNot(): Promise<string | null> {
    if (!existsSync(program)) return 'arv-fake-gv-camera-0.8 is not installed (Debian: aravis-tools).';
    try {
      execFileSync(python, ['-c', 'import gi; gi.require_version("Aravis", "0.8")'], { stdio: 'ignore' });
    } catch {
      return 'Aravis can’t be used from Python (Debian: python3-gi and gir1.2-aravis-0.8).';
    }
    return (await NetworkNamespaces.isPossible()) ? null : 'Network namespaces need root and iproute2.';
  }

  /** The network; the camera is off. */
  static async wire(serial: string): Promise<AravisCamera> {
    const made = new AravisCamera(serial);
    const { card } = made;
    const inside = made.#namespace;
    await run('ip', ['netns', 'add', inside]);
    await run('ip', ['link', 'add', card, 'type', 'veth', 'peer', 'name', 'v0', 'netns', inside]);
    const network = ['broadcast', '10.231.64.255', 'dev'];
    await run('ip', ['-n', inside, 'address', 'add', `${made.address}/24`, ...network, 'v0']);
    await run('ip', ['address', 'add', '10.231.64.1/24', ...network, card]);
    await run('ip', ['-n', inside, 'link', 'set', 'v0', 'mtu', '9000', 'up']);
    await run('ip', ['link', 'set', card, 'mtu', '9000', 'up']);
    return made;
  }

  /** Off and on: its settings, and its count of frames, begin anew. */
  async restart(): Promise<void> {
    await this.#off();
    this.#process = spawn('ip', ['netns', 'exec', this.#namespace, program, '-i', 'v0', '-s', this.#serial], {
      stdio: 'ignore',
    });
  }

  /**
   * The camera's bytes of those frames as Aravis' own library receives them. Switches the camera off and on before:
   * what it shows depends on nothing but its settings and the number of the frame.
   */
  async grab({ pixelFormat, width, height, framesPerSecond, frameNumbers, folder }: GrabWish): Promise<void> {
    await this.restart();
    const settings = [pixelFormat, width, height, framesPerSecond, folder].map(String);
    await run(python, [grabber, this.address, ...settings, ...frameNumbers.map(String)]);
  }

  async remove(): Promise<void> {
    await this.#off();
    await run('ip', ['link', 'delete', this.card]).catch(() => undefined);
    await run('ip', ['netns', 'delete', this.#namespace]).catch(() => undefined);
  }

  async #off(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}
