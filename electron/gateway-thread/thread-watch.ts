import type { Clock } from '../gateway/platform/clock.ts';

/** The gateway's thread counts its beats so often, in memory that main sees. */
export const beatMilliseconds = 500;
const lookMilliseconds = 1_000;

export type WatchParts = {
  readonly clock: Clock;
  /** Beats so far; any number that changes. */
  readonly beats: () => number;
  /** Called once: no beat for so long. */
  readonly onSilent: (milliseconds: number) => void;
};

/**
 * Notices a thread whose loop stands still. Only looks that came in time count: while the whole process was stopped, the
 * PC slept or main was stuck itself, nobody could have seen a beat, and one look after it says nothing yet.
 */
export class ThreadWatch {
  readonly #parts: WatchParts;
  #limit: number;
  #beats: number;
  #silent = 0;
  #lookedAt: number;
  #cancel: () => void;

  /** `limit`: milliseconds. */
  constructor(parts: WatchParts, limit: number) {
    this.#parts = parts;
    this.#limit = limit;
    this.#beats = parts.beats();
    this.#lookedAt = parts.clock.monotonic();
    this.#cancel = parts.clock.after(lookMilliseconds, () => this.#look());
  }

  /** From here on another silence is too long; milliseconds. */
  allow(limit: number): void {
    this.#limit = limit;
    this.#silent = 0;
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const { clock, beats, onSilent } = this.#parts;
    const now = clock.monotonic();
    const heard = beats();
    this.#silent = heard === this.#beats ? this.#silent + Math.min(now - this.#lookedAt, 2 * lookMilliseconds) : 0;
    this.#beats = heard;
    this.#lookedAt = now;
    if (this.#silent >= this.#limit) return onSilent(this.#silent);
    this.#cancel = clock.after(Math.min(lookMilliseconds, this.#limit), () => this.#look());
  }
}
