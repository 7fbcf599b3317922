import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { mayMount, unmount } from './memory-disk.ts';

const program = fileURLToPath(new URL('./hanging-share.py', import.meta.url));

/** A mounted folder whose server can be stopped: whoever asks for anything of it then waits, as with a share. */
export class HangingShare {
  static readonly isPossible = mayMount && existsSync('/dev/fuse') && hasPython();
  readonly #server: ChildProcess;
  readonly #folder: string;

  private constructor(server: ChildProcess, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  /** `backing`: the folder with the files; it is there under `folder`, read-only. */
  static async mount(backing: string, folder: string): Promise<HangingShare> {
    await mkdir(folder, { recursive: true });
    const server = spawn('python3', [program, backing, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [words] = (await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])) as unknown[];
    if (!String(words).includes('mounted')) throw new Error('the share was not mounted');
    return new HangingShare(server, folder);
  }

  hang(): void {
    this.#server.kill('SIGUSR1');
  }

  answer(): void {
    this.#server.kill('SIGCONT');
  }

  /** Whoever still waits gets an error. */
  end(): void {
    this.#server.kill('SIGKILL');
    unmount(this.#folder);
  }
}

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import ctypes'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
