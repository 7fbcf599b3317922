import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A screen of a size of its own, without a window manager. */
export class VirtualScreen {
  readonly #server: ChildProcess;
  readonly display: string;

  private constructor(server: ChildProcess, display: string) {
    this.#server = server;
    this.display = display;
  }

  /** `more`: words of the server's own. */
  static async open(width: number, height: number, more: readonly string[] = []): Promise<VirtualScreen> {
    const words = ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', ...more];
    const server = spawn('Xvfb', words, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    let number = '';
    for await (const chunk of server.stdio[3] as Readable) {
      number += String(chunk);
      if (number.includes('\n')) break;
    }
    if (!/^\d+\n/.test(number)) throw new Error('Xvfb told no display number');
    return new VirtualScreen(server, `:${number.trim()}`);
  }

  async close(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGTERM');
    await ended;
  }
}
