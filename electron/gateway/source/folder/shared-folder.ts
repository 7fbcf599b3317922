import { message } from '../../../../shared/messages/message.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SourceCondition } from '../frame-source.ts';

const mostByChance = 2;
const forgetMilliseconds = 10 * 60_000;
const pictureName = /\.(jpe?g|png|bmp|tiff?|webp)$/i;

/**
 * Tells whether somebody else takes pictures away from a folder whose originals are archived or deleted: those of ours
 * are gone in the moment between their commit and our deed. Two gateways on one folder do that to each other, and send
 * some pictures twice.
 */
export class SharedFolder {
  readonly #clock: Clock;
  readonly #condition: SourceCondition;
  /** When an original was gone, monotonic, the newest last. */
  #gone: number[] = [];

  constructor(clock: Clock, condition: SourceCondition) {
    this.#clock = clock;
    this.#condition = condition;
  }

  /** The original of a picture that was just stored was not there any more. */
  wasGone(path: string): void {
    if (!pictureName.test(path)) return;
    this.#gone.push(this.#clock.monotonic());
    this.look();
  }

  /** Now and then: what was long ago is over. */
  look(): void {
    const since = this.#clock.monotonic() - forgetMilliseconds;
    this.#gone = this.#gone.filter((at) => at >= since).slice(-1_000);
    if (this.#gone.length <= mostByChance) return this.#condition.calm('shared-folder');
    this.#condition.warn({
      code: 'shared-folder',
      message: message('shared-folder'),
    });
  }
}
