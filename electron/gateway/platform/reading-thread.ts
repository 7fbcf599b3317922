import { systemClock } from './clock.ts';
import { describeCause } from './errors.ts';
import type { ReadJob, ReadReply, ReadSmallJob, ReadSmallReply, SmallFile } from './reading-jobs.ts';
import { WorkerClient } from './worker-client.ts';

type Read = Pick<ReadReply, 'buffer' | 'outcome'>;
type Unnumbered = Omit<ReadJob, 'id'> | Omit<ReadSmallJob, 'id'>;

/** The reading thread as its callers see it. Never rejects. */
export class ReadingThread {
  readonly #client: WorkerClient<Unnumbered, ReadReply | ReadSmallReply>;

  /** `workerPath`: the reading worker's script. */
  constructor(workerPath: string) {
    this.#client = new WorkerClient({ script: workerPath, name: 'the reading thread', clock: systemClock });
  }

  /** `into.buffer` is gone from here until it comes back with the answer; it does not where the thread has ended. */
  async read(job: Omit<ReadJob, 'id'>): Promise<Read> {
    try {
      return (await this.#client.ask(job, job.into === null ? [] : [job.into.buffer])) as ReadReply;
    } catch (error) {
      return { buffer: null, outcome: failed(error) };
    }
  }

  /** A file that is wanted whole, of at most so many bytes. */
  async readSmall(path: string, mostBytes: number): Promise<SmallFile> {
    try {
      return ((await this.#client.ask({ path, mostBytes })) as ReadSmallReply).small;
    } catch (error) {
      return failed(error);
    }
  }

  /** What is being read is answered as failed, and so is whatever is asked later. */
  stop(): Promise<void> {
    return this.#client.stop();
  }
}

const failed = (error: unknown) => ({ kind: 'failed', code: '', message: describeCause(error) }) as const;
