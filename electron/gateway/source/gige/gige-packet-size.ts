import { streamRegisters } from './bootstrap.ts';
import type { ControlChannel } from './control-channel.ts';
import { GvcpError } from './gvcp-error.ts';
import type { GvspStream } from './stream.ts';

/** Sizes count the headers of IP and UDP. */
const fire = 0x8000_0000;
const doNotFragment = 0x4000_0000;
/** Of an Ethernet without jumbo frames. */
const usual = 1_500;
const smallest = 576;
/** Common limits of switches and cards, ascending. */
const larger = [4_000, 8_000, 9_000];
const tries = 2;
const waitMilliseconds = 150;

type Registers = Pick<ControlChannel, 'readRegister' | 'writeRegister'>;
type Arrivals = Pick<GvspStream, 'packetArrives' | 'largestPacket'>;

/**
 * Sets the packet size and answers with what the camera has then. `auto`: the largest of which a test packet arrives; a
 * camera that can't send any keeps its own size, if it fits into every Ethernet. The stream's address and port are set
 * already. Rejects with a `GvcpError` when the camera is gone.
 */
export async function negotiatePacketSize(
  camera: Registers,
  stream: Arrivals,
  wanted: 'auto' | number,
): Promise<number> {
  const { packetSize } = streamRegisters(0);
  const before = (await camera.readRegister(packetSize)) & 0xffff;
  const size = wanted === 'auto' ? ((await largestThatArrives(camera, stream)) ?? fallback(before)) : wanted;
  await refusable(camera.writeRegister(packetSize, size));
  // The camera rounds it, or keeps what it had.
  return (await camera.readRegister(packetSize)) & 0xffff;
}

const fallback = (before: number): number => (before >= smallest && before <= usual ? before : usual);

/** Null where no test packet arrives. */
async function largestThatArrives(camera: Registers, stream: Arrivals): Promise<number | null> {
  if (!(await arrives(camera, stream, usual))) {
    const rounded = stream.largestPacket();
    return rounded >= smallest ? rounded : null;
  }
  let low = 0;
  let high = larger.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await arrives(camera, stream, larger[middle] ?? usual)) low = middle + 1;
    else high = middle;
  }
  return stream.largestPacket();
}

/** The camera may round the size down: what comes then counts as well, if it is larger than all before. */
async function arrives(camera: Registers, stream: Arrivals, size: number): Promise<boolean> {
  const before = stream.largestPacket();
  const { packetSize } = streamRegisters(0);
  for (let count = 0; count < tries; count += 1) {
    const isTaken = await refusable(camera.writeRegister(packetSize, (fire | doNotFragment | size) >>> 0));
    if (!isTaken) return false;
    if (await stream.packetArrives(size, waitMilliseconds)) return true;
    if (stream.largestPacket() > Math.max(before, size / 2)) return true;
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
