import type { SiteConfig } from '../../../shared/config.ts';

/** Names the shift that holds a time (milliseconds since the epoch). */
export type ShiftOf = (time: number) => string;

const minuteMilliseconds = 60_000;
const dayMilliseconds = 86_400_000;

/**
 * `2026-11-21` where the site has no shifts, else `2026-11-21 early`; a time in none of them `2026-11-21 off`. A shift
 * over midnight belongs to the day on which it began. Where shifts overlap, the first of the list holds.
 */
export function shiftsOf({ timeZone, shifts }: SiteConfig): ShiftOf {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...(timeZone === undefined ? {} : { timeZone }),
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const known = shifts.map(({ name, from, to }) => ({ name, from: minutesOf(from), to: minutesOf(to) }));

  const nameOf = (time: number): string => {
    const local = new Map(parts.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => local.get(type) ?? 0;
    const midnight = Date.UTC(part('year'), part('month') - 1, part('day'));
    if (known.length === 0) return dateOf(midnight);
    const minute = part('hour') * 60 + part('minute');
    for (const { name, from, to } of known) {
      if (from < to ? from <= minute && minute < to : minute >= from) return `${dateOf(midnight)} ${name}`;
      if (from >= to && minute < to) return `${dateOf(midnight - dayMilliseconds)} ${name}`;
    }
    return `${dateOf(midnight)} off`;
  };

  // Frames come by the thousand within a minute, and the calendar costs more than all else about naming a shift.
  let lastMinute = Number.NaN;
  let lastName = '';
  return (time) => {
    const minute = Math.floor(time / minuteMilliseconds);
    if (minute !== lastMinute) {
      lastName = nameOf(minute * minuteMilliseconds);
      lastMinute = minute;
    }
    return lastName;
  };
}

/** By the PC's own calendar, a day each. */
export const dayShifts: ShiftOf = shiftsOf({ shifts: [] });

/** Calendar arithmetic on UTC dates: days there have 24 hours, whatever the site's clocks do. */
const dateOf = (midnight: number): string => new Date(midnight).toISOString().slice(0, 10);

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}
