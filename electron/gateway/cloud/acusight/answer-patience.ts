import { errnoCode } from '../../platform/errors.ts';
import type { Exchange } from '../http/http-exchange.ts';

/**
 * How long the answer to a picture is waited for once all of it is sent, pure. A proxy before a thin uplink takes a
 * picture at once and passes it on for minutes: whoever gives up meanwhile and sends it again never gets it through. So
 * each wait that was in vain makes the next one longer, within bounds; a server that is gone shows itself by its silence
 * to a probe, which waits no longer than was set.
 */
export class AnswerPatience {
  readonly #least: number;
  readonly #most: number;
  #now: number;
  #answers = 0;

  /** `least`: as the site has set it. */
  constructor(least: number) {
    this.#least = least;
    this.#most = Math.max(least, longestMilliseconds);
    this.#now = least;
  }

  /** Milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** Nothing came for so long. Pictures that were under way together fall silent together: that is one step. */
  unanswered(waited: number): void {
    this.#answers = 0;
    if (waited >= this.#now) this.#now = Math.min(this.#most, this.#now * 2);
  }

  /** After many answers the way may have become a better one: a wait that is still needed costs one picture more. */
  answered(): void {
    this.#answers += 1;
    if (this.#answers < answersUntilShorter) return;
    this.#answers = 0;
    this.#now = Math.max(this.#least, this.#now / 2);
  }
}

/** Longer, and a server that has come back meanwhile would wait for us. */
const longestMilliseconds = 5 * 60_000;
const answersUntilShorter = 100;

/** Sends a picture with the patience that there is now, which learns from what came of it. */
export async function patiently(
  patience: AnswerPatience,
  send: (answerMilliseconds: number) => Promise<Exchange>,
): Promise<Exchange> {
  const waited = patience.now;
  const result = await send(waited);
  if (result.kind === 'answer') patience.answered();
  else if (result.kind === 'lost' && result.sent && errnoCode(result.error) === 'ACUSIGHT_SILENCE')
    patience.unanswered(waited);
  return result;
}
