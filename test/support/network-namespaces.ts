import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Two network namespaces joined by a cable (veth), as a line PC and a server are: `line` and `site`, with addresses
 * 10.231.7.1 and 10.231.7.2. Needs root and iproute2; say so with `isPossible` before.
 */
export class NetworkNamespaces {
  readonly line: string;
  readonly site: string;
  readonly lineAddress = '10.231.7.1';
  readonly siteAddress = '10.231.7.2';

  private constructor(id: string) {
    this.line = `acu-line-${id}`;
    this.site = `acu-site-${id}`;
  }

  static async isPossible(): Promise<boolean> {
    const name = `acu-try-${process.pid}`;
    try {
      await run('ip', ['netns', 'add', name]);
      await run('ip', ['netns', 'delete', name]);
      return true;
    } catch {
      return false;
    }
  }

  static async make(): Promise<NetworkNamespaces> {
    const id = String(process.pid);
    const made = new NetworkNamespaces(id);
    for (const name of [made.line, made.site]) await run('ip', ['netns', 'add', name]);
    await run('ip', [
      'link',
      'add',
      'v0',
      'netns',
      made.line,
      'type',
      'veth',
      'peer',
      'name',
      'v0',
      'netns',
      made.site,
    ]);
    for (const [name, address] of [
      [made.line, made.lineAddress],
      [made.site, made.siteAddress],
    ] as const) {
      await run('ip', ['-n', name, 'address', 'add', `${address}/24`, 'dev', 'v0']);
      await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
      await run('ip', ['-n', name, 'link', 'set', 'v0', 'up']);
    }
    return made;
  }

  /** Limits what leaves the line PC, bits a second, with a buffer of 4 ms or so. */
  async shape(bitsPerSecond: number): Promise<void> {
    const burst = Math.max(256 * 1024, Math.round(bitsPerSecond / 8 / 250));
    const words = [
      'qdisc',
      'replace',
      'dev',
      'v0',
      'root',
      'tbf',
      'rate',
      `${bitsPerSecond}bit`,
      'burst',
      String(burst),
    ];
    await run('tc', ['-n', this.line, ...words, 'latency', '20ms']);
  }

  /** The cable is pulled, or put back. */
  async cable(state: 'up' | 'down'): Promise<void> {
    await run('ip', ['-n', this.site, 'link', 'set', 'v0', state]);
  }

  inLine(): readonly string[] {
    return ['ip', 'netns', 'exec', this.line];
  }

  inSite(): readonly string[] {
    return ['ip', 'netns', 'exec', this.site];
  }

  async remove(): Promise<void> {
    for (const name of [this.line, this.site]) await run('ip', ['netns', 'delete', name]).catch(() => undefined);
  }
}
