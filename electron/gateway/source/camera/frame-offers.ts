import type { CameraFrame, FrameSink, FrameVerdict } from '../../model/frame.ts';
import type { Clock } from '../../platform/clock.ts';
import { messageOf } from './camera-errors.ts';

/**
 * What may be under way to the sink at once. So many frames whatever their size, and more of small ones as long as
 * all together have fewer bytes than that: small frames need company to share a sync of the disk, large ones memory.
 */
export type OfferBounds = { readonly always: number; readonly most: number; readonly bytes: number };

const usualBounds: OfferBounds = { always: 4, most: 64, bytes: 32_000_000 };

export type OffersOptions = {
  readonly sink: FrameSink;
  readonly clock: Clock;
  readonly onVerdict: (verdict: FrameVerdict) => void;
  readonly bounds?: OfferBounds;
};

/** Frames under way to the sink, bounded: what does not fit is not taken, so that memory never grows with a slow disk. */
export class FrameOffers {
  readonly #sink: FrameSink;
  readonly #clock: Clock;
  readonly #onVerdict: (verdict: FrameVerdict) => void;
  readonly #bounds: OfferBounds;
  readonly #underWay = new Set<Promise<void>>();
  #bytes = 0;
  #storeMilliseconds: number | null = null;

  constructor({ sink, clock, onVerdict, bounds = usualBounds }: OffersOptions) {
    this.#sink = sink;
    this.#clock = clock;
    this.#onVerdict = onVerdict;
    this.#bounds = bounds;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** From the offer to its place in the outbox, smoothed over about ten frames; null before the first. */
  get storeMilliseconds(): number | null {
    return this.#storeMilliseconds;
  }

  /** False where there is no space for it: the frame was not taken. `judged`: nobody reads its data any more. */
  offer(frame: CameraFrame, judged: () => void): boolean {
    // Read now: the sink may give the memory away.
    const bytes = frame.picture.data.byteLength;
    const { always, most, bytes: mostBytes } = this.#bounds;
    const frames = this.#underWay.size;
    if (frames >= always && (frames >= most || this.#bytes + bytes > mostBytes)) return false;
    this.#bytes += bytes;
    const offer = this.#judged(frame).then((verdict) => {
      this.#bytes -= bytes;
      this.#underWay.delete(offer);
      judged();
      this.#onVerdict(verdict);
    });
    this.#underWay.add(offer);
    return true;
  }

  /** Waits for all that is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #judged(frame: CameraFrame): Promise<FrameVerdict> {
    const began = this.#clock.monotonic();
    try {
      const verdict = await this.#sink.offer(frame);
      if (verdict.kind === 'stored') this.#took(this.#clock.monotonic() - began);
      return verdict;
    } catch (error) {
      // The sink promised not to: a frame must be counted all the same.
      return { kind: 'failed', message: messageOf(error) };
    }
  }

  #took(milliseconds: number): void {
    const before = this.#storeMilliseconds ?? milliseconds;
    this.#storeMilliseconds = before + (milliseconds - before) / 10;
  }
}
