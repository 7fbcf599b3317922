import type { Config } from '../../../shared/config.ts';
import { type Finding, fine, warning } from './check.ts';

/** Send windows and shifts follow the site's time of day: is it the one that people there mean? `own`: this PC's zone. */
export function checkTimeZone({ site, sync }: Config, own: string, now: number): Finding {
  const zone = site.timeZone ?? own;
  const shown = `It is ${timeIn(zone, now)} at the site (${zone}).`;
  const matters = site.shifts.length > 0 || sync.windows.length > 0;
  if (site.timeZone === undefined && matters && /^(?:Etc\/)?(?:UTC|GMT|UCT|Universal|Zulu)$/.test(own)) {
    return warning(
      `${shown} Shifts and send windows follow it, and this PC has no time zone of its own.`,
      'Name the site’s time zone in site.timeZone, for example Europe/Berlin, if its clocks show another time.',
    );
  }
  if (timeIn(zone, now) !== timeIn(own, now)) {
    return fine(`${shown} This PC shows ${timeIn(own, now)} (${own}); shifts and send windows follow the site’s time.`);
  }
  return fine(shown);
}

const timeIn = (timeZone: string, now: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(now);
