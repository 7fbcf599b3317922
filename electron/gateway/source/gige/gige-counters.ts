import type { StreamCounters } from '../camera/camera-device.ts';
import type { StreamTotals } from './gvsp/stream-protocol.ts';

export const noCounters: StreamCounters = {
  frames: 0,
  bytes: 0,
  drops: {},
  packets: 0,
  resendsAsked: 0,
  resendsGot: 0,
  latencyMilliseconds: null,
};

/** @param unsupported whole frames that could not be handed over */
export function countersOf(totals: StreamTotals, unsupported: number): StreamCounters {
  const { bytes, packets, resendsAsked, resendsGot, latencyMilliseconds, missed } = totals;
  const counted = Object.entries({ unsupported, missed }).filter(([, frames]) => frames > 0);
  const drops = addDrops(totals.drops, Object.fromEntries(counted));
  return {
    frames: Math.max(0, totals.frames - unsupported),
    bytes,
    drops,
    packets,
    resendsAsked,
    resendsGot,
    latencyMilliseconds,
  };
}

export function addCounters(earlier: StreamCounters, now: StreamCounters): StreamCounters {
  return {
    frames: earlier.frames + now.frames,
    bytes: earlier.bytes + now.bytes,
    drops: addDrops(earlier.drops, now.drops),
    packets: earlier.packets + now.packets,
    resendsAsked: earlier.resendsAsked + now.resendsAsked,
    resendsGot: earlier.resendsGot + now.resendsGot,
    latencyMilliseconds: now.latencyMilliseconds ?? earlier.latencyMilliseconds,
  };
}

function addDrops(
  some: Readonly<Partial<Record<string, number>>>,
  more: Readonly<Partial<Record<string, number>>>,
): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const drops of [some, more])
    for (const [cause, frames] of Object.entries(drops)) sum[cause] = (sum[cause] ?? 0) + (frames ?? 0);
  return sum;
}
