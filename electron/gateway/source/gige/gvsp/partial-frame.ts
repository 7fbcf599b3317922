import type { DropCause } from './assembler-counters.ts';
import type { FrameBuffers } from './frame-buffers.ts';
import { type Leader, readLeader } from './gvsp-leader.ts';
import { type GvspPacket, packetFormat, u16, u32 } from './gvsp-packet.ts';
import { type Extent, leaderWithLines, surplusBytes, trailerBytes, trailerLines } from './gvsp-trailer.ts';
import { PacketSet } from './packet-set.ts';
import type { FrameProgress } from './resend-policy.ts';
import type { WholeFrame } from './stream-protocol.ts';

export type Taken = 'used' | 'duplicate' | 'ignored' | 'whole' | DropCause;

export type AssemblyFacts = {
  readonly block: number;
  readonly extended: boolean;
  readonly firstAt: number;
  /** Bytes in a full packet of the frame before, or by the camera's packet size; 0: to be learned. */
  readonly data: number;
  /** Of the frame before: what to begin with as long as the leader is missing. */
  readonly likelyBytes: number;
  readonly likelyPackets: number;
  /** A frame before ended elsewhere than its leader said: where this one ends, only its trailer tells. */
  readonly isOpenEnded: boolean;
  /** A frame before had another number of lines than its leader said. */
  readonly variesInLines: boolean;
};

export type Learned = Omit<AssemblyFacts, 'block' | 'extended' | 'firstAt'>;

export const nothingLearned: Learned = {
  data: 0,
  likelyBytes: 0,
  likelyPackets: 0,
  isOpenEnded: false,
  variesInLines: false,
};

const partHeaderBytes = 8;

/**
 * One frame while its packets come, in any order. The place of a packet's data follows from its number and from the
 * bytes in a full packet, which are learned from the packets themselves: all have the same length but the last.
 *
 * 1. Nothing is written outside of a buffer, and no buffer is longer than allowed, whatever the camera says.
 * 2. Whole means: leader, trailer and every packet between them, and at least as many bytes as the picture takes. How
 *    many lines it has, the trailer says: a line scan camera knows it no sooner.
 * 3. Bytes behind the picture that the leader knows nothing of are left out, and said (`surplusBytes`).
 * 4. Whatever contradicts itself is dropped: a torn picture is worse than none.
 */
export class PartialFrame implements FrameProgress {
  readonly block: number;
  readonly extended: boolean;
  readonly firstAt: number;
  progressAt: number;
  isPassed = false;
  leader: Leader | null = null;
  readonly #buffers: FrameBuffers;
  readonly #facts: AssemblyFacts;
  #buffer: ArrayBuffer | null = null;
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #came = new PacketSet();
  /** Bytes in a full packet; 0: not known yet. */
  #data: number;
  /** The packet that is shorter than the others, and its length: it can only be the last. */
  #short = 0;
  #shortLength = 0;
  /** Packet number of the trailer: how many packets of data there are, and one. 0: it has not come. */
  #trailer = 0;
  /** What the trailer says; 0: nothing. */
  #lines = 0;
  /** Of a frame in parts: bytes of the picture that came. */
  #partBytes = 0;

  constructor(buffers: FrameBuffers, facts: AssemblyFacts) {
    this.#buffers = buffers;
    this.#facts = facts;
    this.block = facts.block;
    this.extended = facts.extended;
    this.firstAt = facts.firstAt;
    this.progressAt = facts.firstAt;
    this.#data = facts.data;
  }

  /** `packet` describes `datagram` and is no error packet. */
  take(packet: GvspPacket, datagram: Uint8Array, now: number): Taken {
    const taken = this.#take(packet, datagram);
    if (taken === 'used') {
      this.progressAt = now;
      if (this.#trailer !== 0 && this.leader !== null && this.#came.size === this.#trailer - 1) return this.#judge();
    }
    return taken;
  }

  #take(packet: GvspPacket, datagram: Uint8Array): Taken {
    switch (packet.format) {
      case packetFormat.leader:
        return packet.packet === 0 ? this.#takeLeader(packet, datagram) : 'ignored';
      case packetFormat.trailer:
        return this.#takeTrailer(packet, datagram);
      case packetFormat.payload:
        return this.#takeData(packet.packet, packet.start, packet.end, datagram);
      case packetFormat.multipart:
        return this.#takePart(packet, datagram);
      case packetFormat.allIn:
        return this.#takeAll(packet, datagram);
      default:
        return 'unsupported';
    }
  }

  #takeLeader(packet: GvspPacket, datagram: Uint8Array): Taken {
    if (this.leader !== null) return 'duplicate';
    const reading = readLeader(datagram, packet.start, packet.end, packet.parts);
    if (reading.kind === 'bad') return 'bad-leader';
    if (reading.kind === 'unsupported') return 'unsupported';
    return this.#accept(reading.leader);
  }

  #accept(leader: Leader): Taken {
    if (Math.max(leader.leastBytes, leader.mostBytes ?? 0) > this.#buffers.maxBytes) return 'oversize';
    this.leader = leader;
    return 'used';
  }

  #takeTrailer({ packet: number, start, end }: GvspPacket, datagram: Uint8Array): Taken {
    if (number === 0) return 'ignored';
    if (this.#trailer !== 0) return this.#trailer === number ? 'duplicate' : 'inconsistent';
    if (number <= this.#came.highest) return 'inconsistent';
    if (number - 1 > this.#buffers.maxBytes) return 'oversize';
    this.#trailer = number;
    this.#lines = trailerLines(datagram, start, end);
    return 'used';
  }

  #takeData(number: number, start: number, end: number, datagram: Uint8Array): Taken {
    const length = end - start;
    if (number === 0 || length <= 0 || this.leader?.part != null) return 'ignored';
    if (this.has(number)) return 'duplicate';
    if (this.#trailer !== 0 && number >= this.#trailer) return 'inconsistent';
    if (!this.#learnLength(number, length)) return 'inconsistent';
    const written = this.#write(datagram, start, end, (number - 1) * this.#data);
    if (written !== 'used') return written;
    this.#came.add(number);
    return 'used';
  }

  /** False: its length fits to no frame. Only the first packet that came may have been a wrong example. */
  #learnLength(number: number, length: number): boolean {
    if (this.#came.size === 0) {
      if (length > this.#data) this.#data = length;
    } else if (length > this.#data) {
      if (this.#came.size !== 1 || this.#came.highest < number || !this.#rebase(length)) return false;
    } else if (length < this.#data && this.#short !== 0) {
      if (this.#came.size !== 1 || length !== this.#shortLength || !this.#rebase(length)) return false;
    }
    if (length < this.#data) {
      if (number < this.#came.highest) return false;
      this.#short = number;
      this.#shortLength = length;
    }
    return this.#short === 0 || number <= this.#short;
  }

  /** The only packet that lies there moves to where it belongs by a new length. */
  #rebase(data: number): boolean {
    const number = this.#came.highest;
    const length = this.#short === number ? this.#shortLength : this.#data;
    const from = (number - 1) * this.#data;
    const to = (number - 1) * data;
    if (to + length > this.#buffers.maxBytes || (to + length > this.#bytes.length && !this.#room(to + length))) {
      return false;
    }
    this.#bytes.copyWithin(to, from, from + length);
    this.#data = data;
    this.#short = length < data ? number : 0;
    this.#shortLength = length < data ? length : 0;
    return true;
  }

  #takePart(packet: GvspPacket, datagram: Uint8Array): Taken {
    const { packet: number, start, end } = packet;
    const length = end - start - partHeaderBytes;
    // Without the leader nobody knows which part is the picture; it will be asked for again.
    if (number === 0 || length <= 0 || this.leader === null || this.leader.part === null) return 'ignored';
    if (this.has(number)) return 'duplicate';
    if (this.#trailer !== 0 && number >= this.#trailer) return 'inconsistent';
    // The smallest packet of a frame in parts is one byte of data: more packets than bytes are not possible.
    if (number > this.#buffers.maxBytes) return 'oversize';
    if ((datagram[start] ?? 0) === this.leader.part) {
      const offset = u16(datagram, start + 2) * 0x1_0000_0000 + u32(datagram, start + 4);
      if (offset + length > this.leader.leastBytes) return 'oversize';
      const written = this.#write(datagram, start + partHeaderBytes, end, offset);
      if (written !== 'used') return written;
      this.#partBytes += length;
    }
    this.#came.add(number);
    return 'used';
  }

  #takeAll(packet: GvspPacket, datagram: Uint8Array): Taken {
    if (this.leader !== null || this.#came.size > 0 || this.#trailer !== 0) return 'inconsistent';
    const reading = readLeader(datagram, packet.start, packet.end, packet.parts);
    if (reading.kind === 'bad') return 'bad-leader';
    if (reading.kind === 'unsupported' || reading.leader.part !== null) return 'unsupported';
    const trailer = packet.start + reading.end;
    const start = trailer + trailerBytes(reading.leader);
    const accepted = this.#accept(reading.leader);
    if (accepted !== 'used') return accepted;
    const taken = this.#takeData(1, start, packet.end, datagram);
    if (taken !== 'used') return taken === 'ignored' ? 'short' : taken;
    this.#trailer = 2;
    this.#lines = trailerLines(datagram, trailer, start);
    return 'used';
  }

  #write(datagram: Uint8Array, start: number, end: number, offset: number): Taken {
    const until = offset + end - start;
    if (until > this.#buffers.maxBytes) return 'oversize';
    if (until > this.#bytes.length && !this.#room(until)) return 'overrun';
    this.#bytes.set(datagram.subarray(start, end), offset);
    return 'used';
  }

  /** A buffer, or a longer one, for at least so many bytes. */
  #room(bytes: number): boolean {
    const announced = this.leader === null ? this.#facts.likelyBytes : this.leader.leastBytes;
    const isOpen = this.#facts.isOpenEnded || this.leader?.mostBytes === null;
    const likely = isOpen ? Math.max(announced, this.#facts.likelyBytes) : announced;
    const wanted = Math.min(Math.max(bytes, likely), this.#buffers.maxBytes);
    const buffer = this.#buffer === null ? this.#buffers.take(wanted) : this.#buffers.grow(this.#buffer, wanted);
    if (buffer === null) return false;
    this.#buffer = buffer;
    this.#bytes = new Uint8Array(buffer);
    return true;
  }

  /** All packets have come: is it what was announced? */
  #judge(): Taken {
    const { leader } = this;
    if (leader === null) return 'bad-leader';
    if (leader.part !== null) return this.#partBytes === leader.leastBytes ? 'whole' : 'short';
    if (this.#short !== 0 && this.#short !== this.#trailer - 1) return 'inconsistent';
    const real = leaderWithLines(leader, this.#lines, this.#extent);
    if (real.pixelFormat !== 0 && real.height === 0) return 'bad-leader';
    const bytes = this.bytes();
    return bytes === 0 || bytes < real.leastBytes ? 'short' : 'whole';
  }

  /** Nothing of the picture is missing: its trailer may be, and what lies behind the picture. */
  isWholeWithoutTrailer(): boolean {
    if (this.leader === null || this.leader.part !== null || this.#data === 0) return false;
    if (this.#trailer === 0 && this.#mayHaveOtherLines(this.leader)) return false;
    const { mostBytes } = leaderWithLines(this.leader, this.#lines, this.#extent);
    if (mostBytes === null || this.bytes() < mostBytes) return false;
    const packets = Math.ceil(mostBytes / this.#data);
    if (this.#came.size < packets || (this.#short !== 0 && this.#short < packets)) return false;
    for (let packet = 1; packet <= packets; packet += 1) if (!this.#came.has(packet)) return false;
    return true;
  }

  /** Only the trailer tells. What came behind a picture are more lines, as long as no frame has shown that it is not. */
  #mayHaveOtherLines(leader: Leader): boolean {
    const { variesInLines, isOpenEnded } = this.#facts;
    return variesInLines || (!isOpenEnded && surplusBytes(leader, this.#extent) > 0);
  }

  /** How many bytes have come if all packets up to the highest have. */
  bytes(): number {
    if (this.leader !== null && this.leader.part !== null) return this.#partBytes;
    const last = this.#came.highest;
    return last === 0 ? 0 : (last - 1) * this.#data + (this.#short === last ? this.#shortLength : this.#data);
  }

  get #extent(): Extent {
    const last = this.#came.highest;
    return { bytes: this.bytes(), lastStart: (last - 1) * this.#data, lastIsShort: last === this.#short };
  }

  /** The frame, which is whole: its buffer is the receiver's from now on. Null: it is not. */
  release(): WholeFrame | null {
    const buffer = this.#buffer;
    if (this.leader === null || buffer === null) return null;
    this.#buffer = null;
    this.#bytes = new Uint8Array(0);
    const { block, firstAt } = this;
    const leader = leaderWithLines(this.leader, this.#lines, this.#extent);
    const bytes = Math.min(this.bytes(), leader.mostBytes ?? Number.POSITIVE_INFINITY);
    return { block, leader, buffer, bytes, surplusBytes: surplusBytes(leader, this.#extent), firstAt };
  }

  /** The buffer goes back. */
  drop(): void {
    if (this.#buffer !== null) this.#buffers.giveBack(this.#buffer);
    this.#buffer = null;
    this.#bytes = new Uint8Array(0);
  }

  /** What helps with the next frame. */
  get learned(): Learned {
    const announced = this.#announcedPackets();
    const endsElsewhere = this.#trailer !== 0 && announced !== null && announced !== this.#trailer + 1;
    const lines = this.leader === null ? 0 : leaderWithLines(this.leader, this.#lines, this.#extent).height;
    return {
      data: this.#data,
      likelyBytes: this.bytes(),
      likelyPackets: this.total() ?? 0,
      isOpenEnded: this.#facts.isOpenEnded || endsElsewhere,
      variesInLines: this.#facts.variesInLines || lines !== (this.leader?.height ?? 0),
    };
  }

  has(packet: number): boolean {
    if (packet === 0) return this.leader !== null;
    if (packet === this.#trailer) return true;
    return this.#came.has(packet);
  }

  /** It is still missing, as far as anybody knows: where the end is not certain, what lies far behind may not exist. */
  lacks(packet: number): boolean {
    if (this.has(packet)) return false;
    if (this.#trailer !== 0) return packet < this.#trailer;
    const { isOpenEnded, likelyPackets } = this.#facts;
    const isUncertain = isOpenEnded || likelyPackets === 0;
    return !isUncertain || packet <= this.#came.highest + 1;
  }

  total(): number | null {
    if (this.#trailer !== 0) return this.#trailer + 1;
    const { isOpenEnded, variesInLines, likelyPackets } = this.#facts;
    if (!isOpenEnded) return this.#announcedPackets();
    // What lies behind the picture is as long as it was before.
    return !variesInLines && likelyPackets > this.#came.highest + 1 ? likelyPackets : null;
  }

  /** With leader and trailer; null where the leader does not tell. */
  #announcedPackets(): number | null {
    const { leader } = this;
    if (leader === null || leader.part !== null || leader.mostBytes === null || this.#data === 0) return null;
    const packets = Math.ceil(leader.leastBytes / this.#data);
    return packets === Math.ceil(leader.mostBytes / this.#data) ? packets + 2 : null;
  }

  likely(): number {
    const { leader } = this;
    const announced = leader === null || this.#data === 0 ? 0 : Math.ceil(leader.leastBytes / this.#data) + 2;
    const isOpen = leader === null || leader.mostBytes === null;
    return Math.max(announced, isOpen ? this.#facts.likelyPackets : 0, this.#came.highest);
  }
}
