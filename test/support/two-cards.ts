import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NetworkNamespaces } from './network-namespaces.ts';

const run = promisify(execFile);
const simulator = fileURLToPath(new URL('../../electron/simulators/camera/run.ts', import.meta.url));
const inLine = fileURLToPath(new URL('./line-pc.ts', import.meta.url));

type Side = 'first' | 'second';

/**
 * A line PC with two network cards, each with a cable to a camera and both of 169.254.0.0/16, as when cameras are
 * plugged in without a router. The system's way to every address of it is the first card. Three network namespaces: needs
 * root and iproute2.
 */
export class TwoCards {
  readonly addresses = { first: '169.254.1.1', second: '169.254.2.2' } as const;
  readonly #line = `acu-two-${process.pid}`;
  readonly #children: ChildProcess[] = [];
  /** Further addresses of the second card. */
  readonly #here: string[] = [];

  private constructor() {}

  static isPossible = (): Promise<boolean> => NetworkNamespaces.isPossible();

  static async wire(): Promise<TwoCards> {
    const made = new TwoCards();
    const ip = (...words: readonly string[]) => run('ip', words);
    await ip('netns', 'add', made.#line);
    await ip('-n', made.#line, 'link', 'set', 'lo', 'up');
    for (const side of ['first', 'second'] as const) {
      const far = made.#far(side);
      await ip('netns', 'add', far);
      const ends = ['link', 'add', side, 'netns', made.#line, 'type', 'veth', 'peer', 'name', 'v0', 'netns', far];
      await ip(...ends);
      await made.#address(made.#line, made.addresses[side], side);
      await ip('-n', far, 'link', 'set', 'lo', 'up');
      await ip('-n', made.#line, 'link', 'set', side, 'up');
      await ip('-n', far, 'link', 'set', 'v0', 'up');
      // A camera sends broadcasts without knowing any way anywhere else.
      await ip('-n', far, 'route', 'add', 'default', 'dev', 'v0');
    }
    return made;
  }

  /** 0: what arrives is taken. 1: only what comes from where the system would send to. */
  async setReversePathFilter(value: 0 | 1 | 2): Promise<void> {
    await run('ip', ['netns', 'exec', this.#line, 'sysctl', '-qw', `net.ipv4.conf.all.rp_filter=${value}`]);
  }

  /** An address that a camera behind this card may have, or be given. */
  async giveAddress(side: Side, address: string): Promise<void> {
    await this.#address(this.#far(side), address, 'v0');
  }

  /** On the PC itself, at an address of its second card. */
  async simulateHere(address: string, ...flags: readonly string[]): Promise<ChildProcess> {
    this.#here.push(address);
    await this.#address(this.#line, address, 'second');
    return this.#simulate(this.#line, address, flags);
  }

  async simulate(side: Side, address: string, ...flags: readonly string[]): Promise<ChildProcess> {
    await this.giveAddress(side, address);
    return this.#simulate(this.#far(side), address, flags);
  }

  /** Any program behind this card; what it prints is shown. */
  start(side: Side, ...command: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.#far(side), ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.push(child);
    return child;
  }

  /** What `line-pc.ts` finds out on the line PC. `asNobody`: without any rights. */
  async onLine<Result>(request: object, { asNobody = false } = {}): Promise<Result> {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'];
    const program = [...(asNobody ? nobody : []), process.execPath, inLine, JSON.stringify(request)];
    const { stdout } = await run('ip', ['netns', 'exec', this.#line, ...program]);
    return JSON.parse(stdout) as Result;
  }

  /** No camera is left, nor any address of one. */
  async clear(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const side of ['first', 'second'] as const)
      await run('ip', ['-n', this.#far(side), 'address', 'flush', 'dev', 'v0']);
    for (const address of this.#here.splice(0))
      await run('ip', ['-n', this.#line, 'address', 'delete', `${address}/16`, 'dev', 'second']);
  }

  async remove(): Promise<void> {
    await this.clear();
    for (const name of [this.#line, this.#far('first'), this.#far('second')])
      await run('ip', ['netns', 'delete', name]).catch(() => undefined);
  }

  #far(side: Side): string {
    return `acu-${side}-${process.pid}`;
  }

  async #address(namespace: string, address: string, device: string): Promise<void> {
    const network = [`${address}/16`, 'broadcast', '169.254.255.255'];
    await run('ip', ['-n', namespace, 'address', 'add', ...network, 'dev', device]);
  }

  async #simulate(namespace: string, address: string, flags: readonly string[]): Promise<ChildProcess> {
    const words = ['--address', address, '--mask', '255.255.0.0', '--width', '160', '--height', '120', ...flags];
    const program = [process.execPath, simulator, ...words, '--frame-rate', '150'];
    const child = spawn('ip', ['netns', 'exec', namespace, ...program], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.push(child);
    await once(child.stdout, 'data');
    return child;
  }
}
