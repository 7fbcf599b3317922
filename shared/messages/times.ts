import { formatUnit, isEnglish } from './numbers.ts';

/** Times as people read them: durations, and instants in the time zone of the site. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const short = { second: 's', minute: 'min', hour: 'h', day: 'd' } as const;
type Unit = keyof typeof short;

/**
 * Milliseconds in the words of a clock on the wall: `0 s`, `42 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. Rounded down,
 * because "3 min" must mean that three minutes have passed. Negative durations count as none.
 */
export function formatDuration(milliseconds: number, language = 'en'): string {
  const span = Math.max(0, milliseconds);
  const written = (value: number, unit: Unit): string =>
    isEnglish(language) ? `${value} ${short[unit]}` : formatUnit(value, unit, language);
  const two = (big: number, bigUnit: Unit, small: number, smallUnit: Unit): string =>
    small === 0 ? written(big, bigUnit) : `${written(big, bigUnit)} ${written(small, smallUnit)}`;
  if (span < minute) return written(Math.floor(span / second), 'second');
  if (span < hour) return written(Math.floor(span / minute), 'minute');
  if (span < day) return two(Math.floor(span / hour), 'hour', Math.floor((span % hour) / minute), 'minute');
  return two(Math.floor(span / day), 'day', Math.floor((span % day) / hour), 'hour');
}

/** How long a machine takes: `3 ms`, `1.2 s`. Never shown as nothing. */
export function formatLatency(milliseconds: number, language = 'en'): string {
  const isShort = milliseconds < 1_000;
  const value = isShort ? Math.max(1, Math.round(milliseconds)) : milliseconds / 1_000;
  if (isEnglish(language)) return isShort ? `${value} ms` : `${value.toFixed(1)} s`;
  return formatUnit(Number(value.toFixed(1)), isShort ? 'millisecond' : 'second', language);
}

/** Time until something: rounded up, so that it never says "in 0 s" while there is still time to go. */
export function formatUntil(at: number, now: number): string {
  const left = at - now;
  if (left <= 0) return 'now';
  return left < minute ? `in ${Math.ceil(left / second)} s` : `in ${formatDuration(left)}`;
}

/** Minutes east of UTC as `+02:00`, `−03:30`, `+00:00`. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '−' : '+'}${part(Math.floor(size / 60))}:${part(size % 60)}`;
}

/** Instants in one time zone. */
export type SiteClock = {
  /** `14:03:22`. */
  readonly clock: (at: number) => string;
  /** Clock time for today, with the day before it for any other: `14:03:22`, `19 Nov 14:03:22`. */
  readonly moment: (at: number, now: number) => string;
  /** To the minute: `18:00` today, `Mon 06:00` within a week, `19 Nov 06:00` farther away. */
  readonly untilMoment: (at: number, now: number) => string;
  /** Day, year and clock time: `19 Nov 2026, 14:03:22`. */
  readonly date: (at: number) => string;
};

const clocks = new Map<string, SiteClock>();

/** `timeZone` is an IANA name; the PC's own where it is left out. Throws a RangeError for a name that is none. */
export function siteClock(timeZone?: string, language = 'en'): SiteClock {
  // English as Europe writes it: a clock of 24 hours, and the day before the month.
  const locale = language === 'en' ? 'en-GB' : language;
  const key = `${locale} ${timeZone ?? ''}`;
  const known = clocks.get(key);
  if (known !== undefined) return known;
  const made = makeClock(timeZone, locale);
  clocks.set(key, made);
  return made;
}

function makeClock(timeZone: string | undefined, locale: string): SiteClock {
  const format = (options: Intl.DateTimeFormatOptions): ((at: number) => string) => {
    const made = new Intl.DateTimeFormat(locale, timeZone === undefined ? options : { ...options, timeZone });
    return (at) => made.format(at);
  };
  const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const minutes = format({ hour: '2-digit', minute: '2-digit' });
  const weekday = format({ weekday: 'short' });
  const dayOfYear = format({ day: 'numeric', month: 'short' });
  const date = format({ day: 'numeric', month: 'short', year: 'numeric' });
  const isSameDay = (one: number, other: number): boolean => date(one) === date(other);
  return {
    clock,
    moment: (at, now) => (isSameDay(at, now) ? clock(at) : `${dayOfYear(at)} ${clock(at)}`),
    untilMoment: (at, now) => {
      if (isSameDay(at, now)) return minutes(at);
      // A week away has the name of today: it would be taken for today.
      return Math.abs(at - now) < 6 * day ? `${weekday(at)} ${minutes(at)}` : `${dayOfYear(at)} ${minutes(at)}`;
    },
    date: (at) => `${date(at)}, ${clock(at)}`,
  };
}
