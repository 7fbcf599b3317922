/** Milliseconds. */
export type BackoffLimits = { readonly first: number; readonly longest: number };

/**
 * `first · 2^failures`, at most `longest`, of which the upper half is random: devices that lost the same server, and
 * cameras behind the same switch, do not come back in the same instant. `failures` counts from 0; `random` is in [0, 1),
 * or 1 for the whole delay. Pure.
 */
export function backoffDelay(failures: number, { first, longest }: BackoffLimits, random: number): number {
  const full = Math.min(longest, first * 2 ** Math.min(failures, 40));
  return Math.round(full / 2 + (full / 2) * random);
}

/** Of what is alone in its place: nobody else comes back in the same instant. */
export const withoutJitter = (): number => 1;

/** The waits of one thing that is tried again and again. */
export class GrowingDelay {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #failures = 0;

  constructor(limits: BackoffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  next(): number {
    const delay = backoffDelay(this.#failures, this.#limits, this.#random());
    this.#failures += 1;
    return delay;
  }

  reset(): void {
    this.#failures = 0;
  }
}
