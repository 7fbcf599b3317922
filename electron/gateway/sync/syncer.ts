import type { DeliveryContext, DeliveryOutcome } from '../model/delivery.ts';
import type { LeasedEntry, Settlement } from '../model/outbox-entry.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { WakeSignal } from '../platform/wake-signal.ts';
import type { Outbox } from '../store/outbox/outbox.ts';
import type { Connectivity } from './connectivity.ts';
import type { Delivery } from './delivery/delivery.ts';
import { LeasePrefetch, leaseMilliseconds } from './lease-prefetch.ts';
import type { PacedUpload } from './pacing/paced-upload.ts';
import type { Pacer } from './pacing/pacer.ts';
import { PoisonEntries } from './poison-entries.ts';
import { decide } from './retry-policy.ts';
import { bug, NotRecordedError, notRecorded, SettlementBatch } from './settlement-batch.ts';

export type SyncerOptions = {
  readonly outbox: Pick<Outbox, 'lease' | 'settle' | 'recordObjects' | 'renew' | 'expireLeases' | 'nextDueAt'>;
  readonly delivery: Delivery;
  readonly connectivity: Connectivity;
  readonly pacer: Pacer;
  /** Asks the server who we are: the probe of a closed way. */
  readonly probe: (signal: AbortSignal) => Promise<DeliveryOutcome>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onDelivered: (bytes: number) => void;
  /** At most once a transaction, and when the way to the cloud changes. */
  readonly onChange: () => void;
};

const renewMilliseconds = 60_000;
const idleMilliseconds = 1_000;
/** Where there is a schedule, its edges are honoured within a second, also when the wall clock jumps. */
const scheduledIdleMilliseconds = 500;
/** Entries that are prepared while those before them are on their way; a big picture a place is enough memory. */
const mostAhead = 4;
const heartbeatMilliseconds = 30_000;
/** What is under way at a stop has so long for its answer: well within the deadline of the program's own stop. */
const lastAnswersMilliseconds = 5_000;

type Active = { readonly entry: LeasedEntry; readonly control: AbortController; readonly done: Promise<void> };

/**
 * The loop lease -> deliver -> settle. One attempt a lease; what a failure means is decided by `retry-policy`, whether
 * anything may start by `connectivity`, how fast bytes leave by `pacer`. Entries are begun in the order in which the
 * outbox gives them; outcomes that come close together are settled in one transaction.
 */
export class Syncer {
  readonly #options: SyncerOptions;
  readonly #wake: WakeSignal;
  readonly #abort = new AbortController();
  readonly #suspects: PoisonEntries;
  readonly #claims: LeasePrefetch;
  readonly #settlements: SettlementBatch;
  readonly #active = new Map<number, Active>();
  #run: Promise<void> | null = null;
  /** Nothing is under way, and nothing was since that was last said. */
  #resting = true;
  #heardAt = 0;
  #renewedAt = 0;

  constructor(options: SyncerOptions) {
    const { outbox, clock, logger, random } = options;
    this.#options = options;
    this.#wake = new WakeSignal(clock);
    this.#suspects = new PoisonEntries({ monotonic: clock.monotonic, random });
    this.#claims = new LeasePrefetch(outbox, clock, this.#suspects);
    this.#settlements = new SettlementBatch({ outbox, clock, logger, onSettled: () => this.#settled() });
  }

  start(): void {
    this.#renewedAt = this.#options.clock.monotonic();
    this.#run ??= this.#loop();
  }

  /**
   * Begins nothing new and returns every claim to the queue. What is under way has some seconds to be answered, and is
   * aborted then: the server may store what it has in full, whether or not anybody waits for its word, and without
   * idempotency it would store the same picture twice.
   */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake.notify();
    await this.#run;
    const underWay = [...this.#active.values()];
    const ended = Promise.allSettled(underWay.map(({ done }) => done));
    const answered = new AbortController();
    void ended.then(() => answered.abort());
    if (underWay.length > 0) await sleep(this.#options.clock, lastAnswersMilliseconds, answered.signal);
    for (const { control } of underWay) control.abort();
    await ended;
    this.#settlements.close();
  }

  /** Something may have become due: a new entry, a retry, a new key. */
  wake(): void {
    this.#claims.lookAgain();
    this.#wake.notify();
  }

  get inFlight(): number {
    return this.#active.size;
  }

  /** The most deliveries that may be under way now. */
  get places(): number {
    const { connectivity, pacer } = this.#options;
    return Math.min(connectivity.concurrency, pacer.mostAtOnce);
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
      this.#claims.release();
    } catch (error) {
      // The start after this one finds the leases and returns them.
      this.#options.logger.log('warn', 'leases-not-released', { error });
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { connectivity } = this.#options;
    this.#renewLeases();
    this.#watchSchedule();
    if (!connectivity.isOpen) {
      this.#claims.release();
      this.#options.delivery.prepare?.([]);
      return this.#waitForWay(signal);
    }
    const places = this.places;
    while (this.#active.size < Math.min(places, this.#settlements.room)) {
      const entry = this.#claims.next(places, connectivity.isCareful);
      if (entry === undefined) return this.#waitForWork(signal);
      this.#begin(entry);
    }
    this.#options.delivery.prepare?.(this.#claims.held.slice(0, Math.min(places, mostAhead)));
    return this.#idle(null);
  }

  #watchSchedule(): void {
    const { connectivity, pacer, onChange } = this.#options;
    const { isClosed } = pacer;
    if (!isClosed && !connectivity.isClosedBySchedule) return;
    if (connectivity.schedule(isClosed ? { opensAt: pacer.facts.changesAt } : null)) onChange();
  }

  #begin(entry: LeasedEntry): void {
    const control = new AbortController();
    const done = this.#deliver(entry, control);
    this.#active.set(entry.seq, { entry, control, done });
    if (this.#resting) this.#options.onChange();
    this.#resting = false;
  }

  async #deliver(entry: LeasedEntry, control: AbortController): Promise<void> {
    const { pacer, connectivity, logger } = this.#options;
    const { round } = connectivity;
    const pace = pacer.admit(entry.bytes, (reason) => control.abort(reason));
    try {
      const outcome = await this.#attempt(entry, {
        signal: control.signal,
        pace,
        stored: (objectKey) => this.#settlements.record(entry, objectKey),
      });
      this.#end(entry, stoppedByUs(outcome, pace) ?? outcome, round);
    } catch (error) {
      // Not settled: the lease expires and the entry is delivered again, under the same idempotency key.
      logger.log('error', 'outcome-lost', { image: entry.imageId, error });
    } finally {
      pacer.leave(pace);
      this.#active.delete(entry.seq);
      this.#wake.notify();
    }
  }

  async #attempt(entry: LeasedEntry, context: DeliveryContext): Promise<DeliveryOutcome> {
    try {
      return await this.#options.delivery.deliver(entry, context);
    } catch (error) {
      if (error instanceof NotRecordedError) return { kind: 'failed', failure: notRecorded(error) };
      this.#options.logger.log('error', 'delivery-bug', { image: entry.imageId, error });
      return { kind: 'failed', failure: bug(error) };
    }
  }

  #end(entry: LeasedEntry, outcome: DeliveryOutcome, round: number): void {
    const { clock, random, connectivity, logger, onDelivered } = this.#options;
    const decision = decide(outcome, entry, {
      now: clock.now(),
      random: random(),
      lastSuccessAt: connectivity.lastSuccessAt,
    });
    let { settlement } = decision;
    this.#heardAt = clock.monotonic();
    if (decision.effect === 'success') {
      connectivity.delivered();
      this.#suspects.otherSucceeded(entry.seq);
    } else if (decision.effect !== 'none' && outcome.kind === 'failed') {
      if (decision.effect === 'server-error') connectivity.serverError(outcome.failure, round);
      else {
        if (connectivity.isProven && outcome.failure.pauseReason !== 'throttled') this.#suspects.suspect(entry.seq);
        connectivity.pause(outcome.failure, round);
      }
    }
    if (settlement.kind !== 'release') this.#suspects.clear(entry.seq);
    else if (this.#suspects.isStuck(entry.seq)) settlement = { ...settlement, stuck: true };
    if (outcome.kind === 'failed') {
      const { message, technical, disposition, ambiguous } = outcome.failure;
      logger.log(disposition === 'bury' ? 'error' : 'warn', 'delivery-failed', {
        image: entry.imageId,
        message,
        technical,
        disposition,
        ambiguous,
      });
    } else if (outcome.kind === 'acknowledged') onDelivered(entry.bytes);
    this.#settle(entry, settlement);
  }

  #settle(entry: LeasedEntry, settlement: Settlement): void {
    this.#settlements.settle(entry, settlement);
    // It is in the queue again then.
    if (settlement.kind !== 'acknowledge') this.#claims.lookAgain();
  }

  /** A transaction has just been made: the time for the next claims. */
  #settled(): void {
    const { connectivity, logger, onChange } = this.#options;
    try {
      if (connectivity.isOpen && !connectivity.isCareful && !this.#abort.signal.aborted)
        this.#claims.fillUp(this.places);
    } catch (error) {
      logger.log('error', 'claims-not-filled-up', { error });
    }
    onChange();
  }

  async #waitForWay(signal: AbortSignal): Promise<void> {
    const { connectivity, clock, onChange } = this.#options;
    const { nextLookAt } = connectivity;
    const now = clock.now();
    if (nextLookAt === null || nextLookAt > now) return this.#idle(nextLookAt === null ? null : nextLookAt - now);
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
    if (this.#active.size === 0) this.#resting = true;
    const due = outbox.nextDueAt();
    await this.#idle(due === null ? null : due - clock.now());
    this.#claims.lookAgain();
  }

  /** Asks the server; a good answer opens the way, a bad one says why it is closed. */
  async #probe(signal: AbortSignal): Promise<void> {
    const { connectivity, clock, logger } = this.#options;
    connectivity.probing();
    const outcome = await this.#options.probe(signal);
    this.#heardAt = clock.monotonic();
    if (outcome.kind === 'aborted') return;
    if (outcome.kind === 'acknowledged') return connectivity.reopen();
    logger.log('info', 'probe-failed', {
      message: outcome.failure.message,
      technical: outcome.failure.technical,
    });
    connectivity.pause(outcome.failure, connectivity.round);
  }

  /** Waits for a wake-up, at most a second: the wall clock may jump, so no long wait relies on it. */
  async #idle(milliseconds: number | null): Promise<void> {
    if (this.#abort.signal.aborted) return;
    const longest = this.#options.pacer.everChanges ? scheduledIdleMilliseconds : idleMilliseconds;
    await this.#wake.sleep(Math.max(1, Math.min(milliseconds ?? longest, longest)));
  }

  #renewLeases(): void {
    const { clock, outbox } = this.#options;
    if (clock.monotonic() - this.#renewedAt < renewMilliseconds) return;
    this.#renewedAt = clock.monotonic();
    // What is finished and not yet settled is held by nobody: its lease must not expire now.
    this.#settlements.flush();
    const held = [...[...this.#active.values()].map(({ entry }) => entry), ...this.#claims.held];
    outbox.renew(held, clock.now() + leaseMilliseconds);
    if (outbox.expireLeases(clock.now()) > 0) this.#claims.lookAgain();
  }
}

/** The way was closed by the schedule while the body was leaving: whatever that looked like, nothing has failed. */
const stoppedByUs = (outcome: DeliveryOutcome, pace: PacedUpload): DeliveryOutcome | null =>
  pace.wasClosed && outcome.kind === 'failed' && outcome.failure.pauseReason === 'offline' && !outcome.failure.ambiguous
    ? { kind: 'aborted', sent: false }
    : null;
