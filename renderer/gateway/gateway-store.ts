import { create } from 'zustand';
import type { Snapshot } from '../../shared/snapshot.ts';
import { call, subscribeSnapshots } from './bridge.ts';

/** Main sends at least one snapshot a second; after this much silence what is on screen is no longer the truth. */
export const SILENCE_MILLISECONDS = 5_000;

/** `connecting`: nothing has arrived yet. `silent`: nothing for too long, what is known is old. */
type Link = 'connecting' | 'live' | 'silent';

type Mirror = {
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

/** Mirror of the gateway's snapshot. Read only: a command changes nothing here, the next snapshot does. */
export const useGateway = create<Mirror>()(() => startMirror(Date.now()));

const WATCH_MILLISECONDS = 1_000;
const ASK_AGAIN_MILLISECONDS = 3_000;

/** Starts mirroring; returns its end. While main is silent it is asked every few seconds. */
export function connectGateway(): () => void {
  const take = (snapshot: Snapshot): void =>
    useGateway.setState((mirror) => takeSnapshot(mirror, snapshot, Date.now()));
  let asking = false;
  let askedAt = 0;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    askedAt = Date.now();
    const answer = await call('snapshot.get', {});
    asking = false;
    if (answer.ok) take(answer.value);
  };
  // A snapshot that does not parse is silence: the watch below then says that the gateway does not answer.
  const unsubscribe = subscribeSnapshots(take, () => undefined);
  void ask();
  const watch = setInterval(() => {
    const now = Date.now();
    useGateway.setState((mirror) => checkSilence(mirror, now));
    if (useGateway.getState().link !== 'live' && now - askedAt >= ASK_AGAIN_MILLISECONDS) void ask();
  }, WATCH_MILLISECONDS);
  return () => {
    clearInterval(watch);
    unsubscribe();
  };
}

/** A part of the snapshot; `undefined` before the first one. Give a selector that returns an existing object. */
export const useSnapshot = <T>(select: (snapshot: Snapshot) => T): T | undefined =>
  useGateway((mirror) => (mirror.snapshot === null ? undefined : select(mirror.snapshot)));
