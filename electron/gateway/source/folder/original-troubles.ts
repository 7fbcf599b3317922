import { type Message, message } from '../../../../shared/messages/message.ts';
import type { Clock } from '../../platform/clock.ts';
import { describeCause, errnoCode } from '../../platform/errors.ts';
import type { SourceCondition } from '../frame-source.ts';
import type { AfterIngest } from './original-disposal.ts';

/** So many in a row that fail have one cause: the others would fail too, and are not tried for a while. */
const mostInARow = 3;
const retryMilliseconds = 10_000;
const logMilliseconds = 60_000;
/** Of a folder of a million, some are counted. */
const mostCounted = 10_000;

type Stuck = { readonly tries: number; readonly scan: number };

/**
 * Originals that can't be archived or deleted. Their images are safe, so collecting goes on; a person is told what to do,
 * and a share that refuses every one of them is not asked for each.
 */
export class OriginalTroubles {
  readonly #after: AfterIngest;
  readonly #clock: Clock;
  readonly #condition: SourceCondition;
  readonly #stuck = new Map<string, Stuck>();
  /** Of the stuck: those that were tried more than once. */
  #repeated = 0;
  #error: unknown = null;
  #inARow = 0;
  #nextTryAt = Number.NEGATIVE_INFINITY;
  #scan = 0;
  #loggedInScan = -1;
  #loggedAt = Number.NEGATIVE_INFINITY;
  #owesScan = false;

  constructor(after: AfterIngest, clock: Clock, condition: SourceCondition) {
    this.#after = after;
    this.#clock = clock;
    this.#condition = condition;
  }

  /** Whether this one is to be tried now; one that is not is found again by a scan. */
  mayTry(path: string): boolean {
    if (this.#inARow < mostInARow) return true;
    const now = this.#clock.monotonic();
    if (now < this.#nextTryAt) {
      this.#note(path, 0);
      return false;
    }
    this.#nextTryAt = now + retryMilliseconds;
    return true;
  }

  failed(path: string, error: unknown): void {
    this.#error = error;
    this.#inARow += 1;
    if (this.#inARow === mostInARow) this.#nextTryAt = this.#clock.monotonic() + retryMilliseconds;
    this.#note(path, 1);
    const now = this.#clock.monotonic();
    if (this.#loggedInScan === this.#scan || now < this.#loggedAt + logMilliseconds) return;
    this.#loggedInScan = this.#scan;
    this.#loggedAt = now;
    const { action } = this.#after;
    this.#condition.log('warn', 'original-not-moved', { path, action, originals: this.#stuck.size, error });
  }

  /** It was dealt with, or is none any more. */
  passed(path: string): void {
    if (this.#inARow >= mostInARow) this.#owesScan = true;
    this.#inARow = 0;
    if (this.#forget(path)) this.#tell();
  }

  scanBegins(): void {
    this.#scan += 1;
  }

  /** To its end: what it did not meet was dealt with by somebody else. */
  scanEnds(): void {
    for (const [path, { scan }] of this.#stuck) if (scan < this.#scan) this.#forget(path);
    this.#tell();
  }

  /** Originals work again: those that were not tried meanwhile are found by a scan. Asked once. */
  takeOwedScan(): boolean {
    const owes = this.#owesScan;
    this.#owesScan = false;
    return owes;
  }

  #note(path: string, tries: number): void {
    const known = this.#stuck.get(path);
    if (known === undefined && this.#stuck.size >= mostCounted) return;
    const before = known?.tries ?? 0;
    this.#stuck.set(path, { tries: before + tries, scan: this.#scan });
    if (before <= 1 && before + tries > 1) this.#repeated += 1;
    this.#tell();
  }

  #forget(path: string): boolean {
    if ((this.#stuck.get(path)?.tries ?? 0) > 1) this.#repeated -= 1;
    return this.#stuck.delete(path);
  }

  /** Not of one that another program holds open for a moment. */
  #tell(): void {
    const isLasting = this.#inARow >= mostInARow || this.#repeated > 0;
    if (this.#stuck.size === 0 || !isLasting) return this.#condition.calm('originals-stay');
    const { action } = this.#after;
    const isMore = this.#stuck.size >= mostCounted;
    const kind = action === 'archive' ? 'archive' : 'delete';
    const said = message('originals-not-moved', {
      context: isMore ? `${kind}-many` : kind,
      count: isMore ? mostCounted - 1 : this.#stuck.size,
      why: whatHoldsBack(this.#error, this.#after),
    });
    this.#condition.warn({ code: 'originals-stay', message: said, originals: this.#stuck.size });
  }
}

function whatHoldsBack(error: unknown, after: AfterIngest): Message {
  const { path = '', dest = path } = error as { readonly path?: string; readonly dest?: string };
  const where = after.action === 'archive' && dest.startsWith(after.archiveRoot) ? 'archive' : 'folder';
  const technical = describeCause(error);
  const what = obstacles[errnoCode(error) ?? ''] ?? 'failed';
  return message('original-held-back', { context: what === 'busy' ? what : `${where}-${what}`, technical });
}

const obstacles: Readonly<Record<string, 'read-only' | 'denied' | 'full' | 'busy'>> = {
  EROFS: 'read-only',
  EACCES: 'denied',
  EPERM: 'denied',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EBUSY: 'busy',
  ETXTBSY: 'busy',
};
