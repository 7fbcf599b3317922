import type { IntakeStatus } from './intakes.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import type { Losses } from './store/losses.ts';

/** Causes of a camera's lost frames that are this PC's doing: there was no room, or it was not fast enough. */
const ours: ReadonlySet<string> = new Set(['no-room', 'not-keeping-up', 'no-buffer', 'overrun']);

/**
 * Frames that cameras lost join all other losses: in the state, the check-in and the ledger, until a person has taken
 * note. A camera counts them by cause since the gateway was started; what is new since the last look is written down.
 */
export class CameraLosses {
  readonly #losses: Pick<Losses, 'count'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #counted = new Map<string, number>();

  constructor(losses: Pick<Losses, 'count'>, clock: Clock, logger: Logger) {
    this.#losses = losses;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** To be called every second or so, and once at the end. */
  look(sources: readonly Pick<IntakeStatus, 'config' | 'camera'>[]): void {
    for (const { config, camera } of sources) {
      for (const { cause, frames } of camera?.drops ?? []) {
        const key = JSON.stringify([config.id, cause]);
        const fresh = frames - (this.#counted.get(key) ?? 0);
        if (fresh <= 0) continue;
        this.#counted.set(key, frames);
        this.#logger.log('warn', 'frames-lost', { source: config.id, cause, frames: fresh });
        // What can't be written now is written later, and shown all the same.
        this.#losses
          .count(config.id, ours.has(cause) ? 'frame-no-room' : 'frame-lost', cause, this.#clock.now(), fresh)
          .catch((error: unknown) =>
            this.#logger.log('error', 'loss-not-counted', { source: config.id, cause, error }),
          );
      }
    }
  }
}
