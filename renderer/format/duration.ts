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
