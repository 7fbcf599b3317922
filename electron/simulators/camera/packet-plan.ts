import type { LiveCounters } from './counters.ts';
import type { Faults } from './faults.ts';

/** Packets of a frame in the order in which they leave; -1 stands for a packet of garbage. */
export type PacketPlan = { readonly order: Int32Array; readonly drops: number };

export const garbage = -1;

export function planPackets(count: number, faults: Faults, random: () => number, counters: LiveCounters): PacketPlan {
  const order: number[] = [];
  let drops = 0;
  const last = count - 1;
  for (let packetId = 0; packetId < count; packetId += 1) {
    if (packetId === last && faults.trailer === 'missing') continue;
    if (faults.lossPerThousand > 0 && random() * 1_000 < faults.lossPerThousand) {
      drops += 1;
      continue;
    }
    order.push(packetId);
    if (faults.duplicatePerThousand > 0 && random() * 1_000 < faults.duplicatePerThousand) {
      order.push(packetId);
      counters.packetsDuplicated += 1;
    }
  }
  for (let number = 0; number < faults.garbagePackets; number += 1) {
    order.splice(Math.floor(random() * (order.length + 1)), 0, garbage);
  }
  if (faults.reorderWindow > 1) shuffleWindows(order, faults.reorderWindow, random);
  counters.packetsDropped += drops;
  if (drops > 0) counters.framesWithDrops += 1;
  return { order: Int32Array.from(order), drops };
}

function shuffleWindows(order: number[], window: number, random: () => number): void {
  for (let start = 0; start < order.length; start += window) {
    const end = Math.min(order.length, start + window);
    for (let at = end - 1; at > start; at -= 1) {
      const other = start + Math.floor(random() * (at - start + 1));
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
  }
}

/** A stranger's bytes: every second time they look like a packet of the stream, with any id of a frame. */
export function garbageBytes(random: () => number): Buffer {
  const bytes = Buffer.alloc(Math.floor(random() * 64));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
  if (bytes.length > formatAt && random() < 0.5) bytes[formatAt] = 1 + Math.floor(random() * 8);
  return bytes;
}

/** Where a packet says what it is: leader, data, trailer … */
const formatAt = 4;
