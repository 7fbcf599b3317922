import type { Clock } from './clock.ts';

/** Wakes a loop that sleeps. A ring while nobody sleeps is not kept: the loop looks at the world before it sleeps. */
export class Bell {
  readonly #clock: Clock;
  #ring: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#ring();
  }

  /** Resolves at the next ring, or after that time. One sleeper at a time. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#ring = () => undefined;
        resolve();
      };
      const cancel = this.#clock.after(milliseconds, wake);
      this.#ring = wake;
    });
  }
}
