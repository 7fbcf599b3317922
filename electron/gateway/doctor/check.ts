import type { DoctorCheck } from '../../../shared/contract.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import { describeCause } from '../platform/errors.ts';

/** What a check found, before it has its name. */
export type Finding = Omit<DoctorCheck, 'code' | 'title'>;

export const fine = (text: string, technical = ''): Finding => ({ state: 'ok', text, hint: '', technical });
export const warning = (text: string, hint: string, technical = ''): Finding => ({
  state: 'warning',
  text,
  hint,
  technical,
});
export const fault = (text: string, hint: string, technical = ''): Finding => ({
  state: 'fault',
  text,
  hint,
  technical,
});
export const skipped = (text: string): Finding => ({ state: 'skipped', text, hint: '', technical: '' });

/** `value` is what later checks build on; null where they make no sense any more. */
export type Found<T> = { readonly finding: Finding; readonly value: T | null };
export type Step = { readonly code: string; readonly title: string; readonly limitMilliseconds: number };
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
    const named = ({ finding, value }: Found<T>): Taken<T> => ({
      check: { code: step.code, title: step.title, ...finding },
      value,
    });
    if (this.#signal.aborted) return named({ finding: skipped('The doctor was stopped.'), value: null });
    const left = this.#endsAt - this.clock.monotonic();
    if (left <= 0)
      return named({ finding: skipped('The checks before took too long; run the doctor again.'), value: null });
    const limit = Math.min(step.limitMilliseconds, left);
    const over = new AbortController();
    const end = (): void => over.abort();
    this.#signal.addEventListener('abort', end, { once: true });
    const late = sleep(this.clock, limit, over.signal).then((): Found<T> => {
      const stopped = over.signal.aborted;
      over.abort();
      return stopped
        ? { finding: skipped('The doctor was stopped.'), value: null }
        : {
            finding: fault(
              `This check did not end within ${Math.max(1, Math.round(limit / 1_000))} s.`,
              'Something does not answer. Look at what it tests, then run the doctor again.',
            ),
            value: null,
          };
    });
    const done = work(over.signal).catch(
      (error: unknown): Found<T> => ({
        finding: fault(
          'This check failed in a way that nobody expected.',
          'Tell support what is written below.',
          describeCause(error),
        ),
        value: null,
      }),
    );
    const found = await Promise.race([done, late]);
    this.#signal.removeEventListener('abort', end);
    over.abort();
    return named(found);
  }
}

export const check = (code: string, title: string, finding: Finding): DoctorCheck => ({ code, title, ...finding });

/** `3 ms`, `1.2 s`. */
export const took = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;

/** `12.3 GB`: as disks are sold. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return unit === 0 ? `${value} bytes` : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
