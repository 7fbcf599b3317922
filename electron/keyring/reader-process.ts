import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Keyring, LockState } from './keyring.ts';
import { answerPipe, type ReaderAnswer, type ReaderRequest, readerSwitch } from './reader-request.ts';

export type ReaderProgram = {
  readonly executable: string;
  /** What it needs to start as this program does: switches, and in development the app's folder. */
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly lock: () => Promise<LockState>;
};

/**
 * The keyring, asked by a process of its own for each question, which ends with its answer. Secrets go through its pipes
 * only: other users can see the arguments and the environment of a process.
 */
export function keyringProcess(program: ReaderProgram): Keyring {
  return {
    open: async (sealed, signal) => {
      const request = { kind: 'open', sealed: sealed.map((bytes) => bytes.toString('base64')) } as const;
      const answer = await ask(program, request, signal);
      return answer.kind === 'sealed' ? { kind: 'shut', isRefused: false } : answer;
    },
    seal: async (texts, signal) => {
      const answer = await ask(program, { kind: 'seal', texts }, signal);
      return answer.kind === 'sealed' ? answer.sealed.map((text) => Buffer.from(text, 'base64')) : null;
    },
    lock: program.lock,
  };
}

/** A process that ends without an answer has not been let in. */
function ask(
  { executable, args, environment }: ReaderProgram,
  request: ReaderRequest,
  signal: AbortSignal,
): Promise<ReaderAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(executable, [`--${readerSwitch}=${process.pid}`, ...args], {
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    });
    // It hears no milder signal while it waits.
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    const done = (): void => signal.removeEventListener('abort', kill);
    let text = '';
    const answers = child.stdio[answerPipe] as Readable;
    const questions = child.stdin as Writable;
    answers.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) return;
      try {
        resolve(JSON.parse(text.slice(0, end)) as ReaderAnswer);
      } catch (error) {
        reject(error);
      }
      // Nothing more is wanted of it, and a keyring that hangs would keep it.
      kill();
    });
    answers.on('error', () => undefined);
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', () => {
      done();
      if (signal.aborted) reject(signal.reason);
      else resolve({ kind: 'shut', isRefused: false });
    });
    questions.on('error', () => undefined);
    questions.end(JSON.stringify(request));
  });
}
