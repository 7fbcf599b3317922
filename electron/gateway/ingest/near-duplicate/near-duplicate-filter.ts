import type { NearDuplicateConfig } from '../../../../shared/source-config.ts';
import type { PictureFormat } from '../../model/image.ts';
import type { Clock } from '../../platform/clock.ts';
import { Mutex } from '../../platform/mutex.ts';
import { differenceOf } from '../codec/block-signature.ts';
import type { Decoder, Signature } from '../codec/decoder.ts';

export type FilterFrame = {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  readonly sha256: string;
  /** The frame's own time, milliseconds since the epoch: a backlog is judged as it was captured. */
  readonly at: number;
  /** Annotated, asked for, or in the store already: it is kept, and what follows is compared with it. */
  readonly mustKeep: boolean;
};

export type FilterStatus = {
  readonly threshold: number;
  /** Percent of full brightness, of the last frame that could be compared; null before the first. */
  readonly lastDifference: number | null;
  readonly lastAt: number | null;
};

/** What was kept, at first only in intent: `stored` tells whether it came into the store. */
type Kept = {
  readonly signature: Signature | null;
  readonly sha256: string;
  readonly at: number;
  readonly judgedAt: number;
  readonly stored: Promise<boolean>;
};

/** A place in the line: frames are judged in the order in which they were offered, however long each was read. */
export type Turn = {
  /**
   * Waits for the frames before it. `drop`: it differs too little from the last one kept. `keep`: store it, and say
   * with `settle` whether it was.
   */
  readonly judge: (frame: FilterFrame) => Promise<'keep' | 'drop'>;
  /** Always to be called in the end: `true` when the frame came into the store. More calls change nothing. */
  readonly settle: (stored: boolean) => void;
};

/**
 * The near-duplicate filter of one source: a frame that differs from the last kept one by less than the threshold is not
 * stored. When in doubt a frame is kept: the first one after a start, one that can't be decoded, one whose predecessor
 * could not be stored. With a threshold of 0 only exact repeats (the same bytes) are dropped.
 */
export class NearDuplicateFilter {
  readonly #config: NearDuplicateConfig;
  readonly #decoder: Decoder;
  readonly #clock: Clock;
  /** Kept and not known not to be stored, the newest last. The first is stored. */
  #kept: Kept[] = [];
  readonly #order = new Mutex();
  #lastDifference: number | null = null;
  #lastAt: number | null = null;

  /** The decoder may be shared by all filters. */
  constructor(config: NearDuplicateConfig, decoder: Decoder, clock: Clock) {
    this.#config = config;
    this.#decoder = decoder;
    this.#clock = clock;
  }

  status(): FilterStatus {
    return { threshold: this.#config.threshold, lastDifference: this.#lastDifference, lastAt: this.#lastAt };
  }

  /** To be called as soon as a frame is offered, before anything is waited for. */
  enter(): Turn {
    const { first, leave } = this.#order.enter();
    let settle: (stored: boolean) => void = () => undefined;
    const stored = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    return {
      judge: async (frame) => {
        await first;
        try {
          return await this.#judge(frame, stored);
        } finally {
          leave();
        }
      },
      settle: (was) => {
        settle(was);
        leave();
      },
    };
  }

  async #judge(frame: FilterFrame, stored: Promise<boolean>): Promise<'keep' | 'drop'> {
    const reply = await this.#decoder.ask({ kind: 'signature', bytes: frame.bytes, format: frame.format });
    const signature = reply.kind === 'signature' ? reply.signature : null;
    const judgedAt = this.#clock.monotonic();
    for (;;) {
      const last = this.#kept.at(-1);
      if (last !== undefined) this.#note(signature, last);
      if (last === undefined || frame.mustKeep || !this.#isRepeat(frame, signature, judgedAt, last)) break;
      // It would go for the sake of one that may not have come into the store itself.
      if (await last.stored) return 'drop';
      this.#kept = this.#kept.filter((other) => other !== last);
    }
    const kept: Kept = { signature, sha256: frame.sha256, at: frame.at, judgedAt, stored };
    this.#kept.push(kept);
    void stored.then((was) => this.#settled(kept, was));
    return 'keep';
  }

  #isRepeat(frame: FilterFrame, signature: Signature | null, judgedAt: number, last: Kept): boolean {
    const { threshold, keepEverySeconds } = this.#config;
    const term = keepEverySeconds === 0 ? Number.POSITIVE_INFINITY : keepEverySeconds * 1_000;
    if (Math.abs(frame.at - last.at) >= term || judgedAt - last.judgedAt >= term) return false;
    if (threshold === 0) return frame.sha256 === last.sha256;
    return signature !== null && last.signature !== null && differenceOf(signature, last.signature) < threshold;
  }

  #note(signature: Signature | null, last: Kept): void {
    if (signature === null || last.signature === null) return;
    this.#lastDifference = differenceOf(signature, last.signature);
    this.#lastAt = this.#clock.now();
  }

  /** What lies before a stored frame is compared with no more; one that was not stored was never kept. */
  #settled(kept: Kept, stored: boolean): void {
    const index = this.#kept.indexOf(kept);
    if (index < 0) return;
    this.#kept = stored ? this.#kept.slice(index) : this.#kept.filter((other) => other !== kept);
  }
}
