import type { LossCause } from '../model/ways-to-lose.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { SourceNow } from '../status/stopped-lines.ts';
import type { Losses } from '../store/ledger/losses.ts';

/** Of a camera's causes: this PC had no room for them, or was not fast enough; and what can't be stored at all. */
const noRoom: ReadonlySet<string> = new Set(['no-room', 'not-keeping-up', 'no-buffer', 'overrun']);
const unusable: ReadonlySet<string> = new Set(['refused', 'failed', 'unsupported']);
const wayOf = (cause: string): LossCause =>
  noRoom.has(cause) ? 'frame-no-room' : unusable.has(cause) ? 'frame-refused' : 'frame-lost';

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
  tick(sources: readonly Pick<SourceNow, 'config' | 'camera'>[]): void {
    for (const { config, camera } of sources) {
      for (const { cause, frames } of camera?.drops ?? []) {
        const key = JSON.stringify([config.id, cause]);
        const fresh = frames - (this.#counted.get(key) ?? 0);
        if (fresh <= 0) continue;
        this.#counted.set(key, frames);
        this.#logger.log('warn', 'frames-lost', { source: config.id, cause, frames: fresh });
        // What can't be written now is written later, and shown all the same.
        this.#losses
          .count(config.id, wayOf(cause), cause, this.#clock.now(), fresh)
          .catch((error: unknown) =>
            this.#logger.log('error', 'loss-not-counted', { source: config.id, cause, error }),
          );
      }
    }
  }
}
