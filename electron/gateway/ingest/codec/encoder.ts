import type { EncodeConfig } from '../../../../shared/source-config.ts';
import type { EncodedPicture, RawPicture } from '../../model/frame.ts';
import type { Clock } from '../../platform/clock.ts';
import type { EncodeReply, EncodeRequest, LookReply, LookRequest } from './encode-protocol.ts';
import { EncodeSlot } from './encode-slot.ts';

export type EncoderOptions = {
  /** The encode worker's script. */
  readonly workerPath: string;
  /** Threads: so many frames are encoded at once. */
  readonly workers: number;
  readonly clock: Clock;
  /** A frame that takes longer has failed, and its worker is replaced. */
  readonly limitMilliseconds: number;
};

type Work = EncodeRequest | LookRequest;
type Reply = EncodeReply | LookReply;

/** The encode workers, and the frames that wait for one: first come, first served. Nothing here ever rejects. */
export class Encoder {
  readonly #slots: readonly EncodeSlot[];
  readonly #waiting: { readonly work: Work; readonly resolve: (reply: Reply) => void }[] = [];
  #stopped = false;

  constructor({ workerPath, workers, clock, limitMilliseconds }: EncoderOptions) {
    this.#slots = Array.from(
      { length: Math.max(1, workers) },
      () => new EncodeSlot(workerPath, clock, limitMilliseconds),
    );
  }

  /** The picture's memory is read when a worker is free for it, and must stay as it is until this resolves. */
  encode(picture: RawPicture, form: EncodeConfig): Promise<EncodeReply> {
    return this.#ask({ kind: 'encode', picture, form }) as Promise<EncodeReply>;
  }

  /** A small JPEG and what is measured on the frame. `maxEdge`: pixels of its longer edge. */
  look(picture: RawPicture | EncodedPicture, maxEdge: number): Promise<LookReply> {
    return this.#ask({ kind: 'look', picture, maxEdge }) as Promise<LookReply>;
  }

  /** Whatever is under way or waits has failed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(stopped);
    await Promise.all(this.#slots.map((slot) => slot.drop('stopped')));
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
