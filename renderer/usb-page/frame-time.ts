const windowMilliseconds = 10_000;
const oldestMilliseconds = 2_000;

/**
 * Tells when a frame was taken from its time stamp, which counts in microseconds from an unknown zero. The frame that
 * came through fastest shows where that zero lies; two windows in turn let it follow a clock that drifts.
 */
export class FrameTime {
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;

  /** `arrived`: milliseconds of a clock that never jumps. Returns how many milliseconds before that it was taken. */
  ageOf(timestamp: number, arrived: number): number {
    const offset = arrived - timestamp / 1_000;
    if (!Number.isFinite(offset)) return 0;
    if (arrived - this.#since > windowMilliseconds) {
      this.#leastBefore = this.#least;
      this.#least = Number.POSITIVE_INFINITY;
      this.#since = arrived;
    }
    this.#least = Math.min(this.#least, offset);
    const age = offset - Math.min(this.#least, this.#leastBefore);
    if (age <= oldestMilliseconds) return age;
    // The camera's clock began anew: what was learnt of it is void.
    this.#leastBefore = Number.POSITIVE_INFINITY;
    this.#least = offset;
    return 0;
  }
}
