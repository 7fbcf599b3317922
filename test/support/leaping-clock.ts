import type { Clock } from '../../electron/gateway/platform/clock.ts';

/**
 * Real time that a test can skip ahead, so that a real server and real files meet a gateway whose minutes pass at
 * once. `leap` moves both clocks; timers that became due fire in the next turns of the event loop.
 */
export class LeapingClock implements Clock {
  #leapt = 0;
  #wallShift = 0;
  readonly #timers = new Set<{ readonly due: number; readonly fire: () => void; handle: NodeJS.Timeout }>();

  now = (): number => Date.now() + this.#leapt + this.#wallShift;

  monotonic = (): number => performance.now() + this.#leapt;

  after = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = {
      due: this.monotonic() + milliseconds,
      fire: () => {
        this.#timers.delete(timer);
        callback();
      },
      handle: setTimeout(() => timer.fire(), milliseconds),
    };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      clearTimeout(timer.handle);
    };
  };

  /** Waits that have not ended: none may be left once everything is stopped. */
  get timers(): number {
    return this.#timers.size;
  }

  leap(milliseconds: number): void {
    this.#leapt += milliseconds;
    const now = this.monotonic();
    for (const timer of this.#timers) {
      clearTimeout(timer.handle);
      timer.handle = setTimeout(timer.fire, Math.max(0, timer.due - now));
    }
  }

  /** Somebody sets the wall clock: no time passes. */
  jump(milliseconds: number): void {
    this.#wallShift += milliseconds;
  }
}
