import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Counters } from '../../electron/simulators/camera/counters.ts';
import type { Faults } from '../../electron/simulators/camera/faults.ts';

export const cameraProgram = fileURLToPath(new URL('../../electron/simulators/camera/run.ts', import.meta.url));

type Answer = { readonly counters: Counters; readonly error?: string };

/** The simulated camera as a process of its own, with its remote control. */
export class CameraProcess {
  readonly ready: Readonly<Record<string, unknown>>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, ready: Readonly<Record<string, unknown>>) {
    this.#child = child;
    this.#lines = lines;
    this.ready = ready;
  }

  static async start(...flags: string[]): Promise<CameraProcess> {
    const child = spawn(process.execPath, [cameraProgram, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new Error('the simulated camera did not start');
    return new CameraProcess(child, lines, JSON.parse(first.value));
  }

  async tell(command: object): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error('the simulated camera has ended');
    return JSON.parse(line.value) as Answer;
  }

  setFaults(faults: Partial<Faults>): Promise<Answer> {
    return this.tell({ faults });
  }

  async counters(): Promise<Counters> {
    return (await this.tell({ counters: true })).counters;
  }

  /** Its exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    const [code] = (await ended) as [number | null];
    return code;
  }
}
