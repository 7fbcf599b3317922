import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../../shared/config.ts';
import { message } from '../../../shared/messages/message.ts';
import type { LinuxSockets } from '../platform/linux-sockets.ts';
import { type Finding, finding, untested } from './check.ts';
import { readNumber } from './proc.ts';

/**
 * Linux allows each user so many watched folders. When they are used up, no program is told of new files any more;
 * other programs of the same user (editors, synchronisers) count as well.
 */
export async function checkInotify(proc: string, signal: AbortSignal): Promise<Finding> {
  const limits = join(proc, 'sys/fs/inotify');
  const [watches, instances] = await Promise.all([
    readNumber(join(limits, 'max_user_watches')),
    readNumber(join(limits, 'max_user_instances')),
  ]);
  if (watches === null || instances === null) return untested('no-limits-told');
  const used = await countInUse(proc, signal);
  const inUse = message('check-watches', {
    watches: used.watches,
    mostWatches: watches,
    watchers: used.instances,
    mostWatchers: instances,
  });
  const few = (limit: string): Finding => finding(message('check-watches-few', { watches: inUse, limit }));
  if (used.watches > watches * 0.9) return few(`fs.inotify.max_user_watches=${Math.max(524_288, watches * 4)}`);
  if (used.instances > instances * 0.9) return few(`fs.inotify.max_user_instances=${Math.max(1_024, instances * 4)}`);
  return finding(inUse);
}

/** Of the programs that this user may look at: those of the same user, which share the limit. */
async function countInUse(proc: string, signal: AbortSignal): Promise<{ watches: number; instances: number }> {
  let watches = 0;
  let instances = 0;
  for (const pid of await readdir(proc).catch(() => [])) {
    if (!/^\d+$/.test(pid) || signal.aborted) continue;
    for (const descriptor of await readdir(join(proc, pid, 'fd')).catch(() => [])) {
      const target = await readlink(join(proc, pid, 'fd', descriptor)).catch(() => '');
      if (target !== 'anon_inode:inotify') continue;
      instances += 1;
      const info = await readFile(join(proc, pid, 'fdinfo', descriptor), 'utf8').catch(() => '');
      watches += info.split('\n').filter((line) => line.startsWith('inotify ')).length;
    }
  }
  return { watches, instances };
}

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

/** Less than this loses packets in bursts (measured: the usual 208 KB lose two fifths of them). */
const enoughBytes = 4 * 1024 * 1024;
const goodBytes = 32 * 1024 * 1024;

/**
 * Linux bounds how much of a network camera's stream may wait for us. `sockets`: what streams are read with; null where
 * they have to be read packet by packet.
 */
export async function checkReceiveBuffer(proc: string, sockets: LinuxSockets | null): Promise<Finding> {
  const most = mostGiven(sockets) ?? (await readNumber(join(proc, 'sys/net/core/rmem_max')));
  if (most === null) return untested('no-limits-told');
  const buffer = message('check-buffer', { most });
  if (most < enoughBytes)
    return finding(message('check-buffer-small', { buffer, limit: `net.core.rmem_max=${goodBytes}` }));
  return finding(sockets === null ? message('check-buffer-by-packet', { buffer }) : buffer);
}

/** Tried out, because who may administer the network gets more than the limit. */
function mostGiven(sockets: LinuxSockets | null): number | null {
  if (sockets === null) return null;
  try {
    const file = sockets.bind('127.0.0.1');
    try {
      sockets.setReceiveBuffer(file, goodBytes);
      return sockets.receiveBuffer(file) / 2;
    } finally {
      sockets.close(file);
    }
  } catch {
    return null;
  }
}
