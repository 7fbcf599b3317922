import type { EncodeConfig } from '../../../../shared/source-config.ts';
import type { EncodedPicture, RawPicture } from '../../model/frame.ts';
import type { Clock } from '../../platform/clock.ts';
import { describeCause } from '../../platform/errors.ts';
import { WorkerClient } from '../../platform/worker-client.ts';
import type { EncodeReply, EncodeRequest, LiveFrameReply, LiveFrameRequest, WorkReply } from './encode-protocol.ts';

export type EncoderOptions = {
  /** The encode worker's script. */
  readonly workerPath: string;
  /** Threads: so many frames are encoded at once. */
  readonly workers: number;
  readonly clock: Clock;
  /** A frame that takes longer has failed, and its worker is replaced. */
  readonly limitMilliseconds: number;
};

type Work = EncodeRequest | LiveFrameRequest;
type Reply = EncodeReply | LiveFrameReply;

/** The encode workers, and the frames that wait for one: first come, first served. Nothing here ever rejects. */
export class Encoder {
  readonly #slots: readonly EncodeSlot[];
  readonly #waiting: { readonly work: Work; readonly resolve: (reply: Reply) => void }[] = [];
  #stopped = false;

  constructor({ workerPath, workers, clock, limitMilliseconds }: EncoderOptions) {
    const options = { script: workerPath, name: 'the encoder', clock, limitMilliseconds, isQuiet: true };
    this.#slots = Array.from({ length: Math.max(1, workers) }, () => new EncodeSlot(new WorkerClient(options)));
  }

  /** The picture's memory is read when a worker is free for it, and must stay as it is until this resolves. */
  encode(picture: RawPicture, form: EncodeConfig): Promise<EncodeReply> {
    return this.#ask({ kind: 'encode', picture, form }) as Promise<EncodeReply>;
  }

  /** A small JPEG and what is measured on the frame. `maxEdge`: pixels of its longer edge. */
  liveFrame(picture: RawPicture | EncodedPicture, maxEdge: number): Promise<LiveFrameReply> {
    return this.#ask({ kind: 'live-frame', picture, maxEdge }) as Promise<LiveFrameReply>;
  }

  /** Whatever is under way or waits has failed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(stopped);
    await Promise.all(this.#slots.map((slot) => slot.stop()));
  }

  #ask(work: Work): Promise<Reply> {
    if (this.#stopped) return Promise.resolve(stopped);
    return new Promise((resolve) => {
      this.#waiting.push({ work, resolve });
      this.#next();
    });
  }

  #next(): void {
    for (const slot of this.#slots) {
      if (slot.isBusy) continue;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      void slot.run(next.work).then((reply) => {
        next.resolve(reply);
        this.#next();
      });
    }
  }
}

const stopped = { kind: 'failed', detail: 'stopped' } as const;

/**
 * One encode worker with one piece of work at a time. A picture is copied into memory that goes to the worker and comes
 * back with the answer, to be used for the next: the camera's own memory stays with the camera.
 */
class EncodeSlot {
  readonly #client: WorkerClient<Work, WorkReply>;
  #spare: ArrayBuffer | null = null;
  #isBusy = false;

  constructor(client: WorkerClient<Work, WorkReply>) {
    this.#client = client;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Only while it is not busy. Never rejects. */
  async run(work: Work): Promise<Reply> {
    this.#isBusy = true;
    try {
      const data = this.#copy(work.picture.data);
      const given = { ...work, picture: { ...work.picture, data } } as Work;
      const { spare, ...reply } = await this.#client.ask(given, [data.buffer]);
      this.#spare = spare;
      return reply;
    } catch (error) {
      // It ended or took too long; or memory that is not there, a thread that can't be started.
      return { kind: 'failed', detail: describeCause(error) };
    } finally {
      this.#isBusy = false;
    }
  }

  /** What it is at has failed. */
  stop(): Promise<void> {
    return this.#client.stop();
  }

  #copy(source: Uint8Array): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    this.#spare = null;
    const fits = spare !== null && spare.byteLength >= source.length && spare.byteLength <= 2 * source.length;
    const data = new Uint8Array(fits ? spare : new ArrayBuffer(source.length), 0, source.length);
    data.set(source);
    return data;
  }
}
