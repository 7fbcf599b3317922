/**
 * Waits between attempts to connect: from a second, doubled each time, to half a minute. The upper half of each is
 * random, so that sixty cameras behind one switch are not asked for in the same instant when it is back.
 */
export class GrowingDelay {
  readonly #random: () => number;
  readonly #first: number;
  readonly #longest: number;
  #failures = 0;

  /** `random` is in [0, 1); durations are milliseconds. */
  constructor(random: () => number, first = 1_000, longest = 30_000) {
    this.#random = random;
    this.#first = first;
    this.#longest = longest;
  }

  next(): number {
    const full = Math.min(this.#longest, this.#first * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.round(full / 2 + (full / 2) * this.#random());
  }

  reset(): void {
    this.#failures = 0;
  }
}
