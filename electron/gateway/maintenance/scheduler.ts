import type { Admission } from '../ingest/admission/admission.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Outbox } from '../store/outbox/outbox.ts';
import type { PayloadAudit } from '../store/payload-audit.ts';

/** Something to be done now and then, in slices short enough that nobody notices. */
export type Chore = {
  readonly name: string;
  readonly everyMilliseconds: number;
  /** Does a slice; returns whether there is more to do. `now` is the wall clock. */
  readonly slice: (now: number) => boolean | Promise<boolean>;
};

export type HousekeepingOptions = {
  readonly audit: PayloadAudit;
  readonly admission: Admission;
  readonly outbox: Outbox;
  /** Previews over their term, entries of long ago. */
  readonly chores: readonly Chore[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** The wall clock was set: nothing that waits by it may wait for ever. */
  readonly onClockJump: () => void;
  /** At least once a second, so that whoever watches sees a sign of life. */
  readonly onTick: () => void;
};

const tickMilliseconds = 1_000;
const orphanMilliseconds = 20_000;
const jumpMilliseconds = 60_000;
const firstChoreMilliseconds = 30_000;
/** Nothing may be put off for longer than the longest wait that the policy itself gives, with its jitter. */
export const longestWaitMilliseconds = 2 * 60 * 60 * 1_000;

/**
 * What has to be looked at now and then: the disk, the clock, chores (one slice of one of them at each look), and once
 * after start the payloads against their rows.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #abort = new AbortController();
  #audit: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;
  #wallMinusMonotonic: number;
  #orphans = 0;
  #orphansToShow = 0;
  #orphansDueAt = 0;
  readonly #choresDueAt = new Map<string, number>();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#wallMinusMonotonic = options.clock.now() - options.clock.monotonic();
  }

  /** Payloads that no row knows, once they had the time to be collected again. */
  get orphans(): number {
    return this.#orphansToShow;
  }

  start(): void {
    this.#audit = this.#runAudit();
    this.#tickLater();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#cancel();
    await this.#audit;
  }

  async #runAudit(): Promise<void> {
    const { audit, logger, clock } = this.#options;
    try {
      const findings = await audit.run(this.#abort.signal, clock.now);
      logger.log(findings.missing > 0 ? 'error' : 'info', 'audit-done', findings);
      this.#orphans = await audit.settleOrphans();
      this.#orphansDueAt = clock.monotonic() + orphanMilliseconds;
    } catch (error) {
      logger.log('warn', 'audit-failed', { error });
    }
  }

  #tickLater(): void {
    const { clock, logger, onTick } = this.#options;
    this.#cancel = clock.after(tickMilliseconds, () => {
      this.#tick()
        .catch((error: unknown) => logger.log('warn', 'look-failed', { error }))
        .finally(() => {
          if (this.#abort.signal.aborted) return;
          this.#tickLater();
          onTick();
        });
    });
  }

  async #tick(): Promise<void> {
    this.#watchClock();
    await this.#options.admission.measure();
    await this.#doChore();
    const now = this.#options.clock.monotonic();
    if (this.#orphans === 0 || now < this.#orphansDueAt) return;
    this.#orphansDueAt = now + orphanMilliseconds;
    this.#orphans = await this.#options.audit.settleOrphans();
    this.#orphansToShow = this.#orphans;
  }

  /** A slice of the chore that has been due for longest: one with much to do leaves room for the others. */
  async #doChore(): Promise<void> {
    const { chores, clock } = this.#options;
    const now = clock.monotonic();
    const dueAt = (chore: Chore): number => this.#choresDueAt.get(chore.name) ?? Number.POSITIVE_INFINITY;
    for (const { name, everyMilliseconds } of chores) {
      // A while after the start, for a gateway that is restarted every day must get to it too.
      if (!this.#choresDueAt.has(name))
        this.#choresDueAt.set(name, now + Math.min(everyMilliseconds, firstChoreMilliseconds));
    }
    const next = [...chores].sort((a, b) => dueAt(a) - dueAt(b))[0];
    if (next === undefined || dueAt(next) > now) return;
    // One that fails comes again at its time.
    this.#choresDueAt.set(next.name, now + next.everyMilliseconds);
    if (await next.slice(clock.now())) this.#choresDueAt.set(next.name, now);
  }

  /** A wall clock that jumped back would put off every waiting entry: bring them near again. */
  #watchClock(): void {
    const { clock, outbox, logger, onClockJump } = this.#options;
    const difference = clock.now() - clock.monotonic();
    const jump = difference - this.#wallMinusMonotonic;
    this.#wallMinusMonotonic = difference;
    if (Math.abs(jump) < jumpMilliseconds) return;
    const entries = outbox.clampWaits(clock.now(), longestWaitMilliseconds);
    logger.log('warn', 'clock-jumped', { milliseconds: Math.round(jump), entries });
    onClockJump();
  }
}
