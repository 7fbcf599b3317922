import { type Message, message, storedMessage } from '../../../shared/messages/message.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';
import type { CheckinOutcome } from '../cloud/acusight/client.ts';
import type { CheckinReport } from '../cloud/acusight/device-api.ts';
import type { Clock } from '../platform/clock.ts';
import { describeCause } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { judgements, type LossCount, lossCounts } from './losses.ts';
import { isBroken } from './situation-facts.ts';
import type { SystemReading } from './system-metrics.ts';

const mostKnown = 500;
/** What is the same but for its details is news again after so long. */
const againMilliseconds = 60 * 60_000;

type Known = { readonly text: string; readonly at: number };

/**
 * Which actions of the cloud are news. A cloud that waits for an answer repeats an action at every check-in, and may give
 * it a new number or time whenever it does: each is told once, and again only where its details have changed, and not for
 * an hour.
 */
class KnownActions {
  /** By what stays the same of it; the one that was met last is the last. */
  readonly #known = new Map<string, Known>();

  /** `now`: monotonic milliseconds. */
  isNews(text: string, now: number): boolean {
    const kind = kindOf(text);
    const known = this.#known.get(kind);
    const isNews = known === undefined || (known.text !== text && now - known.at >= againMilliseconds);
    this.#known.delete(kind);
    this.#known.set(kind, isNews ? { text, at: now } : known);
    // Kinds without end must not fill the memory.
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
    return isNews;
  }
}

/** Its name; where it has none, the names of its details; of a mere text what is no time and no long number. */
function kindOf(text: string): string {
  const name = /^(\S+) \{/.exec(text)?.[1];
  if (name !== undefined) return name;
  if (text.startsWith('{')) return [...text.matchAll(/"(\w+)":/g)].map(([, key]) => key).join(' ');
  return text.replaceAll(/[\da-f]{8}(?:-?[\da-f]{4}){1,6}|\d{1,4}[-:.]\d{2}(?:[-:.T ]\d{2,})*|\d{6,}/gi, '#');
}

/**
 * Health check-ins: one at the start, one every interval, and one soon after the status changed.
 *
 * - A request of its own: it takes no delivery's place, and its failure pauses nothing.
 * - At most one at a time: what falls due while one is under way is skipped, not made up for.
 * - What the cloud asks for in its answer is written to the log and shown, never acted on: this gateway knows no action.
 */

export type DeviceStatus = Snapshot['checkin']['status'];

/** What the status is made of (`healthOf`), and nothing besides: the snapshot shows the status, and is not asked for it. */
export type HealthFacts = {
  readonly now: number;
  readonly sources: readonly Pick<Snapshot['sources'][number], 'state' | 'warnings'>[];
  readonly disk: Pick<Snapshot['disk'], 'state' | 'whenFull'>;
  readonly connection: Pick<Snapshot['connection'], 'state' | 'since'>;
  readonly counts: Pick<Snapshot['counts'], 'dead' | 'refused' | 'stuck' | LossCount>;
  readonly ledger: Pick<Snapshot['ledger'], 'state'>;
};

export type CheckInOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMilliseconds: number;
  /** Without a device key there is nobody to check in as. */
  readonly hasKey: () => boolean;
  /** Asked once a second: must be cheap. Null: the store is lost, and nothing can be read. */
  readonly health: () => HealthFacts | null;
  readonly metrics: () => Promise<SystemReading>;
  /** One attempt; never rejects. */
  readonly send: (report: CheckinReport, signal: AbortSignal) => Promise<CheckinOutcome>;
  readonly onChange: () => void;
};

const lookMilliseconds = 1_000;
/** A status that goes to and fro is told no more often. */
const leastGapMilliseconds = 5_000;
const longestWaitMilliseconds = 30_000;
/** A cloud that is away for a moment is no news: it learns nothing of it anyway until it is back. */
const outageMilliseconds = 5 * 60_000;
const mostActions = 10;

const waysAPersonMustOpen: ReadonlySet<Snapshot['connection']['state']> = new Set([
  'intercepted',
  'key-missing',
  'key-locked',
  'key-refused',
  'wrong-address',
  'not-approved',
  'storage-refused',
]);
const waysThatOpenByThemselves: ReadonlySet<Snapshot['connection']['state']> = new Set(['offline', 'trouble']);

/** `error`: pictures are lost, are not being taken, or are not accounted for. `degraded`: they are safe, but somebody must look. */
export function statusOf({ now, sources, disk, connection, counts, ledger }: HealthFacts): DeviceStatus {
  const broken = sources.filter(isBroken).length;
  if (disk.state === 'failing' || (disk.state === 'full' && disk.whenFull === 'refuse')) return 'error';
  const losses = lossCounts.filter((count) => counts[count] > 0).map((count) => judgements[count].status);
  if (ledger.state === 'gap' || losses.includes('error')) return 'error';
  if (broken > 0 && broken === sources.length) return 'error';
  if (broken > 0 || disk.state !== 'ok') return 'degraded';
  if (counts.dead > 0 || counts.refused > 0 || counts.stuck > 0 || losses.length > 0) return 'degraded';
  const isStopped = sources.some(({ warnings = [] }) => warnings.some(({ code }) => code === 'line-stopped'));
  if (isStopped) return 'degraded';
  if (waysAPersonMustOpen.has(connection.state)) return 'degraded';
  const out = waysThatOpenByThemselves.has(connection.state) && now - connection.since >= outageMilliseconds;
  return out ? 'degraded' : 'healthy';
}

export class CheckIn {
  readonly #options: CheckInOptions;
  readonly #abort = new AbortController();
  readonly #known = new KnownActions();
  #cancel: () => void = () => undefined;
  #running: Promise<void> | null = null;
  #dueAt = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  #tried: DeviceStatus | null = null;
  #status: DeviceStatus = 'healthy';
  #acceptedAt: number | null = null;
  /** Why the last one was not taken; null once one is. */
  #failure: Message | null = null;
  #actions: readonly { readonly at: number; readonly text: string }[] = [];

  constructor(options: CheckInOptions) {
    this.#options = options;
  }

  /** For the snapshot. */
  situation(): Snapshot['checkin'] {
    return {
      status: this.#status,
      acceptedAt: this.#acceptedAt,
      message: this.#failure,
      unknownActions: [...this.#actions],
    };
  }

  start(): void {
    this.#dueAt = this.#options.clock.monotonic();
    this.#look();
  }

  /** Tells a state that can't wait. Resolves when it is told, or was not to be told. */
  async tellNow(): Promise<void> {
    await this.#running;
    this.#cancel();
    this.#triedAt = Number.NEGATIVE_INFINITY;
    this.#look();
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#cancel();
    await this.#running;
  }

  #look(): void {
    const { clock, intervalMilliseconds, hasKey } = this.#options;
    if (this.#abort.signal.aborted) return;
    this.#cancel = clock.after(lookMilliseconds, () => this.#look());
    const now = clock.monotonic();
    this.#setStatus(this.#readStatus());
    const due = now >= this.#dueAt;
    if (due) this.#dueAt = now + intervalMilliseconds;
    const isNews = this.#status !== this.#tried && now - this.#triedAt >= leastGapMilliseconds;
    if ((!due && !isNews) || this.#running !== null || !hasKey()) return;
    this.#triedAt = now;
    this.#tried = this.#status;
    this.#dueAt = now + intervalMilliseconds;
    this.#running = this.#checkIn(this.#status)
      .catch((error: unknown) => this.#fail(message('check-in-failed', { reason: describeCause(error) })))
      .finally(() => {
        this.#running = null;
      });
  }

  /** What can't be read for a moment is no news; whether the store is lost is judged elsewhere. */
  #readStatus(): DeviceStatus {
    const { health, logger } = this.#options;
    try {
      const facts = health();
      return facts === null ? 'error' : statusOf(facts);
    } catch (error) {
      logger.log('error', 'health-not-read', { error });
      return this.#status;
    }
  }

  #setStatus(status: DeviceStatus): void {
    if (status === this.#status) return;
    this.#options.logger.log(status === 'healthy' ? 'info' : 'warn', 'status-changed', {
      from: this.#status,
      to: status,
    });
    this.#status = status;
    this.#options.onChange();
  }

  async #checkIn(status: DeviceStatus): Promise<void> {
    const { clock, metrics, send, intervalMilliseconds } = this.#options;
    const reading = measured(await metrics());
    if (this.#abort.signal.aborted) return;
    const late = new AbortController();
    const wait = Math.min(longestWaitMilliseconds, intervalMilliseconds);
    const cancel = clock.after(wait, () => late.abort());
    const outcome = await send(
      { status, metrics: reading },
      AbortSignal.any([this.#abort.signal, late.signal]),
    ).finally(cancel);
    if (this.#abort.signal.aborted) return;
    if (outcome.kind === 'failed') return this.#fail(outcome.failure.message);
    if (outcome.kind === 'aborted') return this.#fail(message('check-in-unanswered', { limit: wait }));
    if (this.#failure !== null) this.#options.logger.log('info', 'check-in-accepted-again');
    this.#acceptedAt = clock.now();
    this.#failure = null;
    for (const action of outcome.actions) this.#note(action);
    this.#options.onChange();
  }

  #fail(why: Message): void {
    // The first of many is enough: a cloud that is away for weeks must not fill the log.
    const isNews = this.#failure === null || storedMessage(this.#failure) !== storedMessage(why);
    if (isNews) this.#options.logger.log('warn', 'check-in-failed', { why });
    this.#failure = why;
    this.#options.onChange();
  }

  #note(text: string): void {
    const { clock, logger } = this.#options;
    if (!this.#known.isNews(text, clock.monotonic())) return;
    this.#actions = [{ at: clock.now(), text }, ...this.#actions].slice(0, mostActions);
    logger.log('warn', 'unknown-action', { action: text });
  }
}

/** What can't be measured on this PC is left out. */
export const measured = (reading: SystemReading): CheckinReport['metrics'] =>
  Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== null));
