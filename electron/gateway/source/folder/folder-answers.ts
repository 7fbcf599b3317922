import { statfs } from 'node:fs/promises';
import { type Clock, sleep } from '../../platform/clock.ts';
import type { SourceCondition } from '../frame-source.ts';

const askMilliseconds = 5_000;
/** A disk that wakes up, or a share at the end of a thin line, needs some seconds. */
const patienceMilliseconds = 12_000;
const lookMilliseconds = 500;

export type FolderAnswersOptions = {
  readonly root: string;
  readonly clock: Clock;
  readonly condition: SourceCondition;
  readonly signal: AbortSignal;
};

/**
 * Asks a watched folder again and again whether it answers. A share whose server is gone answers neither with a file nor
 * with an error: without this its source would be `watching` for ever. One question at a time, for each that is not
 * answered holds a thread. It is about the file system, because what a system remembers of a folder answers for it.
 */
export class FolderAnswers {
  readonly #options: FolderAnswersOptions;

  constructor(options: FolderAnswersOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { clock, condition, signal } = this.#options;
    while (!signal.aborted) {
      await this.#ask();
      if (signal.aborted) return;
      condition.answers();
      await sleep(clock, askMilliseconds, signal);
    }
  }

  /** Resolves with the answer, whatever it is, or at the stop. */
  async #ask(): Promise<void> {
    const { root, clock, condition, signal } = this.#options;
    const began = { at: clock.now(), monotonic: clock.monotonic() };
    const answered = new AbortController();
    void statfs(root)
      .catch(() => undefined)
      .then(() => answered.abort());
    const either = AbortSignal.any([answered.signal, signal]);
    while (!either.aborted) {
      if (clock.monotonic() - began.monotonic >= patienceMilliseconds) condition.isSilent(began.at);
      await sleep(clock, lookMilliseconds, either);
    }
  }
}
