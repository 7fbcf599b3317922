/**
 * What the clocks on the wall of a site show. Instants are milliseconds since the epoch; "local" milliseconds are what
 * the epoch would have to be for a clock in UTC to show the same, so that days and hours of them are plain arithmetic.
 * The time zones are those of the runtime (`Intl`).
 */

export const minuteMilliseconds = 60_000;
export const dayMilliseconds = 24 * 60 * minuteMilliseconds;

/** Clocks are changed at full quarters of an hour in UTC, also where the change itself is half an hour (Lord Howe). */
const blockMilliseconds = 15 * minuteMilliseconds;
/** No zone changes its clocks there and back within so short a time. */
const searchStep = dayMilliseconds / 2;

export class ZonedTime {
  /** IANA name. */
  readonly timeZone: string;
  readonly #format: Intl.DateTimeFormat;
  #block = Number.NaN;
  #offset = 0;

  /** `timeZone` is an IANA name; the PC's own where it is not given. Throws a RangeError for a name that is none. */
  constructor(timeZone?: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      ...(timeZone === undefined ? {} : { timeZone }),
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    this.timeZone = this.#format.resolvedOptions().timeZone;
  }

  /** How far the local clocks are ahead of UTC at this instant, in milliseconds. */
  offsetAt(at: number): number {
    const block = Math.floor(at / blockMilliseconds);
    if (block !== this.#block) {
      this.#offset = this.#readOffset(block * blockMilliseconds);
      this.#block = block;
    }
    return this.#offset;
  }

  /** Local milliseconds at this instant. */
  localAt(at: number): number {
    return at + this.offsetAt(at);
  }

  /** The first instant after `at` and up to `horizon` at which the clocks are changed; null: none. */
  nextShiftAt(at: number, horizon: number): number | null {
    const before = this.offsetAt(at);
    let low = Math.floor(at / blockMilliseconds);
    const last = Math.floor(horizon / blockMilliseconds);
    const step = searchStep / blockMilliseconds;
    while (low < last) {
      let high = Math.min(low + step, last);
      if (this.#readOffset(high * blockMilliseconds) === before) {
        low = high;
        continue;
      }
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (this.#readOffset(middle * blockMilliseconds) === before) low = middle;
        else high = middle;
      }
      return high * blockMilliseconds;
    }
    return null;
  }

  #readOffset(at: number): number {
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(at)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
  }
}

/** `2026-11-21` of local milliseconds. */
export const dateOf = (local: number): string => new Date(local).toISOString().slice(0, 10);

/** 0 to 1439. */
export const minuteOfDay = (local: number): number =>
  Math.floor((local - Math.floor(local / dayMilliseconds) * dayMilliseconds) / minuteMilliseconds);

/** 0: Monday, 6: Sunday. The epoch began on a Thursday. */
export const weekdayOf = (local: number): number => (((Math.floor(local / dayMilliseconds) + 3) % 7) + 7) % 7;

/** Minutes of `08:00`, up to 1440 for `24:00`. */
export function minutesOf(timeOfDay: string): number {
  const [hours = '0', minutes = '0'] = timeOfDay.split(':');
  return Number(hours) * 60 + Number(minutes);
}
