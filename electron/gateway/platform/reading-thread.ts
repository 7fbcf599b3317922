import { Worker } from 'node:worker_threads';
import { describeCause } from './errors.ts';
import type { ReadJob, ReadReply, ReadSmallJob, ReadSmallReply, SmallFile } from './reading-jobs.ts';

type Read = Pick<ReadReply, 'buffer' | 'outcome'>;
type Waiting =
  | { readonly kind: 'file'; readonly resolve: (reply: Read) => void }
  | { readonly kind: 'small'; readonly resolve: (small: SmallFile) => void };

/** The reading thread as its callers see it; started when it is first needed, and again after it ended. Never rejects. */
export class ReadingThread {
  readonly #workerPath: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextId = 1;

  /** `workerPath`: the reading worker's script. */
  constructor(workerPath: string) {
    this.#workerPath = workerPath;
  }

  /** `into.buffer` is gone from here until it comes back with the answer; it does not where the thread has ended. */
  read(job: Omit<ReadJob, 'id'>): Promise<Read> {
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#ask(id, { kind: 'file', resolve }).postMessage(
        { ...job, id } satisfies ReadJob,
        job.into === null ? [] : [job.into.buffer],
      );
    });
  }

  /** A file that is wanted whole, of at most so many bytes. */
  readSmall(path: string, mostBytes: number): Promise<SmallFile> {
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#ask(id, { kind: 'small', resolve }).postMessage({ id, path, mostBytes } satisfies ReadSmallJob);
    });
  }

  #ask(id: number, waiting: Waiting): Worker {
    const worker = this.#liveWorker();
    this.#waiting.set(id, waiting);
    if (this.#waiting.size === 1) worker.ref();
    return worker;
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    this.#gone(worker, 'stopped');
    await worker.terminate();
  }

  #liveWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#workerPath);
    worker.on('message', ({ id, ...reply }: ReadReply | ReadSmallReply) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (waiting?.kind === 'file' && 'outcome' in reply) waiting.resolve(reply);
      if (waiting?.kind === 'small' && 'small' in reply) waiting.resolve(reply.small);
      // What nobody waits for keeps no program alive.
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', (error) => this.#gone(worker, describeCause(error)));
    worker.on('exit', () => this.#gone(worker, 'the reading thread ended'));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #gone(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const [id, waiting] of [...this.#waiting]) {
      this.#waiting.delete(id);
      const failed = { kind: 'failed', code: '', message } as const;
      if (waiting.kind === 'file') waiting.resolve({ buffer: null, outcome: failed });
      else waiting.resolve(failed);
    }
  }
}
