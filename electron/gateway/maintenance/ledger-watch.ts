import type { LedgerVerdict } from '../../../shared/contract.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Database } from '../store/database/database.ts';
import type { Ledger } from '../store/ledger/ledger.ts';
import { verifyLedger } from '../store/ledger/ledger-verify.ts';
import type { Chore } from './scheduler.ts';

const dayMilliseconds = 86_400_000;

export type LedgerWatchOptions = {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChange: () => void;
};

/**
 * Whether every picture is accounted for: the balances at each look, the whole chain against the whole store once a
 * while after the start, every day, and when a person asks.
 */
export class LedgerWatch {
  readonly #options: LedgerWatchOptions;
  #gaps: readonly Message[] = [];
  /** The last look did not get to its end; told once. */
  #fails = false;
  #verdict: LedgerVerdict | null = null;
  #checkedAt: number | null = null;
  readonly #abort = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: LedgerWatchOptions) {
    this.#options = options;
  }

  /** Cheap: to be called at each look of the housekeeping. Never throws: a disk that is full takes no row of the chain. */
  tick(): void {
    const { ledger, clock, logger } = this.#options;
    const before = this.#gaps.length;
    try {
      this.#gaps = ledger.check(clock.now());
      this.#fails = false;
    } catch (error) {
      if (!this.#fails) logger.log('warn', 'ledger-not-chained', { error });
      this.#fails = true;
    }
    if (this.#gaps.length > before) logger.log('error', 'ledger-gap', { gaps: this.#gaps });
  }

  /** At the end. What can't be chained now is marked in the database, and chained by the next gateway. */
  seal(): void {
    const { ledger, clock, logger } = this.#options;
    try {
      ledger.sealNow(clock.now());
    } catch (error) {
      logger.log('warn', 'ledger-not-chained', { error });
    }
  }

  get state(): Snapshot['ledger'] {
    const problem = this.#gaps[0] ?? this.#verdict?.problems[0];
    if (problem !== undefined) return { state: 'gap', message: problem, checkedAt: this.#checkedAt };
    if (this.#checkedAt === null) return { state: 'checking', message: message('ledger-checking'), checkedAt: null };
    return { state: 'ok', message: message('ledger-ok'), checkedAt: this.#checkedAt };
  }

  async verify(): Promise<LedgerVerdict> {
    const { database, clock, logger, onChange } = this.#options;
    const running = verifyLedger(database, { signal: this.#abort.signal });
    this.#running = running.catch(() => undefined);
    const verdict = await running;
    this.#verdict = verdict;
    this.#checkedAt = clock.now();
    const { ok, rows, problems } = verdict;
    logger.log(ok ? 'info' : 'error', 'ledger-verified', { ok, rows, problems });
    onChange();
    return verdict;
  }

  /** Begun and not waited for: it goes on in slices beside everything else. */
  get chore(): Chore {
    return {
      name: 'ledger',
      everyMilliseconds: dayMilliseconds,
      slice: () => {
        this.verify().catch((error: unknown) => {
          if (!this.#abort.signal.aborted) this.#options.logger.log('warn', 'ledger-not-verified', { error });
        });
        return false;
      },
    };
  }

  /** The database may be closed afterwards. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}
