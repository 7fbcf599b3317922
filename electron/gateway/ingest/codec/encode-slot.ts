import { Worker } from 'node:worker_threads';
import type { Clock } from '../../platform/clock.ts';
import { describeCause } from '../../platform/errors.ts';
import type { EncodeReply, EncodeRequest, LookReply, LookRequest, WorkReply, WorkRequest } from './encode-protocol.ts';

type Work = EncodeRequest | LookRequest;
type Reply = EncodeReply | LookReply;

/**
 * One encode worker with one piece of work at a time, started when it is first needed and again after it ended. A
 * picture is copied into memory that goes to the worker and comes back with the answer, to be used for the next: the
 * camera's own memory stays with the camera.
 */
export class EncodeSlot {
  readonly #workerPath: string;
  readonly #clock: Clock;
  readonly #limitMilliseconds: number;
  #worker: Worker | null = null;
  #running: { readonly id: number; readonly end: (reply: Reply) => void } | null = null;
  #spare: ArrayBuffer | null = null;
  #nextId = 1;

  constructor(workerPath: string, clock: Clock, limitMilliseconds: number) {
    this.#workerPath = workerPath;
    this.#clock = clock;
    this.#limitMilliseconds = limitMilliseconds;
  }

  get isBusy(): boolean {
    return this.#running !== null;
  }

  /** Only while it is not busy. Never rejects. */
  run(work: Work): Promise<Reply> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#limitMilliseconds, () => void this.drop('it took too long'));
      this.#running = {
        id,
        end: (reply) => {
          cancel();
          this.#running = null;
          resolve(reply);
        },
      };
      try {
        const data = this.#copy(work.picture.data);
        const request = { id, ...work, picture: { ...work.picture, data } } as WorkRequest;
        this.#liveWorker().postMessage(request, [data.buffer]);
      } catch (error) {
        // Memory that is not there, a thread that can't be started.
        this.#running?.end({ kind: 'failed', detail: describeCause(error) });
      }
    });
  }

  /** Ends the worker; what it was at has failed. */
  async drop(detail: string): Promise<void> {
    const worker = this.#worker;
    this.#gone(worker, detail);
    this.#spare = null;
    await worker?.terminate();
  }

  #copy(source: Uint8Array): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    this.#spare = null;
    const fits = spare !== null && spare.byteLength >= source.length && spare.byteLength <= 2 * source.length;
    const data = new Uint8Array(fits ? spare : new ArrayBuffer(source.length), 0, source.length);
    data.set(source);
    return data;
  }

  #liveWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#workerPath, { stdout: true, stderr: true });
    worker.on('message', ({ id, spare, ...reply }: WorkReply) => {
      if (this.#worker === worker) this.#spare = spare;
      if (this.#running?.id === id) this.#running.end(reply);
    });
    worker.on('error', (error) => this.#gone(worker, describeCause(error)));
    worker.on('exit', () => this.#gone(worker, 'the encoder ended'));
    // Nothing of what libvips prints is for the terminal; the streams must be read all the same.
    worker.stdout.resume();
    worker.stderr.resume();
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #gone(worker: Worker | null, detail: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#running?.end({ kind: 'failed', detail });
  }
}
