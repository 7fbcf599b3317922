import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Ledger } from '../store/ledger/ledger.ts';
import type { Loss } from './losses.ts';

/** Of what grows for hours no more rows than of all else. */
const againMilliseconds = 60_000;

type Noted = { readonly shift: string; readonly pictures: number; readonly at: number };

/**
 * The ledger's equation counts what is lost, and knows no way: each has a note in its chain, in each shift in which a
 * person has still to hear of it, again when it has become more, and again after a start. For what changes no count of
 * the equation it is all that the ledger has.
 */
export class LossNotes {
  readonly #ledger: Pick<Ledger, 'note' | 'shiftOf'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #logger: Logger;
  readonly #noted = new Map<string, Noted>();
  /** When the ledger took no note; wall clock. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(ledger: Pick<Ledger, 'note' | 'shiftOf'>, clock: Pick<Clock, 'now'>, logger: Logger) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * To be called now and then with all losses there are. `isLast`: there will be no later time to note what came since.
   * Never throws: a disk that takes nothing more is asked again after a while.
   */
  tick(losses: readonly Loss[], isLast = false): void {
    const at = this.#clock.now();
    if (!isLast && Math.abs(at - this.#failedAt) < againMilliseconds) return;
    try {
      this.#note(losses, at, isLast);
    } catch (error) {
      this.#failedAt = at;
      this.#logger.log('warn', 'losses-not-noted', { error });
    }
  }

  #note(losses: readonly Loss[], at: number, isLast: boolean): void {
    const shift = this.#ledger.shiftOf(at);
    for (const { way, sourceId, pictures } of losses) {
      const key = JSON.stringify([way, sourceId]);
      const noted = this.#noted.get(key);
      if (noted?.shift === shift) {
        // A person has seen some: what comes from here on is news again.
        if (pictures < noted.pictures) this.#noted.set(key, { ...noted, pictures });
        const isSoon = !isLast && Math.abs(at - noted.at) < againMilliseconds;
        if (pictures <= noted.pictures || isSoon) continue;
      }
      this.#ledger.note(at, sourceId ?? '', { loss: way, pictures });
      this.#noted.set(key, { shift, pictures, at });
    }
  }
}
