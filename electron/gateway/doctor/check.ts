import type { DoctorCheck } from '../../../shared/contract.ts';
import { levelOf, type Message, message, type ParamsOf } from '../../../shared/messages/message.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { describeCause } from '../platform/errors.ts';

/** What a check found, before it has its name. The level of its code is its state. */
export type Finding = Omit<DoctorCheck, 'code' | 'title'>;

export const finding = (found: Message, technical = ''): Finding => ({ message: found, technical });

export type Untested = ParamsOf<'check-not-tested'>['context'];
export const untested = (context: Untested): Finding => finding(message('check-not-tested', { context }));

/** What another part says of itself. */
export const fault = (what: Message, technical = ''): Finding => finding(message('check-fault', { what }), technical);

export const isFault = ({ message: found }: Pick<Finding, 'message'>): boolean => levelOf(found) === 'alarm';

/** `value` is what later checks build on; null where they make no sense any more. */
export type Found<T> = { readonly finding: Finding; readonly value: T | null };
export type Step = { readonly code: string; readonly title: Message; readonly limitMilliseconds: number };
export type Taken<T> = { readonly check: DoctorCheck; readonly value: T | null };

/**
 * One visit of the doctor. Every check has a limit of its own and the visit has one: whatever hangs (a name server, a
 * dead network share), the visit ends and says so.
 */
export class Visit {
  readonly clock: Clock;
  readonly #signal: AbortSignal;
  readonly #endsAt: number;

  constructor(clock: Clock, signal: AbortSignal, limitMilliseconds: number) {
    this.clock = clock;
    this.#signal = signal;
    this.#endsAt = clock.monotonic() + limitMilliseconds;
  }

  /** Never rejects. What `work` throws and nobody expected is a fault in its own words. */
  async take<T>(step: Step, work: (signal: AbortSignal) => Promise<Found<T>>): Promise<Taken<T>> {
    const named = ({ finding: found, value }: Found<T>): Taken<T> => ({
      check: { code: step.code, title: step.title, ...found },
      value,
    });
    if (this.#signal.aborted) return named({ finding: untested('stopped'), value: null });
    const left = this.#endsAt - this.clock.monotonic();
    if (left <= 0) return named({ finding: untested('too-late'), value: null });
    const limit = Math.min(step.limitMilliseconds, left);
    const over = new AbortController();
    const end = (): void => over.abort();
    this.#signal.addEventListener('abort', end, { once: true });
    const late = sleep(this.clock, limit, over.signal).then((): Found<T> => {
      const stopped = over.signal.aborted;
      over.abort();
      const endless = message('check-without-end', { limit: Math.max(1_000, limit) });
      return { finding: stopped ? untested('stopped') : finding(endless), value: null };
    });
    const done = work(over.signal).catch(
      (error: unknown): Found<T> => ({ finding: finding(message('check-broken'), describeCause(error)), value: null }),
    );
    const found = await Promise.race([done, late]);
    this.#signal.removeEventListener('abort', end);
    over.abort();
    return named(found);
  }
}

/** What is tested, by the name of its words. */
export const titleOf = (context: ParamsOf<'check-of'>['context']): Message => message('check-of', { context });

export const check = (code: string, title: Message, found: Finding): DoctorCheck => ({ code, title, ...found });
