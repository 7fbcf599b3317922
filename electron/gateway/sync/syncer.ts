import type { DeliveryOutcome } from '../model/delivery.ts';
import type { LeasedEntry, Settlement } from '../model/outbox-entry.ts';
import { Bell } from '../platform/bell.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { describeCause } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Connectivity } from './connectivity.ts';
import type { Delivery } from './delivery/cloud-mode.ts';
import { decide } from './retry-policy.ts';
import { Suspects } from './suspects.ts';

export type SyncerOptions = {
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  readonly connectivity: Connectivity;
  /** Asks the server who we are: the probe of a closed way. */
  readonly probe: (signal: AbortSignal) => Promise<DeliveryOutcome>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onDelivered: (bytes: number) => void;
  readonly onChange: () => void;
};

const leaseMilliseconds = 10 * 60 * 1_000;
const renewMilliseconds = 60_000;
const idleMilliseconds = 1_000;
const heartbeatMilliseconds = 30_000;
/** Entries claimed ahead for each delivery that may be under way: one transaction serves several. */
const claimAhead = 4;

/** Outcomes wait so long for others, to share a transaction; their places are free for the next deliveries meanwhile. */
const settleWithinMilliseconds = 8;

type Finished = { readonly entry: LeasedEntry; readonly settlement: Settlement };

/**
 * The loop lease -> deliver -> settle. One attempt a lease; what a failure means is decided by `retry-policy`, whether
 * anything may start by `connectivity`. Outcomes that come close together are settled in one transaction.
 */
export class Syncer {
  readonly #options: SyncerOptions;
  readonly #bell: Bell;
  readonly #abort = new AbortController();
  readonly #suspects: Suspects;
  readonly #active = new Map<number, { readonly entry: LeasedEntry; readonly done: Promise<void> }>();
  #claimed: LeasedEntry[] = [];
  #finished: Finished[] = [];
  #flushScheduled = false;
  #cancelFlush: () => void = () => undefined;
  #run: Promise<void> | null = null;
  #heardAt = 0;
  #renewedAt = 0;

  constructor(options: SyncerOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
    this.#suspects = new Suspects({ monotonic: options.clock.monotonic, random: options.random });
  }

  start(): void {
    this.#renewedAt = this.#options.clock.monotonic();
    this.#run ??= this.#loop();
  }

  /** Stops, aborts what is under way and returns every claim to the queue. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#bell.ring();
    await this.#run;
    await Promise.allSettled([...this.#active.values()].map(({ done }) => done));
    this.#cancelFlush();
    this.#flush();
  }

  /** Something may have become due: a new entry, a retry, a new key. */
  wake(): void {
    this.#bell.ring();
  }

  get inFlight(): number {
    return this.#active.size;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#turn(signal);
      } catch (error) {
        // The database or a bug: say so and go on; nothing is lost, for nothing was settled.
        this.#options.logger.log('error', 'sync-turn-failed', { error });
        await sleep(this.#options.clock, idleMilliseconds, signal);
      }
    }
    try {
      this.#release(this.#claimed.splice(0));
    } catch (error) {
      // The start after this one finds the leases and returns them.
      this.#options.logger.log('warn', 'leases-not-released', { error });
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { connectivity } = this.#options;
    this.#renewLeases();
    if (!connectivity.isOpen) {
      this.#release(this.#claimed.splice(0));
      return this.#waitForWay(signal);
    }
    const most = connectivity.concurrency;
    if (this.#active.size >= most) return this.#idle(null);
    if (this.#claimed.length === 0) this.#claim(most === 1 ? 1 : most * claimAhead);
    if (this.#claimed.length === 0) return this.#waitForWork(signal);
    while (this.#active.size < most) {
      const entry = this.#claimed.shift();
      if (entry === undefined) break;
      this.#begin(entry, signal);
    }
  }

  #claim(limit: number): void {
    const { outbox, clock } = this.#options;
    const leased = outbox.lease(limit + this.#suspects.count, clock.now(), leaseMilliseconds);
    this.#claimed = [...this.#suspects.choose(leased)];
    const chosen = new Set(this.#claimed);
    this.#release(leased.filter((entry) => !chosen.has(entry)));
  }

  #begin(entry: LeasedEntry, signal: AbortSignal): void {
    const { delivery, logger, onChange } = this.#options;
    const done = delivery
      .deliver(entry, signal)
      .catch((error: unknown): DeliveryOutcome => {
        logger.log('error', 'delivery-bug', { image: entry.imageId, error });
        return { kind: 'failed', failure: bug(error) };
      })
      .then((outcome) => this.#end(entry, outcome))
      .finally(() => {
        this.#active.delete(entry.seq);
        onChange();
        this.#bell.ring();
      });
    this.#active.set(entry.seq, { entry, done });
  }

  #end(entry: LeasedEntry, outcome: DeliveryOutcome): void {
    const { clock, random, connectivity, logger, onDelivered } = this.#options;
    const decision = decide(outcome, entry, {
      now: clock.now(),
      random: random(),
      lastSuccessAt: connectivity.lastSuccessAt,
    });
    this.#heardAt = clock.monotonic();
    if (decision.gate === 'success') connectivity.delivered();
    else if (decision.gate !== 'none' && outcome.kind === 'failed') {
      if (decision.gate === 'server-error') connectivity.serverError(outcome.failure);
      else {
        if (connectivity.isProven && outcome.failure.gate !== 'throttled') this.#suspects.blame(entry.seq);
        connectivity.pause(outcome.failure);
      }
    }
    if (decision.settlement.kind !== 'release') this.#suspects.pardon(entry.seq);
    if (outcome.kind === 'failed') {
      const { code, technical, disposition, ambiguous } = outcome.failure;
      logger.log(disposition === 'bury' ? 'error' : 'warn', 'delivery-failed', {
        image: entry.imageId,
        code,
        technical,
        disposition,
        ambiguous,
      });
    } else if (outcome.kind === 'acknowledged') onDelivered(entry.bytes);
    this.#finished.push({ entry, settlement: decision.settlement });
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      this.#cancelFlush = this.#options.clock.after(settleWithinMilliseconds, () => this.#flush());
    }
  }

  #flush(): void {
    this.#flushScheduled = false;
    const finished = this.#finished.splice(0);
    if (finished.length === 0) return;
    const { outbox, clock, logger, onChange } = this.#options;
    try {
      const valid = outbox.settle(
        finished.map(({ entry: { seq, token }, settlement }) => ({ seq, token, settlement })),
        clock.now(),
      );
      if (valid < finished.length) logger.log('warn', 'lease-outlived', { entries: finished.length - valid });
    } catch (error) {
      // Not settled: the leases expire and the entries are delivered again, under the same idempotency key.
      logger.log('error', 'settle-failed', { entries: finished.length, error });
    }
    onChange();
  }

  #release(entries: readonly LeasedEntry[]): void {
    if (entries.length === 0) return;
    this.#options.outbox.settle(
      entries.map(({ seq, token }) => ({ seq, token, settlement: { kind: 'release', ambiguous: false, error: null } })),
      this.#options.clock.now(),
    );
  }

  async #waitForWay(signal: AbortSignal): Promise<void> {
    const { connectivity, clock, onChange } = this.#options;
    const { nextProbeAt } = connectivity.facts;
    const now = clock.now();
    if (nextProbeAt === null || nextProbeAt > now) return this.#idle(nextProbeAt === null ? null : nextProbeAt - now);
    if (connectivity.probeBy === 'delivery') connectivity.reopen();
    else await this.#probe(signal);
    onChange();
  }

  async #waitForWork(signal: AbortSignal): Promise<void> {
    const { clock, outbox } = this.#options;
    if (this.#active.size === 0 && clock.monotonic() - this.#heardAt > heartbeatMilliseconds) {
      await this.#probe(signal);
      return this.#options.onChange();
    }
    const due = outbox.nextDueAt();
    return this.#idle(due === null ? null : due - clock.now());
  }

  /** Asks the server; a good answer opens the way, a bad one says why it is closed. */
  async #probe(signal: AbortSignal): Promise<void> {
    const { connectivity, clock, logger } = this.#options;
    connectivity.probing();
    const outcome = await this.#options.probe(signal);
    this.#heardAt = clock.monotonic();
    if (outcome.kind === 'aborted') return;
    if (outcome.kind === 'acknowledged') return connectivity.reopen();
    logger.log('info', 'probe-failed', { code: outcome.failure.code, technical: outcome.failure.technical });
    connectivity.pause(outcome.failure);
  }

  /** Waits for a wake-up, at most a second: the wall clock may jump, so no long wait relies on it. */
  async #idle(milliseconds: number | null): Promise<void> {
    if (this.#abort.signal.aborted) return;
    await this.#bell.sleep(Math.max(1, Math.min(milliseconds ?? idleMilliseconds, idleMilliseconds)));
  }

  #renewLeases(): void {
    const { clock, outbox } = this.#options;
    if (clock.monotonic() - this.#renewedAt < renewMilliseconds) return;
    this.#renewedAt = clock.monotonic();
    // What is finished and not yet settled is held by nobody: its lease must not expire now.
    this.#flush();
    const held = [...[...this.#active.values()].map(({ entry }) => entry), ...this.#claimed];
    outbox.renew(held, clock.now() + leaseMilliseconds);
    outbox.expireLeases(clock.now());
  }
}

const bug = (error: unknown) =>
  ({
    code: 'internal-error',
    text: 'The gateway made an error of its own with this picture.',
    hint: 'It is tried again by itself. If it lasts, send the log to support.',
    technical: describeCause(error),
    disposition: 'bug',
    gate: 'trouble',
    ambiguous: true,
    retryAfterMilliseconds: null,
  }) as const;
