import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { message } from '../../../shared/messages/message.ts';
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
