import type { Clock } from '../../platform/clock.ts';

/** Calls at each interval, the first time at once. Instants that were missed are left out, and none drifts. */
export class Intervals {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #call: () => void;
  #cancel: () => void;

  constructor(clock: Clock, milliseconds: number, call: () => void) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#call = call;
    this.#cancel = clock.after(0, () => this.#tick(clock.monotonic()));
  }

  end(): void {
    this.#cancel();
  }

  #tick(due: number): void {
    const missed = Math.floor((this.#clock.monotonic() - due) / this.#milliseconds);
    const next = due + (missed + 1) * this.#milliseconds;
    this.#cancel = this.#clock.after(Math.max(0, next - this.#clock.monotonic()), () => this.#tick(next));
    this.#call();
  }
}
