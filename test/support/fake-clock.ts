import type { Clock } from '../../electron/gateway/platform/clock.ts';

type Timer = { readonly at: number; readonly callback: () => void };

/** A clock that stands still until a test moves it. Wall clock and monotonic time move together unless it jumps. */
export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  constructor(wall = Date.UTC(2026, 0, 5, 8)) {
    this.#wall = wall;
  }

  now = (): number => this.#wall;
  monotonic = (): number => this.#monotonic;

  after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = { at: this.#monotonic + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get timers(): number {
    return this.#timers.size;
  }

  /** Moves time on and runs the timers that become due, in their order, each at its own instant. */
  advance(milliseconds: number): void {
    const end = this.#monotonic + milliseconds;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#moveTo(Math.max(next.at, this.#monotonic));
      next.callback();
    }
    this.#moveTo(end);
  }

  /** Somebody sets the wall clock: no time passes. */
  jump(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
