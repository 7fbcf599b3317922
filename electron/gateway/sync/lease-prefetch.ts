import type { LeasedEntry } from '../model/outbox-entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Outbox } from '../store/outbox/outbox.ts';
import type { PoisonEntries } from './poison-entries.ts';

export const leaseMilliseconds = 10 * 60 * 1_000;

/** Entries leased ahead for each place: one transaction serves several. */
const [leastAhead, mostAhead] = [4, 16];
const mostLeased = 128;
/** LeaseSelector that run out sooner are too few; those that last longer keep entries that should go first waiting. */
const [shortMilliseconds, longMilliseconds] = [100, 1_000];

/**
 * Entries leased and not yet begun, in the order in which the outbox gave them.
 *
 * They are leased ahead, so that a place that becomes free finds its next entry without waiting for a transaction:
 * more of them when they ran out before they were filled up, fewer when they last for long.
 */
export class LeasePrefetch {
  readonly #outbox: Pick<Outbox, 'lease' | 'settle'>;
  readonly #clock: Clock;
  readonly #suspects: PoisonEntries;
  #entries: LeasedEntry[] = [];
  #ahead = leastAhead;
  #claimedAt = Number.NEGATIVE_INFINITY;
  /** The outbox had no more to give. */
  #dry = false;

  constructor(outbox: Pick<Outbox, 'lease' | 'settle'>, clock: Clock, suspects: PoisonEntries) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#suspects = suspects;
  }

  get held(): readonly LeasedEntry[] {
    return this.#entries;
  }

  /** The entry to begin next; undefined: there is none now. `single`: no more than this one is to go. */
  next(places: number, single: boolean): LeasedEntry | undefined {
    if (this.#entries.length === 0) {
      if (!this.#dry && !single && this.#age < shortMilliseconds) this.#ahead = Math.min(mostAhead, this.#ahead * 2);
      this.#claim(single ? 1 : this.#wanted(places), (leased) => this.#suspects.choose(leased));
    }
    return this.#entries.shift();
  }

  /** LeaseSelector more before they run out; at a time when a transaction is made anyway. */
  fillUp(places: number): void {
    const wanted = this.#wanted(places);
    if (this.#dry || this.#entries.length === 0 || this.#entries.length > wanted / 2) return;
    if (this.#age > longMilliseconds) this.#ahead = Math.max(leastAhead, Math.floor(this.#ahead / 2));
    this.#claim(wanted - this.#entries.length, (leased) => this.#suspects.free(leased));
  }

  /** Something may have become due. */
  lookAgain(): void {
    this.#dry = false;
  }

  /** Returns all of them to the queue: nothing of them was sent. */
  release(): void {
    this.#return(this.#entries.splice(0));
  }

  get #age(): number {
    return this.#clock.monotonic() - this.#claimedAt;
  }

  #wanted(places: number): number {
    return Math.min(mostLeased, places * this.#ahead);
  }

  #claim(limit: number, choose: (leased: readonly LeasedEntry[]) => readonly LeasedEntry[]): void {
    const asked = limit + this.#suspects.count;
    const leased = this.#outbox.lease(asked, this.#clock.now(), leaseMilliseconds);
    this.#claimedAt = this.#clock.monotonic();
    this.#dry = leased.length < asked;
    const chosen = choose(leased);
    this.#entries.push(...chosen);
    if (chosen.length === leased.length) return;
    const kept = new Set(chosen);
    this.#return(leased.filter((entry) => !kept.has(entry)));
  }

  #return(entries: readonly LeasedEntry[]): void {
    if (entries.length === 0) return;
    this.#outbox.settle(
      entries.map(({ seq, token }) => ({ seq, token, settlement: { kind: 'release', ambiguous: false, error: null } })),
      this.#clock.now(),
    );
  }
}
