import { streamRegisters } from './gvcp/bootstrap.ts';
import type { ControlChannel } from './gvcp/control-channel.ts';
import { GvcpError } from './gvcp/gvcp-error.ts';
import type { GvspStream } from './gvsp/stream.ts';

/** Sizes count the headers of IP and UDP. */
const fire = 0x8000_0000;
const doNotFragment = 0x4000_0000;
/** Of an Ethernet without jumbo frames. */
const usual = 1_500;
const smallest = 576;
/** Of tunnels and mobile networks, ascending. */
const smaller = [1_280, 1_400];
/** Common limits of switches and cards, ascending. */
const larger = [4_000, 8_000, 9_000];
const tries = 2;
const waitMilliseconds = 150;

type Registers = Pick<ControlChannel, 'readRegister' | 'writeRegister'>;
type Arrivals = Pick<GvspStream, 'packetArrives' | 'largestPacket' | 'largestPiece'>;

/**
 * Sets the packet size and answers with what the camera has then. `auto`: the largest of which a test packet arrives in
 * one piece, for there are cameras that have "do not fragment" and do not keep to it; a camera that can't send any keeps
 * its own size, if it fits into every Ethernet. `most`: what the network card takes, where nobody could tell pieces; else
 * null. The stream's address and port are set already. Rejects with a `GvcpError` when the camera is gone.
 */
export async function negotiatePacketSize(
  camera: Registers,
  stream: Arrivals,
  wanted: 'auto' | number,
  most: number | null = null,
): Promise<number> {
  const { packetSize } = streamRegisters(0);
  const before = (await camera.readRegister(packetSize)) & 0xffff;
  const limit = most === null || most < smallest ? Number.POSITIVE_INFINITY : most;
  const size = wanted === 'auto' ? ((await largestThatArrives(camera, stream, limit)) ?? fallback(before)) : wanted;
  await refusable(camera.writeRegister(packetSize, size));
  // The camera rounds it, or keeps what it had.
  return (await camera.readRegister(packetSize)) & 0xffff;
}

const fallback = (before: number): number => (before >= smallest && before <= usual ? before : usual);

/** Null where no test packet arrives. */
async function largestThatArrives(camera: Registers, stream: Arrivals, limit: number): Promise<number | null> {
  if (await arrives(camera, stream, Math.min(usual, limit))) {
    await search(camera, stream, upTo(larger, limit));
  } else if (stream.largestPacket() < smallest && (await arrives(camera, stream, smallest))) {
    await search(camera, stream, upTo(smaller, limit));
  }
  // What a router cut a test packet to is what its way takes, or up to 7 bytes less.
  const piece = stream.largestPiece();
  for (const size of [piece, piece + 4])
    if (piece > 0 && size > stream.largestPacket()) await arrives(camera, stream, size);
  const largest = stream.largestPacket();
  return largest >= smallest ? largest : null;
}

const upTo = (sizes: readonly number[], limit: number): readonly number[] => {
  const below = sizes.filter((size) => size <= limit);
  return Number.isFinite(limit) && limit > usual && limit < (sizes.at(-1) ?? 0)
    ? [...new Set([...below, limit])]
    : below;
};

/** The largest of these sizes, ascending, that arrives. */
async function search(camera: Registers, stream: Arrivals, sizes: readonly number[]): Promise<void> {
  let low = 0;
  let high = sizes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await arrives(camera, stream, sizes[middle] ?? smallest)) low = middle + 1;
    else high = middle;
  }
}

/** The camera may round the size down: what comes then counts as well, if it is larger than all before. */
async function arrives(camera: Registers, stream: Arrivals, size: number): Promise<boolean> {
  const before = stream.largestPacket();
  const pieceBefore = stream.largestPiece();
  const { packetSize } = streamRegisters(0);
  for (let count = 0; count < tries; count += 1) {
    const isTaken = await refusable(camera.writeRegister(packetSize, (fire | doNotFragment | size) >>> 0));
    if (!isTaken) return false;
    if (await stream.packetArrives(size, waitMilliseconds)) return true;
    if (stream.largestPacket() > Math.max(before, size / 2)) return true;
    // It did arrive, in pieces.
    if (stream.largestPiece() > pieceBefore) return false;
  }
  return false;
}

/** False where the camera refused it; rejects when it does not answer. */
export async function refusable(access: Promise<unknown>): Promise<boolean> {
  try {
    await access;
    return true;
  } catch (error) {
    if (error instanceof GvcpError && error.status !== null) return false;
    throw error;
  }
}
