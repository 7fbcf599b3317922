import { type TransferListItem, Worker } from 'node:worker_threads';
import { backoffDelay, withoutJitter } from './backoff.ts';
import { type Clock, sleep } from './clock.ts';
import { describeCause } from './errors.ts';
import { OpenRequests } from './open-requests.ts';

/** Nobody answers a request any more. `ended`: the worker ended by itself, or could not be started. */
export class WorkerGoneError extends Error {
  readonly reason: 'ended' | 'late' | 'stopped';

  constructor(reason: WorkerGoneError['reason'], message: string) {
    super(message);
    this.name = 'WorkerGoneError';
    this.reason = reason;
  }
}

export type WorkerClientOptions = {
  readonly script: string | URL;
  /** What it is called where its end is told: "the decoder". */
  readonly name: string;
  readonly clock: Clock;
  /** For one request: then its worker is replaced. Left out: as long as it takes. */
  readonly limitMilliseconds?: number;
  readonly workerData?: unknown;
  /** What it prints, as libraries do that were made for the command line, is not for the terminal. */
  readonly isQuiet?: boolean;
};

/** One that ends again and again, and answers nothing between, is not started in a hot loop. */
const endsUntilRest = 3;
const restBackoff = { first: 100, longest: 1_000 };

/**
 * A worker thread that answers numbered requests: started with the first of them, and anew with the next one after it
 * ended. Each request is sent to one worker only: what ended one must not end the next as well. While it answers nothing
 * it keeps no program alive.
 *
 * All that wait share the fate of the worker. Where one request must not fail for another (a picture that can't be
 * decoded), whoever asks sends one at a time.
 *
 * It is for workers that can be replaced at any time. Three threads can't, and use `OpenRequests` alone: the gateway's
 * (its end is a crash that the window tells), a camera's stream (its port and its frames end with it) and the simulated
 * cloud (its address is known to others).
 */
export class WorkerClient<Request extends object, Reply extends { readonly id: number }> {
  readonly #options: WorkerClientOptions;
  readonly #open = new OpenRequests<Reply>();
  readonly #stop = new AbortController();
  readonly #ending = new Set<Promise<void>>();
  #worker: Worker | null = null;
  #hasAnswered = false;
  /** Workers in a row that ended without an answer. */
  #ends = 0;
  #restsUntil = 0;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
  }

  /** It has just ended again and again: the next request waits for a moment. */
  get isResting(): boolean {
    return this.#worker === null && this.#restsUntil > this.#options.clock.monotonic();
  }

  /** Rejects with a `WorkerGoneError`. Sent at once, unless it rests. */
  ask(request: Request, transfer: readonly TransferListItem[] = []): Promise<Reply> {
    return this.isResting ? this.#askAfterRest(request, transfer) : this.#send(request, transfer);
  }

  /** The next request meets another worker; this one is ended. For one that holds too much memory. */
  replace(): void {
    this.#leave('ended', `${this.#options.name} was replaced`);
  }

  /** For good. What waits, and whatever is asked later, is refused. Resolves once all its threads have ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#leave('stopped', 'stopped');
    await Promise.all(this.#ending);
  }

  async #askAfterRest(request: Request, transfer: readonly TransferListItem[]): Promise<Reply> {
    const { clock } = this.#options;
    await sleep(clock, this.#restsUntil - clock.monotonic(), this.#stop.signal);
    return this.#send(request, transfer);
  }

  #send(request: Request, transfer: readonly TransferListItem[]): Promise<Reply> {
    const { clock, limitMilliseconds } = this.#options;
    if (this.#stop.signal.aborted) return Promise.reject(new WorkerGoneError('stopped', 'stopped'));
    const answered = this.#open.ask((id) => {
      const worker = this.#liveWorker();
      worker.postMessage({ ...request, id }, transfer);
      if (this.#open.size === 1) worker.ref();
    });
    if (limitMilliseconds === undefined) return answered;
    const cancel = clock.after(limitMilliseconds, () => this.#leave('late', 'it took too long'));
    return answered.finally(cancel);
  }

  #liveWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const { script, workerData, isQuiet = false } = this.#options;
    let worker: Worker;
    try {
      worker = new Worker(script, { workerData, stdout: isQuiet, stderr: isQuiet });
    } catch (error) {
      this.#noteEnd();
      throw new WorkerGoneError('ended', describeCause(error));
    }
    worker.on('message', (reply: Reply) => {
      if (this.#worker === worker) this.#hasAnswered = true;
      this.#open.answer(reply.id, reply);
      if (this.#open.size === 0) worker.unref();
    });
    worker.on('error', (error) => this.#gone(worker, describeCause(error)));
    worker.on('exit', () => this.#gone(worker, `${this.#options.name} ended`));
    if (isQuiet) {
      // They must be read all the same.
      worker.stdout.resume();
      worker.stderr.resume();
    }
    worker.unref();
    this.#worker = worker;
    this.#hasAnswered = false;
    return worker;
  }

  /** Ends the worker. Those that wait are refused at once, whenever it may have ended. */
  #leave(reason: WorkerGoneError['reason'], message: string): void {
    const worker = this.#worker;
    if (worker === null) return;
    this.#worker = null;
    this.#open.refuseAll(new WorkerGoneError(reason, message));
    const ended: Promise<void> = worker.terminate().then(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  /** By itself. */
  #gone(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    if (this.#hasAnswered) this.#ends = 0;
    this.#noteEnd();
    this.#open.refuseAll(new WorkerGoneError('ended', message));
  }

  #noteEnd(): void {
    this.#ends += 1;
    if (this.#ends < endsUntilRest) return;
    const rest = backoffDelay(this.#ends - endsUntilRest, restBackoff, withoutJitter());
    this.#restsUntil = this.#options.clock.monotonic() + rest;
  }
}
