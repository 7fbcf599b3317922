import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import type { ConfigInput } from '../../shared/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type LogRecord = { readonly event: string; readonly level: string; readonly [field: string]: unknown };
export type GatewayRun = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly log: readonly LogRecord[];
  readonly stderr: string;
};

export type GatewayStart = {
  readonly folder: string;
  readonly config: ConfigInput | string;
  readonly deviceKey?: string;
  /** More secrets, as the environment gives them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variables of this machine's own that it must not see, in whatever case. */
  readonly without?: readonly string[];
  readonly flags?: readonly string[];
  /** Chromium's own, for its fake cameras. */
  readonly switches?: readonly string[];
  /** A program that runs the gateway, with its own words before: `ip netns exec line`. */
  readonly within?: readonly string[];
};

/** The built product in the real Electron, as `npm run gateway` starts it. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly #log: LogRecord[] = [];
  readonly #listeners = new Set<(record: LogRecord) => void>();
  readonly ended: Promise<GatewayRun>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    let rest = '';
    let stderr = '';
    child.stdout?.on('data', (chunk) => {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
    child.stderr?.on('data', (chunk) => {
      stderr = `${stderr}${String(chunk)}`.slice(-20_000);
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, log: this.#log, stderr }));
    });
  }

  /** `folder`: holds the configuration file and the data folder `data`. */
  static async start({
    folder,
    config,
    deviceKey,
    environment: secrets = {},
    within = [],
    without = [],
    flags = ['--headless', '--exit-when-drained'],
    switches: chromium = [],
  }: GatewayStart): Promise<GatewayProcess> {
    const configFile = join(folder, 'config.json');
    await writeFile(configFile, typeof config === 'string' ? config : JSON.stringify(config));
    const { executable, switches, env } = resolveElectron();
    const inherited = Object.entries(process.env).filter(([name]) => !without.includes(name.toLowerCase()));
    const environment: NodeJS.ProcessEnv = { ...Object.fromEntries(inherited), ...env, ...secrets };
    delete environment['ELECTRON_RUN_AS_NODE'];
    if (secrets['ACUSIGHT_DEVICE_KEY'] === undefined) delete environment['ACUSIGHT_DEVICE_KEY'];
    if (deviceKey !== undefined) environment['ACUSIGHT_DEVICE_KEY'] = deviceKey;
    const args = [
      ...switches,
      ...chromium,
      root,
      '--',
      'gateway',
      '--config',
      configFile,
      '--data-dir',
      join(folder, 'data'),
      ...flags,
    ];
    const [program = executable, ...words] = [...within, executable, ...args];
    // A process group of its own, so that a kill takes Chromium's helper processes with it.
    return new GatewayProcess(
      spawn(program, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true }),
    );
  }

  /** Its own, and that of its process group. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get log(): readonly LogRecord[] {
    return this.#log;
  }

  /** The first record, past or future, that fits. */
  async until(fits: (record: LogRecord) => boolean): Promise<LogRecord> {
    const past = this.#log.find(fits);
    if (past !== undefined) return past;
    return new Promise((resolve, reject) => {
      const listener = (record: LogRecord): void => {
        if (!fits(record)) return;
        this.#listeners.delete(listener);
        resolve(record);
      };
      this.#listeners.add(listener);
      void this.ended.then((run) =>
        reject(new Error(`the gateway ended first: ${run.exitCode} ${run.stderr.slice(-800)}`)),
      );
    });
  }

  /** Whoever read its output is gone. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  /** As a power cut ends it: the whole process group, without a word. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended already.
    }
  }

  #take(line: string): void {
    try {
      const record = JSON.parse(line) as LogRecord;
      this.#log.push(record);
      for (const listener of [...this.#listeners]) listener(record);
    } catch {
      // Not one of ours.
    }
  }
}
