import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogRecord } from '../support/gateway-process.ts';
import type { DebianRoot, RunAs } from './debian-root.ts';

const lookMilliseconds = 200;
const mostLooks = 300;

export type GatewayEnd = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly log: readonly LogRecord[];
  readonly stderr: string;
};

/** The installed program while it runs, with what it logs. */
export class InstalledGateway {
  readonly #child: ChildProcess;
  readonly #log: LogRecord[] = [];
  readonly ended: Promise<GatewayEnd>;

  constructor(root: DebianRoot, as: RunAs, ...words: readonly string[]) {
    this.#child = root.start(as, ...words);
    let rest = '';
    let stderr = '';
    this.#child.stdout?.on('data', (chunk) => {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#log.push(JSON.parse(line) as LogRecord);
    });
    this.#child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
    this.ended = new Promise((resolve) =>
      this.#child.once('close', (code, signal) => resolve({ code, signal, log: this.#log, stderr })),
    );
  }

  /** `chroot` and the launcher make room for the program: it is the same process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until a count that it tells each second fits. */
  async until(count: 'collected' | 'pending' | 'acknowledged', fits: (value: number) => boolean): Promise<void> {
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const value = this.#log.findLast(({ event }) => event === 'progress')?.[count];
      if (typeof value === 'number' && fits(value)) return;
      if (!this.isRunning) throw new Error(`the gateway has ended: ${JSON.stringify(await this.ended)}`);
      await sleep(lookMilliseconds);
    }
    throw new Error(`${count} never fitted: ${JSON.stringify(this.#log.at(-1))}`);
  }

  stop(): Promise<GatewayEnd> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}
