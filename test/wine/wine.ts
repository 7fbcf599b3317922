import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = join(root, 'test/wine/programs');

/** What `npm run test:wine` provides (scripts/run/wine.mjs). */
const windowsNode = process.env['ACUSIGHT_WINE_NODE'] ?? '';
const windowsModules = process.env['ACUSIGHT_WINE_MODULES'] ?? '';

/** How a Windows program names a path of this machine. */
export const asWindows = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;

export type Line = Readonly<Record<string, unknown>>;

/** A program under Windows' Node: it writes lines of JSON to a file, and is ended by another. */
export class WineProgram {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly ended: Promise<number | null>;

  constructor(child: ChildProcess, log: string) {
    this.#child = child;
    this.#log = log;
    this.ended = once(child, 'exit').then(([code]) => code as number | null);
  }

  get lines(): readonly Line[] {
    if (!existsSync(this.#log)) return [];
    const whole = readFileSync(this.#log, 'utf8').split('\n').slice(0, -1);
    return whole.map((line) => JSON.parse(line) as Line);
  }

  /** The first line that has this word. */
  async said(word: string): Promise<unknown> {
    const find = (): Line | undefined => this.lines.find((line) => word in line);
    await expect.poll(find, { timeout: 60_000, message: `it says “${word}”` }).toBeDefined();
    return find()?.[word];
  }

  ask(what: 'doctor'): void {
    writeFileSync(`${this.#log}.${what}`, '');
  }

  /** Ends it as it is to be ended. */
  async stop(): Promise<void> {
    writeFileSync(`${this.#log}.stop`, '');
    await this.ended;
  }

  /** As a power cut does: wine runs it as a process of this machine, with the number that was started. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** A Windows of its own: a drive `C:` and a registry in a folder that goes with it. */
export class Wine {
  readonly #prefix: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(prefix: string) {
    this.#prefix = prefix;
    this.#environment = {
      ...process.env,
      WINEPREFIX: prefix,
      WINEDEBUG: '-all',
      // What wine says of its version is not what Node looks for.
      NODE_SKIP_PLATFORM_CHECK: '1',
      NODE_PATH: asWindows(windowsModules),
      NODE_OPTIONS: `--no-warnings --require ${asWindows(join(programs, 'keepalive-off.cjs')).replaceAll('\\', '/')}`,
    };
  }

  static async open(): Promise<Wine> {
    if (windowsNode === '') throw new Error('these tests are run by `npm run test:wine`');
    const wine = new Wine(await mkdtemp(join(tmpdir(), 'acusight-wine-')));
    await wine.#run('wineboot', ['-i']);
    return wine;
  }

  /** Ends what is left of it. */
  async close(): Promise<void> {
    await this.#run('wineserver', ['-k']).catch(() => undefined);
    await rm(this.#prefix, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  /** Where this machine has what Windows calls `C:\…`. */
  pathOnC(...parts: readonly string[]): string {
    return join(this.#prefix, 'drive_c', ...parts);
  }

  /** Gives a folder of this machine a drive letter, as `subst` does. */
  async giveLetter(drive: string, folder: string): Promise<void> {
    await symlink(folder, join(this.#prefix, 'dosdevices', drive));
  }

  /** As `giveLetter`; Windows programs take it for a share (wine's own table of drives). */
  async mapNetworkDrive(drive: string, folder: string): Promise<void> {
    await this.giveLetter(drive, folder);
    const key = ['HKLM\\Software\\Wine\\Drives', '/v', drive, '/d', 'network', '/f'];
    await this.#run('wine', ['reg', 'add', ...key]);
    // The table is read when this Windows starts.
    await this.#run('wineserver', ['-k']).catch(() => undefined);
  }

  /** `log`: as this machine names it. */
  start(program: 'gateway' | 'scanner' | 'holder', words: readonly string[], log: string, secrets = {}): WineProgram {
    const script = asWindows(join(programs, `${program}.ts`));
    const child = spawn('wine', [windowsNode, script, asWindows(log), ...words], {
      env: { ...this.#environment, ...secrets },
      // With a file as standard output wasm-vips fails, with a pipe Node does.
      stdio: 'ignore',
    });
    return new WineProgram(child, log);
  }

  async #run(command: string, words: readonly string[]): Promise<void> {
    const child = spawn(command, words, { env: this.#environment, stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${command} ${words.join(' ')}: ${code}`);
  }
}
