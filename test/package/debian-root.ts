import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Ran = { readonly code: number | null; readonly output: string };
export type RunAs = { readonly user: string; readonly environment?: Readonly<Record<string, string>> };

/** What belongs to the running system, or is written anew by every installation of anything. */
const passing =
  /^(?:proc|sys|dev|run|tmp|var\/(?:cache|log|lib\/(?:dpkg|apt))|etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-)(?:\/|$)/;

/**
 * A minimal Debian in a folder, which shares this machine's kernel and network. Its mounts and processes are of the
 * namespace that the tests run in (scripts/run/package-tests.mjs), and end with it.
 */
export class DebianRoot {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** `minimal`: a folder with `root.tar`, and from then on with the packages that were fetched. */
  static make(minimal: string, path: string): DebianRoot {
    mkdirSync(path);
    execFileSync('tar', ['--numeric-owner', '-xpf', join(minimal, 'root.tar'), '-C', path]);
    const root = new DebianRoot(path);
    mkdirSync(join(minimal, 'archives', 'partial'), { recursive: true });
    execFileSync('mount', ['-t', 'proc', 'proc', root.at('proc')]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'shm', root.at('dev/shm')]);
    execFileSync('mount', ['-t', 'devpts', 'devpts', root.at('dev/pts')]);
    execFileSync('mount', ['--bind', join(minimal, 'archives'), root.at('var/cache/apt/archives')]);
    return root;
  }

  /** A path in there, as this machine sees it. */
  at(path: string): string {
    return join(this.path, path);
  }

  /** As root, to the end. */
  root(...words: readonly string[]): Ran {
    const { status, stdout, stderr } = spawnSync('chroot', [this.path, 'env', ...rootEnvironment, ...words], {
      encoding: 'utf8',
    });
    return { code: status, output: `${stdout}${stderr}` };
  }

  /** As root; throws where it fails. */
  asRoot(...words: readonly string[]): string {
    const { code, output } = this.root(...words);
    if (code !== 0) throw new Error(`${words.join(' ')}: ${code}\n${output.slice(-3_000)}`);
    return output;
  }

  apt(...words: readonly string[]): string {
    return this.asRoot(
      'apt-get',
      '-y',
      '-qq',
      '--no-install-recommends',
      '-o',
      'Dpkg::Options::=--force-unsafe-io',
      ...words,
    );
  }

  /** As an ordinary user, with nothing of this machine's environment. */
  start({ user, environment = {} }: RunAs, ...words: readonly string[]): ChildProcess {
    const { home, ids } = this.#user(user);
    const named = Object.entries({ PATH: '/usr/bin:/bin', HOME: home, ...environment });
    const variables = named.map(([name, value]) => `${name}=${value}`);
    return spawn('chroot', [`--userspec=${ids}`, this.path, 'env', '-i', ...variables, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** As an ordinary user, to the end. */
  run(as: RunAs, ...words: readonly string[]): Promise<Ran> {
    const child = this.start(as, ...words);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
  }

  /** Whatever lies in there: each path, with the content of those that name users and groups. */
  listing(): ReadonlySet<string> {
    const found = new Set<string>();
    const visit = (below: string): void => {
      for (const entry of readdirSync(this.at(below), { withFileTypes: true })) {
        const path = join(below, entry.name);
        if (passing.test(path)) continue;
        found.add(/^etc\/(?:passwd|group)$/.test(path) ? `${path} ${this.#hash(path)}` : path);
        if (entry.isDirectory()) visit(path);
      }
    };
    visit('');
    return found;
  }

  #hash(path: string): string {
    return createHash('sha256')
      .update(readFileSync(this.at(path)))
      .digest('hex');
  }

  #user(name: string): { readonly home: string; readonly ids: string } {
    const line = readFileSync(this.at('etc/passwd'), 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${name}:`));
    if (line === undefined) throw new Error(`there is no user ${name}`);
    const [, , uid, gid, , home = '/'] = line.split(':');
    return { home, ids: `${uid}:${gid}` };
  }
}

const rootEnvironment = [
  '-i',
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/root',
  'LC_ALL=C',
  'DEBIAN_FRONTEND=noninteractive',
];

/** What is in one listing and not in the other. */
export const beyond = (listing: ReadonlySet<string>, other: ReadonlySet<string>): string[] =>
  [...listing].filter((path) => !other.has(path)).sort();
