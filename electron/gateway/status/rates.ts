/** Events a second, for the last minute, in whole seconds of the monotonic clock (milliseconds in). */
export class Rates {
  readonly #monotonic: () => number;
  readonly #seconds = 61;
  readonly #collected = new Array<number>(this.#seconds).fill(0);
  readonly #acknowledged = new Array<number>(this.#seconds).fill(0);
  readonly #bytes = new Array<number>(this.#seconds).fill(0);
  #second: number;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#second = Math.floor(monotonic() / 1_000);
  }

  collected(): void {
    this.#bump(this.#collected, 1);
  }

  acknowledged(bytes: number): void {
    this.#bump(this.#acknowledged, 1);
    this.#bump(this.#bytes, bytes);
  }

  /** Averages over the last 10 whole seconds, and one count a second for the last 60, oldest first. */
  read(): {
    readonly collectedPerSecond: number;
    readonly acknowledgedPerSecond: number;
    readonly bytesPerSecond: number;
    readonly collectedHistory: number[];
    readonly acknowledgedHistory: number[];
  } {
    this.#advance();
    const history = (counts: readonly number[]): number[] =>
      Array.from(
        { length: 60 },
        (_, index) => counts[(this.#second - 60 + index + this.#seconds * 2) % this.#seconds] ?? 0,
      );
    const average = (counts: readonly number[]): number =>
      history(counts)
        .slice(-10)
        .reduce((sum, count) => sum + count, 0) / 10;
    return {
      collectedPerSecond: average(this.#collected),
      acknowledgedPerSecond: average(this.#acknowledged),
      bytesPerSecond: average(this.#bytes),
      collectedHistory: history(this.#collected),
      acknowledgedHistory: history(this.#acknowledged),
    };
  }

  #bump(counts: number[], amount: number): void {
    this.#advance();
    const index = this.#second % this.#seconds;
    counts[index] = (counts[index] ?? 0) + amount;
  }

  #advance(): void {
    const now = Math.floor(this.#monotonic() / 1_000);
    for (let step = 0; this.#second < now && step < this.#seconds; step += 1) {
      this.#second += 1;
      const index = this.#second % this.#seconds;
      this.#collected[index] = 0;
      this.#acknowledged[index] = 0;
      this.#bytes[index] = 0;
    }
    this.#second = now;
  }
}
