import type { Clock } from './clock.ts';

/** Wakes a loop that sleeps. A signal while nobody sleeps is not kept: the loop looks at the world before it sleeps. */
export class WakeSignal {
  readonly #clock: Clock;
  #wakeSleeper: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(): void {
    this.#wakeSleeper();
  }

  /** Resolves at the next signal, or after that time. One sleeper at a time. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#wakeSleeper = () => undefined;
        resolve();
      };
      const cancel = this.#clock.after(milliseconds, wake);
      this.#wakeSleeper = wake;
    });
  }
}
