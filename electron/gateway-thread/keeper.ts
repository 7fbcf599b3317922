import type { Config } from '../../shared/config.ts';
import { type Clock, sleep } from '../gateway/platform/clock.ts';
import { describeCause, OperatorError } from '../gateway/platform/errors.ts';
import type { Logger } from '../gateway/platform/logger.ts';
import { Fall, type GatewayThread } from './client.ts';
import type { GatewayHost } from './host.ts';

/** Milliseconds. */
export type KeeperWaits = {
  /** After each fall in a row; the last one for all that follow. */
  readonly falls: readonly [number, ...number[]];
  /** A gateway that ran so long was a good one: the next fall is the first again. */
  readonly well: number;
  /** Between tries where a disk comes late, or another program holds the database. */
  readonly store: number;
};

const usualWaits: KeeperWaits = {
  falls: [1_000, 2_000, 5_000, 10_000, 30_000, 60_000],
  well: 10 * 60_000,
  store: 10_000,
};
/** Of starts that fail: a disk that comes late, another program that holds the database. */
const mayPassCodes: ReadonlySet<string> = new Set(['store-unavailable', 'store-in-use']);
/** Threads that do not end, for a share holds them which does not answer: each costs memory, and of all the pool. */
const mostThreadsLeft = 4;
/** Of a task that somebody waits for. */
const mostFallsOfTask = 5;

export type KeeperParts = {
  readonly host: Pick<GatewayHost, 'start' | 'startAgain' | 'halt' | 'takeFall' | 'threadsLeft' | 'gateway'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Somebody waits for its end: it fails rather than trying for ever. */
  readonly endsByItself: boolean;
  /** Nobody sees a window that would say why nothing runs. */
  readonly headless: boolean;
  /** Ends the program with why. */
  readonly fail: (why: unknown) => Promise<void>;
  /** Only a new process is rid of what holds this one. */
  readonly startOver: () => Promise<void>;
  readonly waits?: KeeperWaits;
};

/**
 * Keeps a gateway running: it is started, and again when its disk comes back and, ever later, when it has fallen. What
 * has been stored is durable and originals lie in their folders, so that a gateway may be ended and started at any time.
 */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #waits: KeeperWaits;
  readonly #stopped = new AbortController();
  #fallsInRow = 0;
  /** Monotonic milliseconds. */
  #upSince = Number.POSITIVE_INFINITY;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#waits = parts.waits ?? usualWaits;
  }

  /** Nothing is started any more. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Resolves once a gateway runs; false: none is to, and a person has been told why. */
  async run(config: Config): Promise<boolean> {
    const { host, logger, endsByItself, headless, fail, startOver } = this.#parts;
    for (;;) {
      if (host.threadsLeft >= mostThreadsLeft) return gaveUp(startOver());
      try {
        await this.#up(() => host.start(config));
        return true;
      } catch (error) {
        if (error instanceof Fall) return this.fell(error);
        logger.log('error', 'start-failed', { error });
        const passes = mayPass(error);
        if (endsByItself || (headless && !passes)) return gaveUp(fail(error));
        if (!passes) return false;
        await this.#sleep(this.#waits.store);
        if (this.#stopped.signal.aborted || host.gateway !== null) return host.gateway !== null;
      }
    }
  }

  /** As a person asked for it at the window: it is told why there is none. */
  async start(config: Config): Promise<GatewayThread> {
    try {
      return await this.#up(() => this.#parts.host.start(config));
    } catch (error) {
      if (error instanceof Fall) void this.fell(error);
      throw error;
    }
  }

  /** It has fallen. Resolves once another one runs; false: none is to. */
  async fell(fall: Fall): Promise<boolean> {
    const { host, clock, logger, endsByItself, fail, startOver } = this.#parts;
    if (this.#stopped.signal.aborted) return false;
    this.#fallsInRow = clock.monotonic() - this.#upSince >= this.#waits.well ? 1 : this.#fallsInRow + 1;
    this.#upSince = Number.POSITIVE_INFINITY;
    const { falls } = this.#waits;
    const again = falls[Math.min(this.#fallsInRow, falls.length) - 1] ?? falls[0];
    logger.log('error', 'gateway-fell', {
      how: fall.how,
      error: fall,
      inRow: this.#fallsInRow,
      againMilliseconds: again,
    });
    await host.takeFall(fall, again);
    if (endsByItself && this.#fallsInRow >= mostFallsOfTask) return gaveUp(fail(fall));
    // It holds the database, and in this process nobody takes that from it.
    if (host.threadsLeft > 0) return gaveUp(startOver());
    await this.#sleep(again);
    return this.#again();
  }

  /** Its store was lost while it ran: a disk may come back, a damaged database is for people. */
  async storeLost(fault: OperatorError): Promise<void> {
    const { host, headless, endsByItself, fail } = this.#parts;
    await host.halt(fault);
    const passes = fault.code === 'store-unavailable';
    if (endsByItself || (headless && !passes)) return fail(fault);
    if (!passes) return;
    await this.#sleep(this.#waits.store);
    await this.#again();
  }

  async #again(): Promise<boolean> {
    const { host, logger, headless, fail, startOver } = this.#parts;
    for (;;) {
      if (this.#stopped.signal.aborted || host.gateway !== null) return host.gateway !== null;
      if (host.threadsLeft >= mostThreadsLeft) return gaveUp(startOver());
      try {
        await this.#up(() => host.startAgain());
        return true;
      } catch (error) {
        if (!(error instanceof OperatorError))
          return this.fell(error instanceof Fall ? error : new Fall('threw', describeCause(error)));
        logger.log('error', 'start-failed', { error });
        // Something else is wrong with the store: trying again would write to it.
        if (!mayPass(error)) return headless ? gaveUp(fail(error)) : false;
        await this.#sleep(this.#waits.store);
      }
    }
  }

  async #up(start: () => Promise<GatewayThread>): Promise<GatewayThread> {
    const gateway = await start();
    this.#upSince = this.#parts.clock.monotonic();
    return gateway;
  }

  #sleep(milliseconds: number): Promise<void> {
    return sleep(this.#parts.clock, milliseconds, this.#stopped.signal);
  }
}

const mayPass = (error: unknown): boolean => error instanceof OperatorError && mayPassCodes.has(error.code);

const gaveUp = (ending: Promise<void>): Promise<false> => ending.then(() => false);
