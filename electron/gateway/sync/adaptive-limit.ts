import type { DeliveryFailure } from '../model/delivery.ts';

/**
 * How many deliveries may be under way at once: one more after each round of successes, half as many when the cloud
 * shows that it is overrun.
 *
 * Deliveries that were under way together fail together: they belong to one round, and the first of them halves the
 * limit for all.
 */
export class AdaptiveLimit {
  readonly #most: number;
  #now: number;
  #successes = 0;
  #round = 0;

  constructor(most: number) {
    this.#most = most;
    this.#now = most;
  }

  get now(): number {
    return this.#now;
  }

  /** What a delivery that begins now belongs to. */
  get round(): number {
    return this.#round;
  }

  succeeded(): void {
    if (this.#now >= this.#most) return;
    this.#successes += 1;
    if (this.#successes < this.#now) return;
    this.#now += 1;
    this.#successes = 0;
  }

  /** `round`: that of the delivery when it began. */
  failed(failure: DeliveryFailure, round: number): void {
    const overrun = failure.overrun === true || failure.pauseReason === 'throttled';
    if (!overrun || round !== this.#round) return;
    this.#now = Math.max(1, Math.floor(this.#now / 2));
    this.#successes = 0;
    this.#round += 1;
  }
}
