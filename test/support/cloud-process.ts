import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FaultInput } from '../../electron/simulators/cloud/faults.ts';
import type { ImageRecord } from '../../electron/simulators/cloud/records.ts';
import type { CloudStats } from '../../electron/simulators/cloud/stats.ts';

const serve = fileURLToPath(new URL('../../electron/simulators/cloud/serve.ts', import.meta.url));

type Listening = {
  listening: string;
  control: string;
  token: string;
  deviceKey: string;
  provisioningToken: string;
};

/**
 * What comes over the network is memory outside of V8's heap, and each 64 MB of it V8 marks everything anew, in threads
 * beside the server's own: on a PC with two cores they would take the one of what is measured.
 */
const withoutHelpers = ['--no-concurrent-marking', '--external-memory-accounted-in-global-limit'];

/** The embedded Acusight server as a process of its own, with its remote control. */
export class CloudProcess {
  readonly #child: ChildProcess;
  readonly #facts: Listening;

  private constructor(child: ChildProcess, facts: Listening) {
    this.#child = child;
    this.#facts = facts;
  }

  static async start(dataDir: string, ...flags: string[]): Promise<CloudProcess> {
    const child = spawn(process.execPath, [...withoutHelpers, serve, '--data-dir', dataDir, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.includes('\n')) break;
    }
    if (!text.includes('\n')) throw new Error('the simulated cloud did not start');
    return new CloudProcess(child, JSON.parse(text) as Listening);
  }

  get baseUrl(): string {
    return this.#facts.listening;
  }

  get deviceKey(): string {
    return this.#facts.deviceKey;
  }

  get provisioningToken(): string {
    return this.#facts.provisioningToken;
  }

  stats(): Promise<CloudStats> {
    return this.#call('GET', 'stats');
  }

  /** Every stored image, in the order of the commits. */
  async images(): Promise<ImageRecord[]> {
    const all: ImageRecord[] = [];
    for (let page = 1; ; page += 1) {
      const images = await this.#call<ImageRecord[]>('GET', `images?page=${page}&per_page=1000`);
      all.push(...images);
      if (images.length < 1_000) return all;
    }
  }

  async setFaults(...faults: FaultInput[]): Promise<void> {
    await this.#call('POST', 'faults', { faults });
  }

  async down(forMilliseconds?: number): Promise<void> {
    await this.#call('POST', 'down', forMilliseconds === undefined ? {} : { forMilliseconds });
  }

  async up(): Promise<void> {
    await this.#call('POST', 'up', {});
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#facts.control}/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#facts.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { success: boolean; data: T };
    if (!answer.success) throw new Error(`control ${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  }
}
