import { formatOffset, type SiteClock, siteClock } from '../../shared/messages/times.ts';
import { useGateway } from '../gateway/gateway-store.ts';

/** Instants as the site's clocks show them: whoever looks at this window, at another PC perhaps, reads the line's time. */
const site = (): SiteClock => siteClock(useGateway.getState().snapshot?.gateway.timeZone);

/** `14:03:22`. */
export const formatClock = (at: number): string => site().clock(at);

/** Clock time for today, with the day before it for any other: `14:03:22`, `19 Nov 14:03:22`. */
export const formatMoment = (at: number, now: number): string => site().moment(at, now);

/**
 * The capture time on the camera's own clock, with its zone where one is known. Without one it is shown in the site's
 * zone, and says so.
 */
export function formatCapture(at: number, offsetMinutes: number | null): string {
  if (offsetMinutes === null) return `${site().date(at)} (this site’s time)`;
  const shifted = new Date(at + offsetMinutes * 60_000);
  const [ymd = '', hms = ''] = shifted.toISOString().split('T');
  return `${ymd}, ${hms.slice(0, 8)} ${formatOffset(offsetMinutes)}`;
}
