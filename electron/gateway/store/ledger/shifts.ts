import type { SiteConfig } from '../../../../shared/config.ts';
import { dateOf, dayMilliseconds, minuteOfDay, minutesOf, ZonedTime } from '../../platform/zoned-time.ts';

const offShift = ' off';

/** Names the shift that holds a time (milliseconds since the epoch). */
export type ShiftOf = (time: number) => string;

/**
 * `2026-11-21` where the site has no shifts, else `2026-11-21 early`; a time in none of them `2026-11-21 off`. A shift
 * over midnight belongs to the day on which it began. Where shifts overlap, the first of the list holds.
 */
export function shiftsOf({ timeZone, shifts }: SiteConfig): ShiftOf {
  const zone = new ZonedTime(timeZone);
  const known = shifts.map(({ name, from, to }) => ({ name, from: minutesOf(from), to: minutesOf(to) }));

  return (time) => {
    const local = zone.localAt(time);
    const today = dateOf(local);
    if (known.length === 0) return today;
    const minute = minuteOfDay(local);
    for (const { name, from, to } of known) {
      if (from < to ? from <= minute && minute < to : minute >= from) return `${today} ${name}`;
      if (from >= to && minute < to) return `${dateOf(local - dayMilliseconds)} ${name}`;
    }
    return `${today}${offShift}`;
  };
}

/** A time that is in none of the site's shifts. */
export const isOff = (shift: string): boolean => shift.endsWith(offShift);

/** By the PC's own calendar, a day each. */
export const dayShifts: ShiftOf = shiftsOf({ shifts: [] });
