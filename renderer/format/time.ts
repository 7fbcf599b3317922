const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;

/**
 * Milliseconds in the words of a clock on the wall: `0 s`, `42 s`, `3 min`, `2 h 5 min`, `4 d 3 h`. Rounded down,
 * because "3 min" must mean that three minutes have passed. Negative durations count as none.
 */
export function formatDuration(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < DAY) return two(Math.floor(span / HOUR), 'h', Math.floor((span % HOUR) / MINUTE), 'min');
  return two(Math.floor(span / DAY), 'd', Math.floor((span % DAY) / HOUR), 'h');
}

/** Time until something: rounded up, so that it never says "in 0 s" while there is still time to go. */
export function formatUntil(at: number, now: number): string {
  const left = at - now;
  if (left <= 0) return 'now';
  return left < MINUTE ? `in ${Math.ceil(left / SECOND)} s` : `in ${formatDuration(left)}`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const sameDay = (one: Date, other: Date): boolean => one.toDateString() === other.toDateString();

/** `14:03:22` in this computer's zone. */
export const formatClock = (at: number): string => clock.format(at);

/** Clock time for today, with the day before it for any other: `14:03:22`, `19 Nov 14:03:22`. */
export function formatMoment(at: number, now: number): string {
  return sameDay(new Date(at), new Date(now)) ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

/** A time to come, to the minute: `18:00` today, `Mon 06:00` within a week, `19 Nov 06:00` later. */
export function formatUntilMoment(at: number, now: number): string {
  if (sameDay(new Date(at), new Date(now))) return minutes.format(at);
  // A week ahead has the name of today: it would be taken for today.
  return at - now < 6 * 86_400_000
    ? `${weekday.format(at)} ${minutes.format(at)}`
    : `${day.format(at)} ${minutes.format(at)}`;
}

/** Minutes east of UTC as `+02:00`, `−03:30`, `+00:00`. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '−' : '+'}${part(Math.floor(size / 60))}:${part(size % 60)}`;
}

/**
 * The capture time on the camera's own clock, with its zone where one is known. Without one it is shown in this
 * computer's zone, and says so.
 */
export function formatCapture(at: number, offsetMinutes: number | null): string {
  if (offsetMinutes === null) return `${date.format(at)}, ${clock.format(at)} (this PC’s time)`;
  const shifted = new Date(at + offsetMinutes * 60_000);
  const [ymd = '', hms = ''] = shifted.toISOString().split('T');
  return `${ymd}, ${hms.slice(0, 8)} ${formatOffset(offsetMinutes)}`;
}
