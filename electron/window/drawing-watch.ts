import type { Clock } from '../gateway/platform/clock.ts';
import type { Logger } from '../gateway/platform/logger.ts';

export type WatchParts = {
  readonly clock: Clock;
  readonly logger: Logger;
  /** There is a window, and nobody has closed it. */
  readonly isShown: () => boolean;
  /** The process that draws is there. */
  readonly canDraw: () => boolean;
  readonly giveUp: () => void;
};

const lookMilliseconds = 3_000;
/** So many looks in a row without the process: it can't be started. */
const mostLooksWithout = 3;
/** More ends than this between two looks, in so many looks in a row: it ends as soon as it is started. */
const [mostEnds, mostLooksOfEnds] = [8, 3];

/**
 * Where the process that draws can't be started at all, Chromium tries it thousands of times a second, with or without
 * a window, and lets nobody know. It takes a processor from the gateway and fills the log of a service: given up after
 * nine seconds.
 */
export class DrawingWatch {
  readonly #parts: WatchParts;
  #ends = 0;
  #looksOfEnds = 0;
  #looksWithout = 0;
  #cancel: () => void;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#cancel = parts.clock.after(lookMilliseconds, () => this.#look());
  }

  /** The process that draws has ended. */
  ended(): void {
    this.#ends += 1;
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const { clock, logger, isShown, canDraw, giveUp } = this.#parts;
    const shown = isShown();
    this.#looksWithout = shown && !canDraw() ? this.#looksWithout + 1 : 0;
    this.#looksOfEnds = shown && this.#ends > mostEnds ? this.#looksOfEnds + 1 : 0;
    this.#ends = 0;
    if (this.#looksWithout < mostLooksWithout && this.#looksOfEnds < mostLooksOfEnds) {
      this.#cancel = clock.after(lookMilliseconds, () => this.#look());
      return;
    }
    logger.log('error', 'drawing-given-up', { looksWithout: this.#looksWithout, looksOfEnds: this.#looksOfEnds });
    giveUp();
  }
}
