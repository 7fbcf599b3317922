export const earliestYear = 1990;
export const latestLeadMilliseconds = 2 * 24 * 60 * 60 * 1_000;

/**
 * Whether a time, milliseconds since the epoch, may be that of a capture. Clocks without a battery and file systems
 * without a time begin at 1970 or 1980, broken ones lie in the future: before 1990 or more than two days ahead of `now`
 * is none.
 */
export const isSensibleTime = (milliseconds: number, now: number): boolean =>
  milliseconds >= Date.UTC(earliestYear, 0, 1) && milliseconds <= now + latestLeadMilliseconds;

/** A picture whose time makes no sense was captured now, as far as anybody knows. */
export const sensibleTime = (milliseconds: number, now: number): number =>
  isSensibleTime(milliseconds, now) ? milliseconds : now;
