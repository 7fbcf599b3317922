import type { Snapshot } from '../../shared/snapshot.ts';

/** Main sends at least one snapshot a second; after this much silence what is on screen is no longer the truth. */
export const SILENCE_MILLISECONDS = 5_000;

/** `connecting`: nothing has arrived yet. `silent`: nothing for too long, what is known is old. */
export type Link = 'connecting' | 'live' | 'silent';

export type Mirror = {
  readonly snapshot: Snapshot | null;
  /** When the last snapshot arrived, or since when the first is awaited (milliseconds since the epoch). */
  readonly heardAt: number;
  readonly link: Link;
};

export const startMirror = (now: number): Mirror => ({ snapshot: null, heardAt: now, link: 'connecting' });

/** Takes a snapshot over unless it is older than the one shown; a new gateway instance always replaces the old one. */
export function takeSnapshot(mirror: Mirror, snapshot: Snapshot, now: number): Mirror {
  const shown = mirror.snapshot;
  if (shown !== null && shown.instanceId === snapshot.instanceId && snapshot.revision < shown.revision) return mirror;
  return { snapshot, heardAt: now, link: 'live' };
}

/** Marks the mirror silent when nothing came for too long. Returns the same object when nothing changes. */
export function checkSilence(mirror: Mirror, now: number): Mirror {
  if (mirror.link === 'silent' || now - mirror.heardAt <= SILENCE_MILLISECONDS) return mirror;
  return { ...mirror, link: 'silent' };
}
