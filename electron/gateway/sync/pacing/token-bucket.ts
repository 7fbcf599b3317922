/**
 * A token bucket, pure: a token is a byte that may leave.
 *
 * - Nothing is saved up for later but a tenth of a second's worth: no pause is made up for by a burst.
 * - What somebody waits for is his, though the machine is late to hand it out: up to a second's worth. A PC that is
 *   busy with other things would otherwise send less than its site allows.
 * - What is larger than the bucket may leave when the bucket is full, and leaves a debt.
 */
const savedSeconds = 0.1;
const lateSeconds = 1;
/** What is lacking only by the rounding of floating-point numbers is there. */
const roundingError = 1e-6;

export class TokenBucket {
  #rate: number;
  #tokens = 0;
  #countedAt: number;
  #awaited = false;

  /** `rate`: bytes a second; `now`: monotonic milliseconds, as everywhere here. */
  constructor(rate: number, now: number) {
    this.#rate = rate;
    this.#countedAt = now;
  }

  /** What was saved up at the old rate does not leave as a burst at the new one; a debt stays. */
  setRate(rate: number, now: number): void {
    this.#count(now);
    this.#rate = rate;
    this.#awaited = false;
    this.#tokens = Math.min(this.#tokens, this.#capacity);
  }

  /** False: not yet. */
  spend(bytes: number, now: number): boolean {
    if (this.millisecondsUntil(bytes, now) > 0) return false;
    this.#tokens -= bytes;
    this.#awaited = false;
    return true;
  }

  /** Until so many bytes may leave; infinite at a rate of 0. */
  millisecondsUntil(bytes: number, now: number): number {
    this.#count(now);
    const lacking = Math.min(bytes, this.#capacity) - this.#tokens;
    if (lacking <= roundingError && this.#rate > 0) return 0;
    this.#awaited = true;
    return this.#rate === 0 ? Number.POSITIVE_INFINITY : (lacking * 1_000) / this.#rate;
  }

  get #capacity(): number {
    return this.#rate * savedSeconds;
  }

  #count(now: number): void {
    const seconds = (now - this.#countedAt) / 1_000;
    this.#countedAt = now;
    const earned = this.#tokens + this.#rate * seconds;
    if (this.#awaited) this.#tokens = Math.min(earned, Math.max(this.#tokens, this.#rate * lateSeconds));
    // Whoever was served a moment ago comes for his next piece: what he was late for is still his.
    else if (seconds < savedSeconds) this.#tokens = Math.min(earned, Math.max(this.#tokens, this.#capacity));
    else this.#tokens = Math.min(earned, this.#capacity);
  }
}
