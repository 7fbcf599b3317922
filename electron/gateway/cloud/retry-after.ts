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
  const date = Date.parse(text);
  if (Number.isNaN(date) || !/[a-z]/i.test(text)) return null;
  return Math.min(Math.max(0, date - now), longestRetryAfter);
}
