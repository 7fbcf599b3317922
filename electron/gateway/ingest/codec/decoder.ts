import type { Message } from '../../../../shared/messages/message.ts';
import type { ConvertedFormat, Orientation } from '../../../../shared/picture.ts';
import type { PictureFormat } from '../../model/image.ts';
import type { Clock } from '../../platform/clock.ts';
import { describeCause } from '../../platform/errors.ts';
import { Mutex } from '../../platform/mutex.ts';
import { WorkerClient, WorkerGoneError } from '../../platform/worker-client.ts';

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
  /** A part of the picture is missing or damaged: `detail` says which. */
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
      /** What was left out. */
      readonly notes: readonly Message[];
    }
  /** The picture is damaged, as far as the decoder sees. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** No PNG can hold it without loss, or nobody here reads it. */
  | { readonly kind: 'unsupported'; readonly detail: Message }
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
 * One decode worker, replaced after a very large picture. One picture at a time: one that takes too long or ends the
 * worker must condemn no other. Never rejects: a picture that can't be looked at is `uncheckable`.
 */
export class Decoder {
  readonly #client: WorkerClient<DecodeJob, DecodeReply>;
  readonly #turn = new Mutex();

  /**
   * `workerPath`: the decode worker's script. After `limitMilliseconds` for one picture the worker is replaced.
   * `inBackground`: the answers are wanted some time, and the cameras want the processor now.
   */
  constructor(workerPath: string, clock: Clock, limitMilliseconds: number, inBackground = false) {
    this.#client = new WorkerClient({
      script: workerPath,
      name: 'the decoder',
      clock,
      limitMilliseconds,
      workerData: { inBackground } satisfies DecodeWorkerData,
      isQuiet: true,
    });
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
    await this.#client.stop();
    await this.#turn.idle();
  }

  async #askNow(job: DecodeJob): Promise<DecodeAnswer> {
    // A line that compares its frames must not wait for a decoder that never comes up.
    if (job.kind === 'signature' && this.#client.isResting)
      return { kind: 'uncheckable', detail: 'the decoder keeps ending' };
    try {
      const given = job.kind === 'judge' || job.kind === 'convert' ? [job.bytes.buffer] : [];
      const reply = await this.#client.ask(job, given);
      // Its memory is given back by its end only.
      if (reply.isSpent) this.#client.replace();
      return reply;
    } catch (error) {
      const reason = error instanceof WorkerGoneError ? error.reason : 'ended';
      const details = { stopped: stoppedDetail, late: tooLongDetail, ended: describeCause(error) };
      return { kind: 'uncheckable', detail: details[reason] };
    }
  }
}
