import type { Config } from '../../../shared/config.ts';
import { message } from '../../../shared/messages/message.ts';
import { type Finding, finding } from './check.ts';

/** Send windows and shifts follow the site's time of day: is it the one that people there mean? `own`: this PC's zone. */
export function checkTimeZone({ site, sync }: Config, own: string, now: number): Finding {
  const zone = site.timeZone ?? own;
  const there = message('check-time-zone', { time: now, zone });
  const matters = site.shifts.length > 0 || sync.windows.length > 0;
  if (site.timeZone === undefined && matters && /^(?:Etc\/)?(?:UTC|GMT|UCT|Universal|Zulu)$/.test(own))
    return finding(message('check-time-zone-unset', { site: there }));
  const isSame = timeIn(zone, now) === timeIn(own, now);
  return finding(isSame ? there : message('check-time-zone-differs', { site: there, time: now, zone: own }));
}

/** To be compared, never shown. */
const timeIn = (timeZone: string, now: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(now);
