import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NetworkNamespaces } from './network-namespaces.ts';

const run = promisify(execFile);
const simulator = fileURLToPath(new URL('../../electron/simulators/camera/run.ts', import.meta.url));
const inLine = fileURLToPath(new URL('./line-pc.ts', import.meta.url));

/**
 * A camera, a router and a line PC, joined by cables. Cameras and cards take packets of 9,000 bytes; what the router lets
 * through to the PC can be less. Three network namespaces: needs root and iproute2.
 */
export class RoutedCamera {
  readonly address = '10.244.1.10';
  readonly #camera = `acu-rtc-${process.pid}`;
  readonly #router = `acu-rtr-${process.pid}`;
  readonly #line = `acu-rtl-${process.pid}`;
  #process: ChildProcess | null = null;

  private constructor() {}

  static isPossible = (): Promise<boolean> => NetworkNamespaces.isPossible();

  static async wire(): Promise<RoutedCamera> {
    const made = new RoutedCamera();
    const ip = (...words: readonly string[]) => run('ip', words);
    const [camera, router, line] = [made.#camera, made.#router, made.#line];
    for (const name of [camera, router, line]) {
      await ip('netns', 'add', name);
      await ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    const cable = async (far: string, own: string, device: string, addresses: readonly [string, string]) => {
      const ends = ['link', 'add', device, 'mtu', '9000', 'netns', router, 'type', 'veth'];
      await ip(...ends, 'peer', 'name', own, 'mtu', '9000', 'netns', far);
      for (const [name, card, address] of [
        [router, device, addresses[0]],
        [far, own, addresses[1]],
      ] as const) {
        await ip('-n', name, 'address', 'add', `${address}/24`, 'dev', card);
        await ip('-n', name, 'link', 'set', card, 'up');
      }
    };
    await cable(camera, 'v0', 'tocam', ['10.244.1.1', made.address]);
    await cable(line, 'card', 'toline', ['10.244.2.1', '10.244.2.2']);
    await ip('-n', camera, 'route', 'add', 'default', 'via', '10.244.1.1');
    await ip('-n', line, 'route', 'add', 'default', 'via', '10.244.2.1');
    await ip('netns', 'exec', router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    return made;
  }

  /** Of the router towards the PC; `card`: of the PC's network card. */
  async setMtu(router: number, card = 9_000): Promise<void> {
    await run('ip', ['-n', this.#router, 'link', 'set', 'toline', 'mtu', String(router)]);
    await run('ip', ['-n', this.#line, 'link', 'set', 'card', 'mtu', String(card)]);
    // What the camera's system was told by the router before.
    await run('ip', ['-n', this.#camera, 'route', 'flush', 'cache']);
  }

  async start(...flags: readonly string[]): Promise<void> {
    const words = ['--address', this.address, '--serial', 'FAR', '--width', '320', '--height', '240', ...flags];
    const program = [process.execPath, simulator, ...words, '--frame-rate', '150'];
    this.#process = spawn('ip', ['netns', 'exec', this.#camera, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(this.#process.stdout as NodeJS.EventEmitter, 'data');
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** What `line-pc.ts` finds out on the line PC. */
  async onLine<Result>(request: object): Promise<Result> {
    const { stdout } = await run('ip', [
      'netns',
      'exec',
      this.#line,
      process.execPath,
      inLine,
      JSON.stringify(request),
    ]);
    return JSON.parse(stdout) as Result;
  }

  async remove(): Promise<void> {
    await this.stop();
    for (const name of [this.#camera, this.#router, this.#line])
      await run('ip', ['netns', 'delete', name]).catch(() => undefined);
  }
}
