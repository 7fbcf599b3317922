import type { Admission } from './ingest/admission.ts';
import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import type { Outbox } from './store/outbox.ts';
import type { Audit } from './store/recovery.ts';

export type HousekeepingOptions = {
  readonly audit: Audit;
  readonly admission: Admission;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The wall clock was set: nothing that waits by it may wait for ever. */
  readonly onClockJump: () => void;
  /** At least once a second, so that whoever watches sees a sign of life. */
  readonly onLook: () => void;
};

const lookMilliseconds = 1_000;
const orphanMilliseconds = 120_000;
const jumpMilliseconds = 60_000;
/** Nothing may be put off for longer than the longest wait that the policy itself gives, with its jitter. */
export const longestWaitMilliseconds = 2 * 60 * 60 * 1_000;

/** What has to be looked at now and then: the disk, the clock, and once after start the payloads against their rows. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #abort = new AbortController();
  #audit: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;
  #wallMinusMonotonic: number;
  #orphans = 0;
  #orphansToShow = 0;
  #orphansDueAt = 0;

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
    this.#lookLater();
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

  #lookLater(): void {
    const { clock, logger, onLook } = this.#options;
    this.#cancel = clock.after(lookMilliseconds, () => {
      this.#look()
        .catch((error: unknown) => logger.log('warn', 'look-failed', { error }))
        .finally(() => {
          if (this.#abort.signal.aborted) return;
          this.#lookLater();
          onLook();
        });
    });
  }

  async #look(): Promise<void> {
    this.#watchClock();
    await this.#options.admission.measure();
    const now = this.#options.clock.monotonic();
    if (this.#orphans === 0 || now < this.#orphansDueAt) return;
    this.#orphansDueAt = now + orphanMilliseconds;
    this.#orphans = await this.#options.audit.settleOrphans();
    this.#orphansToShow = this.#orphans;
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
