import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import type { ConfigInput } from '../../shared/config.ts';
import type { LogRecord } from './gateway-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = join(root, 'resources', 'linux', 'launcher.sh');

export type LaunchedStart = {
  readonly folder: string;
  readonly config: ConfigInput;
  readonly deviceKey: string;
  readonly flags: readonly string[];
};

/** The built product below the launcher of the Linux packages, whose waits are shorter here. */
export class LaunchedGateway {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly ended: Promise<unknown>;
  #complaints = '';

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    child.stderr?.on('data', (text) => {
      this.#complaints = `${this.#complaints}${String(text)}`.slice(-5_000);
    });
    this.ended = once(child, 'exit');
  }

  static async start({ folder, config, deviceKey, flags }: LaunchedStart): Promise<LaunchedGateway> {
    const place = join(folder, 'installed');
    await mkdir(join(place, 'words'), { recursive: true });
    const configFile = join(folder, 'config.json');
    await writeFile(configFile, JSON.stringify(config));
    const shorter = (await readFile(script, 'utf8'))
      .replace('most_silent_looks=12', 'most_silent_looks=6')
      .replace('seconds_between_looks=5', 'seconds_between_looks=1')
      .replace('good_looks=120', 'good_looks=2');
    const { executable, switches, env } = resolveElectron();
    const quoted = [executable, ...switches, root].map((word) => `'${word}'`).join(' ');
    const programs = {
      'acusight-line-gateway': shorter,
      'acusight-line-gateway.bin': `#!/bin/sh\nexec ${quoted} "$@"\n`,
      // The launcher refuses root, as which tests may run.
      'words/id': '#!/bin/sh\necho 1000\n',
    };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(place, name), text);
      await chmod(join(place, name), 0o755);
    }
    const { ELECTRON_RUN_AS_NODE: _own, NOTIFY_SOCKET: _socket, PATH = '', ...inherited } = process.env;
    const child = spawn(
      join(place, 'acusight-line-gateway'),
      ['gateway', '--config', configFile, '--data-dir', join(folder, 'data'), ...flags],
      {
        env: {
          ...inherited,
          ...env,
          PATH: `${join(place, 'words')}:${PATH}`,
          ACUSIGHT_DEVICE_KEY: deviceKey,
          TMPDIR: folder,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    return new LaunchedGateway(child, folder);
  }

  get complaints(): string {
    return this.#complaints;
  }

  /** The main process of the program below the launcher; it leads a process group of its own. Null: none runs. */
  async program(): Promise<number | null> {
    for (const { pid, parent, group, state } of await processes())
      if (parent === this.#child.pid && group === pid && state !== 'Z') return pid;
    return null;
  }

  async log(): Promise<LogRecord[]> {
    const text = await readFile(join(this.#folder, 'data', 'log', 'gateway.jsonl'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as LogRecord];
        } catch {
          return [];
        }
      });
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended;
  }
}

type Listed = { readonly pid: number; readonly parent: number; readonly group: number; readonly state: string };

/** As Linux lists them. */
export async function processes(): Promise<Listed[]> {
  const found: Listed[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // After the name, which may hold anything: state, parent, group.
      const text = await readFile(`/proc/${name}/stat`, 'utf8');
      const [state = '', parent, group] = text.replace(/^.*\) /s, '').split(' ');
      found.push({ pid: Number(name), parent: Number(parent), group: Number(group), state });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}
