import { Worker } from 'node:worker_threads';
import type { ConvertedFormat, Orientation } from '../../../../shared/picture.ts';
import type { PictureFormat } from '../../model/image.ts';
import type { Clock } from '../../platform/clock.ts';
import { describeCause } from '../../platform/errors.ts';
import { Mutex } from '../../platform/mutex.ts';

/** What the gateway and its decode workers say to each other. */
export type CheckRequest = {
  readonly kind: 'check';
  readonly path: string;
  readonly format: PictureFormat;
  /** How the picture is to be turned for its preview. */
  readonly orientation: Orientation;
  /** Where the preview goes; written under a temporary name first. */
  readonly previewPath: string;
};

/** The picture could not be looked at for a reason that lies with us: memory, a missing file, a format nobody shows. */
type Uncheckable = { readonly kind: 'uncheckable'; readonly detail: string };

/** `detail` is never empty. */
export type CheckReply =
  | { readonly kind: 'sound' }
  | { readonly kind: 'damaged'; readonly detail: string }
  | Uncheckable;

export type SignatureRequest = {
  readonly kind: 'signature';
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
};

/** The mean of each block of a picture, for each of its channels; see `block-signature.ts`. */
export type Signature = {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** 0–255, row by row, the channels of a block together. */
  readonly means: Float32Array;
};

export type SignatureReply = { readonly kind: 'signature'; readonly signature: Signature } | Uncheckable;

/** Is the whole picture in a file whose structure is not in order? `bytes` are given away. */
export type JudgeRequest = {
  readonly kind: 'judge';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: PictureFormat;
};

export type JudgeReply =
  | { readonly kind: 'whole'; readonly width: number; readonly height: number }
  /** A part of the picture is missing or damaged: `detail` says which, in a sentence. */
  | { readonly kind: 'partial'; readonly detail: string }
  | Uncheckable;

/** The first picture of a file as a PNG, without loss, upright. `bytes` are given away. */
export type ConvertRequest = {
  readonly kind: 'convert';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: ConvertedFormat;
  readonly orientation: Orientation;
};

export type ConvertReply =
  | {
      readonly kind: 'converted';
      readonly png: Uint8Array;
      readonly width: number;
      readonly height: number;
      /** What was left out, in sentences. */
      readonly notes: readonly string[];
    }
  /** The picture is damaged, as far as the decoder sees. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** No PNG can hold it without loss, or nobody here reads it; `hint` says what to do. */
  | { readonly kind: 'unsupported'; readonly detail: string; readonly hint: string }
  | Uncheckable;

type DecodeJob = CheckRequest | SignatureRequest | JudgeRequest | ConvertRequest;
export type DecodeAnswer = CheckReply | SignatureReply | JudgeReply | ConvertReply;
export type DecodeRequest = { readonly id: number } & DecodeJob;
/** `isSpent`: the worker holds more memory than one should; it is to be replaced. */
export type DecodeReply = { readonly id: number; readonly isSpent: boolean } & DecodeAnswer;

/** `inBackground`: everything else on this PC goes first. */
export type DecodeWorkerData = { readonly inBackground: boolean };

/** What an `uncheckable` picture is told when the decoder was stopped. */
export const stoppedDetail = 'stopped';
/** The same, when its time was up. */
export const tooLongDetail = 'decoding took too long';

/**
 * One decode worker, started when it is first needed and again after it ended, and replaced after a very large picture. One picture at a time: one that takes
 * too long or ends the worker must condemn no other. Never rejects: a picture that can't be looked at is `uncheckable`.
 */
export class Decoder {
  readonly #workerPath: string;
  readonly #clock: Clock;
  readonly #limitMilliseconds: number;
  readonly #inBackground: boolean;
  readonly #waiting = new Map<number, (reply: DecodeAnswer) => void>();
  #worker: Worker | null = null;
  readonly #ending = new Set<Promise<void>>();
  #nextId = 1;
  readonly #turn = new Mutex();
  #stopped = false;

  /**
   * `workerPath`: the decode worker's script. After `limitMilliseconds` for one picture the worker is replaced.
   * `inBackground`: the answers are wanted some time, and the cameras want the processor now.
   */
  constructor(workerPath: string, clock: Clock, limitMilliseconds: number, inBackground = false) {
    this.#workerPath = workerPath;
    this.#clock = clock;
    this.#limitMilliseconds = limitMilliseconds;
    this.#inBackground = inBackground;
  }

  ask(job: CheckRequest): Promise<CheckReply>;
  ask(job: SignatureRequest): Promise<SignatureReply>;
  ask(job: JudgeRequest): Promise<JudgeReply>;
  ask(job: ConvertRequest): Promise<ConvertReply>;
  ask(job: DecodeJob): Promise<DecodeAnswer> {
    return this.#turn.run(() => this.#askNow(job));
  }

  /** Whatever is under way is answered `uncheckable`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#dropWorker(stoppedDetail);
    await this.#turn.idle();
    await Promise.all(this.#ending);
  }

  #askNow(job: DecodeJob): Promise<DecodeAnswer> {
    if (this.#stopped) return Promise.resolve({ kind: 'uncheckable', detail: stoppedDetail });
    const id = this.#nextId++;
    const worker = this.#liveWorker();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#limitMilliseconds, () => void this.#dropWorker(tooLongDetail));
      this.#waiting.set(id, (reply) => {
        cancel();
        resolve(reply);
      });
      const given = job.kind === 'judge' || job.kind === 'convert' ? [job.bytes.buffer] : [];
      worker.postMessage({ id, ...job } satisfies DecodeRequest, given);
    });
  }

  #liveWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#workerPath, {
      stdout: true,
      stderr: true,
      workerData: { inBackground: this.#inBackground } satisfies DecodeWorkerData,
    });
    worker.on('message', (reply: DecodeReply) => {
      // Before the answer: the next picture must find another worker.
      if (reply.isSpent) this.#replace(worker);
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    worker.on('error', (error) => this.#gone(worker, describeCause(error)));
    worker.on('exit', () => this.#gone(worker, 'the decoder ended'));
    // Nothing of what the decoder prints is for the terminal; the streams must be read all the same.
    worker.stdout.resume();
    worker.stderr.resume();
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  async #dropWorker(reason: string): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    this.#gone(worker, reason);
    await worker.terminate();
  }

  /** Its memory is given back by its end only; another one is started when it is needed. */
  #replace(worker: Worker): void {
    if (this.#worker === worker) this.#worker = null;
    const ended = worker.terminate().then(() => void this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #gone(worker: Worker, detail: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const [id, answer] of [...this.#waiting]) {
      this.#waiting.delete(id);
      answer({ kind: 'uncheckable', detail });
    }
  }
}
