import type { Snapshot } from '../../shared/snapshot.ts';
import { formatBytes } from './numbers.ts';
import { formatDuration, formatUntilMoment } from './time.ts';

/** `2.1 MB/s`. */
export const formatBytesPerSecond = (bytes: number): string => `${formatBytes(bytes)}/s`;

/** The limit now, and until when it holds: `At most 2 MB/s until 18:00`, `Closed until Mon 06:00`, `No speed limit`. */
export function paceWords(pacing: Pick<Snapshot['pacing'], 'limitBytesPerSecond' | 'changesAt'>, now: number): string {
  const { limitBytesPerSecond: limit, changesAt } = pacing;
  const words = limit === null ? 'No speed limit' : limit === 0 ? 'Closed' : `At most ${formatBytesPerSecond(limit)}`;
  return changesAt === null ? words : `${words} until ${formatUntilMoment(changesAt, now)}`;
}

/** Until the disk takes no more pictures; null where it is not filling. */
export function fillWords(disk: Pick<Snapshot['disk'], 'fullInSeconds' | 'whenFull'>): string | null {
  if (disk.fullInSeconds === null) return null;
  const left = formatDuration(disk.fullInSeconds * 1_000);
  if (disk.fullInSeconds < 60) {
    return disk.whenFull === 'refuse' ? 'Full in less than a minute' : 'Drops oldest in less than a minute';
  }
  return disk.whenFull === 'refuse' ? `Full in ${left} at this rate` : `Drops oldest in ${left} at this rate`;
}

export const orderWords: Readonly<Record<Snapshot['pacing']['order'], string>> = {
  'oldest-first': 'Oldest first',
  'newest-first': 'Newest first',
  'defects-first': 'Defects first',
};
