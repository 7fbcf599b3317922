/** No server may stop the gateway for longer than this with one header. */
export const longestRetryAfter = 60 * 60 * 1_000;

/**
 * `Retry-After` (RFC 9110, 10.2.3): seconds or an HTTP date. Milliseconds from now, bounded; null where there is none
 * or it makes no sense.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1_000, longestRetryAfter);
  // Date.parse alone takes much for a date that is none ("May 5"): all three forms of an HTTP date begin with a weekday.
  const date = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return null;
  return Math.min(Math.max(0, date - now), longestRetryAfter);
}
