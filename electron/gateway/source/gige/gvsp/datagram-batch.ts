import type { LinuxSockets } from '../../../platform/linux-sockets.ts';
import { piecesMessage, socketAddress } from '../../../platform/linux-sockets.ts';

/**
 * Room for the datagrams of one call: where the kernel puts them, who sent each, and whether it came in pieces.
 *
 * struct mmsghdr, 64 bytes: name pointer @0, its length u32 @8, iovec pointer @16, their number u64 @24, control @32
 * and its length u64 @40, flags i32 @48, bytes received u32 @56. struct iovec, 16 bytes: pointer @0, length u64 @8.
 * struct cmsghdr: length u64 @0, level i32 @8, type i32 @12, the value @16.
 */
export class DatagramBatch {
  readonly size: number;
  /** What the kernel is given. */
  readonly messages: Uint8Array;
  readonly #lengths: Uint32Array;
  readonly #senders: Uint32Array;
  readonly #controls: Uint32Array;
  readonly #bytes: ArrayBuffer;
  readonly #views: Uint8Array[];
  /** The kernel knows these by their place in memory only. */
  readonly #kept: readonly Uint8Array[];

  constructor(size: number, addressOf: LinuxSockets['addressOf']) {
    this.size = size;
    const messages = Buffer.alloc(size * messageBytes);
    const vectors = Buffer.alloc(size * vectorBytes);
    const senders = Buffer.alloc(size * senderBytes);
    const controls = Buffer.alloc(size * controlBytes);
    const bytes = Buffer.alloc(size * slotBytes);
    const [vectorsAt, sendersAt, bytesAt] = [addressOf(vectors), addressOf(senders), addressOf(bytes)];
    const controlsAt = addressOf(controls);
    for (let index = 0; index < size; index += 1) {
      const message = index * messageBytes;
      messages.writeBigUInt64LE(sendersAt + BigInt(index * senderBytes), message);
      messages.writeUInt32LE(senderBytes, message + 8);
      messages.writeBigUInt64LE(vectorsAt + BigInt(index * vectorBytes), message + 16);
      messages.writeBigUInt64LE(1n, message + 24);
      messages.writeBigUInt64LE(controlsAt + BigInt(index * controlBytes), message + 32);
      messages.writeUInt32LE(controlBytes, message + 40);
      vectors.writeBigUInt64LE(bytesAt + BigInt(index * slotBytes), index * vectorBytes);
      vectors.writeBigUInt64LE(BigInt(largestDatagram), index * vectorBytes + 8);
    }
    this.messages = messages;
    this.#lengths = new Uint32Array(messages.buffer, messages.byteOffset, messages.length / 4);
    this.#senders = new Uint32Array(senders.buffer, senders.byteOffset, senders.length / 4);
    this.#controls = new Uint32Array(controls.buffer, controls.byteOffset, controls.length / 4);
    this.#bytes = bytes.buffer;
    this.#views = Array.from({ length: size }, () => new Uint8Array(0));
    this.#kept = [messages, vectors, senders, bytes, controls];
  }

  /** The datagram at this place. It is written over by the next call. */
  at(index: number): Uint8Array {
    const length = this.#lengths[index * (messageBytes / 4) + 14] ?? 0;
    const view = this.#views[index];
    if (view !== undefined && view.length === length) return view;
    const fresh = new Uint8Array(this.#bytes, (this.#kept[3]?.byteOffset ?? 0) + index * slotBytes, length);
    this.#views[index] = fresh;
    return fresh;
  }

  /**
   * Bytes of the largest piece that the datagram came in, IP header included; 0: it came whole. Once for each datagram
   * of a call: the kernel is then given the room again.
   */
  pieceAt(index: number): number {
    const at = index * (messageBytes / 4) + 10;
    const told = this.#lengths[at] ?? 0;
    if (told === controlBytes) return this.#pieceIn(index * (controlBytes / 4));
    this.#lengths[at] = controlBytes;
    return 0;
  }

  #pieceIn(at: number): number {
    const controls = this.#controls;
    const isOfPieces = controls[at + 2] === piecesMessage.level && controls[at + 3] === piecesMessage.type;
    return isOfPieces ? (controls[at + 4] ?? 0) : 0;
  }

  /** Who sent it, to be compared with `senderNumber`. */
  senderAt(index: number): number {
    return this.#senders[index * (senderBytes / 4) + 1] ?? 0;
  }
}

/** An IPv4 address as it lies in a sender's place. */
export function senderNumber(address: string): number {
  return new DataView(socketAddress(address, 0).buffer).getUint32(4, true);
}

const messageBytes = 64;
const vectorBytes = 16;
const senderBytes = 16;
/** Of one control message with a number, rounded up to 8. */
const controlBytes = 24;
const largestDatagram = 65_536;
/** The places begin at different parts of a memory page's cache lines: equal ones would drive each other out. */
const slotBytes = largestDatagram + 192;
