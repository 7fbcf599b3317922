import { formatBytes } from '../../shared/messages/numbers.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import type { Snapshot } from '../../shared/snapshot.ts';

/** `2.1 MB/s`. */
export const formatBytesPerSecond = (bytes: number): string => `${formatBytes(bytes)}/s`;

/** Until the disk takes no more pictures; null where it is not filling. */
export function fillWords(disk: Pick<Snapshot['disk'], 'fullInSeconds' | 'whenFull'>): string | null {
  if (disk.fullInSeconds === null) return null;
  const left = formatDuration(disk.fullInSeconds * 1_000);
  return disk.whenFull === 'refuse' ? `Full in ${left} at this rate` : `Drops oldest in ${left} at this rate`;
}

export const orderWords: Readonly<Record<Snapshot['pacing']['order'], string>> = {
  'oldest-first': 'Oldest first',
  'newest-first': 'Newest first',
  'defects-first': 'Defects first',
};
