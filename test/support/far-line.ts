import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NetworkNamespaces } from './network-namespaces.ts';

const run = promisify(execFile);
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * A line PC and a site that are far from each other: every packet takes so many milliseconds each way. The kernel's own
 * delay (netem) is a module that many systems lack, so a program carries the packets. Linux, root and iproute2.
 */
export class FarLine {
  readonly siteAddress = '10.231.9.2';
  readonly #line = `acu-far-line-${process.pid}`;
  readonly #site = `acu-far-site-${process.pid}`;
  readonly #children: ChildProcess[] = [];

  private constructor() {}

  static isPossible = async (): Promise<boolean> =>
    existsSync('/dev/net/tun') && (await NetworkNamespaces.isPossible());

  /** `hosts`: what the line PC knows by name, as in /etc/hosts. */
  static async make(eachWayMilliseconds: number, hosts: string): Promise<FarLine> {
    const made = new FarLine();
    await mkdir(made.#etc, { recursive: true });
    await writeFile(`${made.#etc}/hosts`, hosts);
    const near = await made.#end(made.#line, '10.231.9.1');
    const far = await made.#end(made.#site, made.siteAddress);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const)
      from.stdout?.on('data', (chunk) => setTimeout(() => to.stdin?.write(chunk), eachWayMilliseconds));
    return made;
  }

  /** A program of the site; the first line that it prints. */
  async onSite(name: string, ...words: readonly string[]): Promise<string> {
    const program = ['netns', 'exec', this.#site, process.execPath, beside(name), ...words];
    const child = spawn('ip', program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#children.push(child);
    const [line] = await once(child.stdout, 'data');
    return String(line).trim();
  }

  /** A program of the line PC, to its end; what it prints, as JSON. */
  async onLine<Result>(name: string, ...words: readonly string[]): Promise<Result> {
    const program = ['netns', 'exec', this.#line, process.execPath, beside(name), ...words];
    const { stdout } = await run('ip', program);
    return JSON.parse(stdout) as Result;
  }

  async remove(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const name of [this.#line, this.#site]) await run('ip', ['netns', 'delete', name]).catch(() => undefined);
    await rm(this.#etc, { recursive: true, force: true });
  }

  /** `ip netns exec` lays these over /etc. */
  get #etc(): string {
    return `/etc/netns/${this.#line}`;
  }

  async #end(namespace: string, address: string): Promise<ChildProcess> {
    await run('ip', ['netns', 'add', namespace]);
    await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
    const program = ['netns', 'exec', namespace, process.execPath, beside('tun-end.ts'), 'far'];
    const child = spawn('ip', program, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#children.push(child);
    await once(child.stderr, 'data');
    await run('ip', ['-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'far']);
    await run('ip', ['-n', namespace, 'link', 'set', 'far', 'up']);
    return child;
  }
}
