import { Worker } from 'node:worker_threads';
import { describeCause } from './errors.ts';
import type { ReadJob, ReadReply } from './reading-jobs.ts';

type Waiting = (reply: Pick<ReadReply, 'buffer' | 'outcome'>) => void;

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
  read(job: Omit<ReadJob, 'id'>): Promise<Pick<ReadReply, 'buffer' | 'outcome'>> {
    const id = this.#nextId++;
    const worker = this.#liveWorker();
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      if (this.#waiting.size === 1) worker.ref();
      worker.postMessage({ ...job, id } satisfies ReadJob, job.into === null ? [] : [job.into.buffer]);
    });
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
    worker.on('message', ({ id, ...reply }: ReadReply) => {
      this.#waiting.get(id)?.(reply);
      this.#waiting.delete(id);
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
    for (const [id, answer] of [...this.#waiting]) {
      this.#waiting.delete(id);
      answer({ buffer: null, outcome: { kind: 'failed', code: '', message } });
    }
  }
}
