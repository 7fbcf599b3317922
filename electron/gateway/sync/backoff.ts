/** Growing delays with jitter, pure. All durations are milliseconds. */
export type BackoffLimits = { readonly first: number; readonly longest: number };

/** One entry's own delay: from a second to an hour. */
export const entryBackoff: BackoffLimits = { first: 1_000, longest: 60 * 60 * 1_000 };
/** Between looks at a way that is closed: short enough that a repaired line flows again within the minute. */
export const gateBackoff: BackoffLimits = { first: 1_000, longest: 60 * 1_000 };

/**
 * `first · 2^failures`, at most `longest`, of which the upper half is random: devices that lost the same server do not
 * come back in the same second. `failures` counts from 0; `random` is in [0, 1).
 */
export function backoffDelay(failures: number, { first, longest }: BackoffLimits, random: number): number {
  const full = Math.min(longest, first * 2 ** Math.min(failures, 40));
  return Math.round(full / 2 + (full / 2) * random);
}
