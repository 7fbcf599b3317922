/** The camera's own clock: ticks since it was switched on or set to zero. */
export class CameraClock {
  readonly #frequency: bigint;
  readonly #nanoseconds: () => bigint;
  #zero: bigint;
  #latched = 0n;

  /** `frequency`: ticks in a second. */
  constructor(frequency: bigint, nanoseconds: () => bigint = () => process.hrtime.bigint()) {
    this.#frequency = frequency;
    this.#nanoseconds = nanoseconds;
    this.#zero = nanoseconds();
  }

  get frequency(): bigint {
    return this.#frequency;
  }

  get latched(): bigint {
    return this.#latched;
  }

  now(): bigint {
    return ((this.#nanoseconds() - this.#zero) * this.#frequency) / 1_000_000_000n;
  }

  latch(): void {
    this.#latched = this.now();
  }

  reset(): void {
    this.#zero = this.#nanoseconds();
    this.#latched = 0n;
  }
}
