import { type BackoffLimits, backoffDelay } from './backoff.ts';

/** How long a suspect lets others go first. Short: an operator who wants it tried now must not wait for long. */
const suspectBackoff: BackoffLimits = { first: 1_000, longest: 5 * 60 * 1_000 };
const mostSuspects = 32;

type Time = { readonly monotonic: () => number; readonly random: () => number };

/**
 * Entries that closed the way although a probe had just found it open.
 *
 * Such a failure costs no attempt, for it may be the way after all. But where it is the entry (a picture that a proxy
 * can't stand), the entry is the oldest that is due each time the way opens again, and would close it for all those
 * behind it, for ever. So a suspect lets the others go first, for a growing while. It is only memory: after a restart
 * it has to show itself again.
 */
export class Suspects {
  readonly #time: Time;
  readonly #suspects = new Map<number, { readonly until: number; readonly times: number }>();

  constructor(time: Time) {
    this.#time = time;
  }

  get count(): number {
    return this.#suspects.size;
  }

  blame(seq: number): void {
    const times = this.#suspects.get(seq)?.times ?? 0;
    this.#suspects.delete(seq);
    const until = this.#time.monotonic() + backoffDelay(times, suspectBackoff, this.#time.random());
    this.#suspects.set(seq, { until, times: times + 1 });
    const [longestAgo] = this.#suspects.keys();
    if (this.#suspects.size > mostSuspects && longestAgo !== undefined) this.#suspects.delete(longestAgo);
  }

  pardon(seq: number): void {
    this.#suspects.delete(seq);
  }

  /** Those that may go now, in their order. Where there are none but suspects, the one blamed longest ago goes. */
  choose<Entry extends { readonly seq: number }>(entries: readonly Entry[]): readonly Entry[] {
    if (this.#suspects.size === 0) return entries;
    const now = this.#time.monotonic();
    const untilOf = ({ seq }: Entry): number => this.#suspects.get(seq)?.until ?? 0;
    const free = entries.filter((entry) => untilOf(entry) <= now);
    if (free.length > 0) return free;
    return [...entries].sort((a, b) => untilOf(a) - untilOf(b)).slice(0, 1);
  }
}
