import { type BackoffLimits, backoffDelay } from '../platform/backoff.ts';

/** How long a suspect lets others go first. Short: an operator who wants it tried now must not wait for long. */
const suspectBackoff: BackoffLimits = { first: 1_000, longest: 5 * 60 * 1_000 };
const mostSuspects = 32;
/** From this number of times on, where others got through meanwhile, a person should look at the entry. */
const stuckTimes = 6;

type Time = { readonly monotonic: () => number; readonly random: () => number };
type Suspect = { readonly until: number; readonly times: number; readonly othersSucceeded: boolean };

/**
 * Entries that closed the way although a probe had just found it open.
 *
 * Such a failure costs no attempt, for it may be the way after all. But where it is the entry (a picture that a proxy
 * can't stand), the entry is the oldest that is due each time the way opens again, and would close it for all those
 * behind it, for ever. So a suspect lets the others go first, for a growing while. It is only memory: after a restart
 * it has to show itself again.
 */
export class PoisonEntries {
  readonly #time: Time;
  readonly #suspects = new Map<number, Suspect>();

  constructor(time: Time) {
    this.#time = time;
  }

  get count(): number {
    return this.#suspects.size;
  }

  suspect(seq: number): void {
    const { times, othersSucceeded } = this.#suspects.get(seq) ?? { times: 0, othersSucceeded: false };
    this.#suspects.delete(seq);
    const until = this.#time.monotonic() + backoffDelay(times, suspectBackoff, this.#time.random());
    this.#suspects.set(seq, { until, times: times + 1, othersSucceeded });
    const [longestAgo] = this.#suspects.keys();
    if (this.#suspects.size > mostSuspects && longestAgo !== undefined) this.#suspects.delete(longestAgo);
  }

  clear(seq: number): void {
    this.#suspects.delete(seq);
  }

  /** Another one got through: it was not the way that failed those under suspicion. */
  otherSucceeded(seq: number): void {
    for (const [other, suspect] of this.#suspects) {
      if (other !== seq && !suspect.othersSucceeded) this.#suspects.set(other, { ...suspect, othersSucceeded: true });
    }
  }

  /** It closed the way again and again, and others got through: it is the entry. */
  isStuck(seq: number): boolean {
    const suspect = this.#suspects.get(seq);
    return suspect?.othersSucceeded === true && suspect.times >= stuckTimes;
  }

  /** Those that may go now, in their order. */
  free<Entry extends { readonly seq: number }>(entries: readonly Entry[]): readonly Entry[] {
    if (this.#suspects.size === 0) return entries;
    const now = this.#time.monotonic();
    return entries.filter((entry) => this.#untilOf(entry) <= now);
  }

  /** Those that may go now. Where there are none but suspects, the one blamed longest ago goes. */
  choose<Entry extends { readonly seq: number }>(entries: readonly Entry[]): readonly Entry[] {
    const free = this.free(entries);
    if (free.length > 0) return free;
    return [...entries].sort((a, b) => this.#untilOf(a) - this.#untilOf(b)).slice(0, 1);
  }

  #untilOf({ seq }: { readonly seq: number }): number {
    return this.#suspects.get(seq)?.until ?? 0;
  }
}
