import { type LinuxSockets, socketAddress } from '../../gateway/platform/linux-sockets.ts';
import { type Destination, type StreamOutlet, sendBufferBytes } from './stream-outlet.ts';

/** Packets a call. */
const batchSize = 64;
/** struct mmsghdr: name pointer @0, its length u32 @8, iovec pointer @16, their number u64 @24 (sendmmsg(2)). */
const messageBytes = 64;
/** struct iovec: pointer @0, length u64 @8. Two each: header and body. */
const vectorBytes = 16;

/** A Node that makes a call for each packet fills no line; with 64 in a call it does. */
export function openBatchedOutlet(address: string, sockets: LinuxSockets): StreamOutlet {
  const file = sockets.bind(address);
  try {
    sockets.setSendBuffer(file, sendBufferBytes);
  } catch {
    // Then with what the system gives by itself.
  }
  const messages = Buffer.alloc(batchSize * messageBytes);
  const vectors = Buffer.alloc(batchSize * 2 * vectorBytes);
  const target = Buffer.alloc(16);
  const words = new Uint32Array(vectors.buffer, vectors.byteOffset, vectors.length / 4);
  const vectorsAt = sockets.addressOf(vectors);
  const targetAt = sockets.addressOf(target);
  for (let index = 0; index < batchSize; index += 1) {
    messages.writeBigUInt64LE(targetAt, index * messageBytes);
    messages.writeUInt32LE(target.length, index * messageBytes + 8);
    messages.writeBigUInt64LE(vectorsAt + BigInt(index * 2 * vectorBytes), index * messageBytes + 16);
    messages.writeBigUInt64LE(2n, index * messageBytes + 24);
  }
  /** Where a buffer's memory begins; most packets are parts of one of a few. */
  const places = new WeakMap<ArrayBufferLike, number>();
  const placeOf = ({ buffer, byteOffset }: Buffer): number => {
    const known = places.get(buffer);
    if (known !== undefined) return known + byteOffset;
    const place = Number(sockets.addressOf(new Uint8Array(buffer)));
    places.set(buffer, place);
    return place + byteOffset;
  };
  let to: Destination | null = null;
  let count = 0;
  let open = true;
  let fragments: boolean | null = null;
  /** The system knows these by their place in memory only. */
  let kept: Buffer[] = [];

  const point = (at: number, part: Buffer): void => {
    const place = part.length === 0 ? 0 : placeOf(part);
    words[at] = place % 0x1_0000_0000;
    words[at + 1] = Math.floor(place / 0x1_0000_0000);
    words[at + 2] = part.length;
  };
  const flush = (): boolean => {
    for (let sent = 0; sent < count; ) {
      try {
        sent += sockets.sendMany(file, messages.subarray(sent * messageBytes), count - sent);
      } catch {
        // This one is lost; the ones behind it may not be.
        sent += 1;
      }
    }
    count = 0;
    kept = [];
    return true;
  };
  return {
    port: sockets.port(file),
    send: (header, body, destination) => {
      if (!open) return;
      if (count === batchSize || (to !== destination && count > 0)) flush();
      if (to !== destination) {
        to = destination;
        target.set(socketAddress(destination.address, destination.port));
      }
      point(count * 8, header);
      point(count * 8 + 4, body);
      kept.push(header, body);
      count += 1;
    },
    mayFragment: (mayFragment) => {
      if (!open || fragments === mayFragment) return;
      flush();
      fragments = mayFragment;
      sockets.setMayFragment(file, mayFragment);
    },
    flush,
    close: () => {
      // Another socket may get the number of this one.
      if (open) sockets.close(file);
      open = false;
      count = 0;
      kept = [];
      return Promise.resolve();
    },
  };
}
