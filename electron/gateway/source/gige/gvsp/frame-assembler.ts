import { type AssemblerCounters, type Counting, type DropCause, zeroCounters } from './assembler-counters.ts';
import type { FrameBuffers } from './frame-buffers.ts';
import {
  blockDistance,
  dataPerPacket,
  decodePacket,
  emptyPacket,
  type GvspPacket,
  packetFormat,
} from './gvsp-packet.ts';
import { type Learned, nothingLearned, PartialFrame, type Taken } from './partial-frame.ts';
import { FrameResends, type PacketRange, type ResendTiming, resendTiming } from './resend-policy.ts';
import type { WholeFrame } from './stream-protocol.ts';
import { VouchedPackets } from './vouched-packets.ts';

/**
 * Puts the frames of one stream together, several at a time because their packets overtake each other.
 *
 * 1. Only whole frames are handed over, each once; its buffer is the receiver's from then on.
 * 2. Every block id from the first that was seen to the last ends in `frames`, in one of `drops`, or in `missed`
 *    (nothing of it ever came), as soon as it is `framesInFlight` ids old, at a restart, or at `finish`.
 * 3. Time is the caller's: `take` and `tick` are told what time it is.
 */
export type AssemblerOptions = {
  readonly buffers: FrameBuffers;
  /** How many block ids back packets are still taken; an older frame that is not whole is dropped. */
  readonly framesInFlight: number;
  /** A frame that has got no packet for so long is dropped. */
  readonly retentionMilliseconds: number;
  /** The camera's packet size (SCPS), a first guess; 0: it is learned from the packets. */
  readonly packetSize: number;
  /** The camera can send packets again. */
  readonly resend: boolean;
  readonly resendTiming?: ResendTiming;
};

export type ResendRequest = {
  readonly block: number;
  readonly extended: boolean;
  readonly ranges: readonly PacketRange[];
};

export type AssemblerSink = {
  readonly onFrame: (frame: WholeFrame) => void;
  readonly onResend: (request: ResendRequest) => void;
};

type InFlight = { readonly frame: PartialFrame; readonly resends: FrameResends | null };
type Slot = { state: 'empty' | 'open' | 'closed'; flight: InFlight | null; timestamp: bigint | null };

/** A leader that lies so many ids back is no late one: the camera counts from the beginning again. */
const restartDistance = 1_000;
/** A leap of extended ids that no loss explains. */
const largestLeap = 65_535;

export class FrameAssembler {
  readonly #options: AssemblerOptions;
  readonly #sink: AssemblerSink;
  readonly #packet: GvspPacket = emptyPacket();
  readonly #vouched = new VouchedPackets();
  readonly #slots: Slot[];
  readonly #counts: Counting = zeroCounters();
  #learned: Learned = nothingLearned;
  #begun = false;
  #extended = false;
  #newestBlock = 0;
  /** Frames are numbered without gaps or wraps from here on: `serial % slots` is a frame's slot. */
  #newest = 0;
  #first = 0;
  #newestTimestamp: bigint | null = null;
  #lastTick = Number.NaN;

  constructor(options: AssemblerOptions, sink: AssemblerSink) {
    this.#options = options;
    this.#sink = sink;
    this.#slots = Array.from({ length: options.framesInFlight }, () => ({
      state: 'empty',
      flight: null,
      timestamp: null,
    }));
  }

  /** Any datagram from the camera. Never throws, as long as the sink does not. */
  take(datagram: Uint8Array, now: number): void {
    this.#counts.packets += 1;
    this.#takeOne(datagram, now);
    const vouched = this.#vouched.takeVouched();
    if (vouched === null) return;
    this.#counts.ignored -= 1;
    this.#takeOne(vouched, now);
  }

  #takeOne(datagram: Uint8Array, now: number): void {
    const packet = this.#packet;
    if (!decodePacket(datagram, packet)) {
      this.#counts.ignored += 1;
      return;
    }
    const slot = packet.error ? this.#slotOfError(packet) : this.#slotOf(packet, datagram);
    if (slot === null) return;
    if (packet.error) return this.#takeError(slot, packet);
    const flight = slot.flight ?? this.#open(slot, packet, now);
    const taken = flight.frame.take(packet, datagram, now);
    if (taken === 'used' || taken === 'whole') this.#noteArrival(flight, packet, now);
    this.#settle(slot, flight, taken);
    if (taken === 'used' && flight.resends?.isDue(now)) this.#ask(flight, now);
  }

  /** To be called every few milliseconds. A pause of the caller does not count as silence of the camera. */
  tick(now: number): void {
    const pause = now - this.#lastTick;
    this.#lastTick = now;
    const grace = pause > longestTick ? pause - longestTick : 0;
    for (const slot of this.#slots) {
      const { flight } = slot;
      if (flight === null) continue;
      flight.frame.progressAt = Math.min(now, flight.frame.progressAt + grace);
      const silence = now - flight.frame.progressAt;
      if (silence >= resendTiming.tailMilliseconds && flight.frame.isWholeWithoutTrailer()) {
        this.#settle(slot, flight, 'whole');
      } else if (silence >= this.#options.retentionMilliseconds) {
        this.#settle(slot, flight, 'incomplete');
      } else {
        this.#ask(flight, now);
      }
    }
  }

  /** The camera will begin anew, perhaps with ids from 1 again. What is not whole is dropped as `aborted`. */
  restart(): void {
    // Never a packet of before within a frame of after.
    this.#vouched.forget();
    if (!this.#begun) return;
    for (const slot of this.#slots) {
      if (slot.flight !== null) this.#settle(slot, slot.flight, 'aborted');
    }
    const oldest = Math.max(this.#first, this.#newest - this.#slots.length + 1);
    for (let serial = oldest; serial <= this.#newest; serial += 1) this.#leave(serial);
    for (const slot of this.#slots) clear(slot);
    this.#begun = false;
    this.#newestTimestamp = null;
  }

  /** No more packets: the counters are final. */
  finish(): void {
    this.restart();
  }

  counters(): AssemblerCounters {
    return { ...this.#counts, drops: { ...this.#counts.drops } };
  }

  /** Null: the packet belongs to no frame that is still to be had. */
  #slotOf(packet: GvspPacket, datagram: Uint8Array): Slot | null {
    const isLeader = packet.format === packetFormat.leader || packet.format === packetFormat.allIn;
    const timestamp = isLeader ? timestampOf(packet, datagram) : null;
    const isNew = !this.#begun || packet.extended !== this.#extended;
    let distance = isNew ? 0 : blockDistance(this.#newestBlock, packet.block, this.#extended);
    const isRestart =
      isNew ||
      distance > largestLeap ||
      this.#isRestart(distance, packet, timestamp) ||
      (distance <= -this.#slots.length && this.#vouched.awaits(packet));
    if (isRestart || distance > this.#slots.length) {
      if (!this.#vouched.vouches(packet, datagram)) return this.#passOver('ignored');
      if (isRestart) {
        this.restart();
        this.#begin(packet);
        distance = 0;
      }
    }
    if (distance > 0) this.#advance(distance, packet.block);
    else if (distance <= -this.#slots.length) return this.#passOver('late');
    const serial = this.#newest + Math.min(distance, 0);
    const slot = this.#slotAt(serial);
    if (slot.state === 'closed') return this.#passOver('late');
    if (serial < this.#first) this.#first = serial;
    if (timestamp !== null) {
      slot.timestamp ??= timestamp;
      this.#newestTimestamp = timestamp;
    }
    return slot;
  }

  /** Does an id that seems old tell that the camera counts from the beginning again? */
  #isRestart(distance: number, packet: GvspPacket, timestamp: bigint | null): boolean {
    if (timestamp === null || packet.resent || distance > 0) return false;
    if (distance > -this.#slots.length) {
      const slot = this.#slotAt(this.#newest + distance);
      return slot.state === 'closed' && slot.timestamp !== null && slot.timestamp !== timestamp;
    }
    return distance <= -restartDistance || (this.#newestTimestamp !== null && timestamp > this.#newestTimestamp);
  }

  #slotOfError(packet: GvspPacket): Slot | null {
    this.#counts.errors += 1;
    if (!this.#begun || packet.extended !== this.#extended) return null;
    const distance = blockDistance(this.#newestBlock, packet.block, this.#extended);
    if (distance > 0 || distance <= -this.#slots.length) return null;
    const slot = this.#slotAt(this.#newest + distance);
    return slot.state === 'open' ? slot : null;
  }

  #takeError(slot: Slot, packet: GvspPacket): void {
    const { flight } = slot;
    if (flight === null || !packet.gone || !flight.frame.lacks(packet.packet)) return;
    // It was asked for twice, perhaps, and the frame may lack nothing but its trailer.
    this.#settle(slot, flight, flight.frame.isWholeWithoutTrailer() ? 'whole' : 'incomplete');
  }

  #passOver(as: 'ignored' | 'late'): null {
    if (as === 'ignored') this.#counts.ignored += 1;
    else this.#counts.late += 1;
    return null;
  }

  #begin(packet: GvspPacket): void {
    this.#begun = true;
    this.#extended = packet.extended;
    this.#newestBlock = packet.block;
    this.#newest = this.#slots.length;
    this.#first = this.#newest;
    const data = dataPerPacket(this.#options.packetSize, packet.extended);
    if (data !== 0) this.#learned = { ...this.#learned, data };
  }

  #advance(distance: number, block: number): void {
    this.#vouched.forget();
    const oldNewest = this.#newest;
    this.#newest += distance;
    this.#newestBlock = block;
    const gone = this.#newest - this.#slots.length;
    for (const { flight } of this.#slots) if (flight !== null) flight.frame.isPassed = true;
    for (let serial = oldNewest - this.#slots.length + 1; serial <= Math.min(gone, oldNewest); serial += 1) {
      const slot = this.#slotAt(serial);
      if (slot.flight !== null) {
        this.#settle(slot, slot.flight, slot.flight.frame.isWholeWithoutTrailer() ? 'whole' : 'incomplete');
      }
      this.#leave(serial);
      clear(slot);
    }
    // Ids that were leapt over without ever having had a slot.
    if (gone > oldNewest) this.#counts.missed += gone - oldNewest;
  }

  /** The serial becomes too old. */
  #leave(serial: number): void {
    if (serial >= this.#first && this.#slotAt(serial).state === 'empty') this.#counts.missed += 1;
  }

  #slotAt(serial: number): Slot {
    const slot = this.#slots[serial % this.#slots.length];
    if (slot === undefined) throw new RangeError(`no slot for frame ${serial}`);
    return slot;
  }

  #open(slot: Slot, packet: GvspPacket, now: number): InFlight {
    const { block, extended } = packet;
    const frame = new PartialFrame(this.#options.buffers, { block, extended, firstAt: now, ...this.#learned });
    frame.isPassed = block !== this.#newestBlock;
    const flight = { frame, resends: this.#options.resend ? new FrameResends(this.#options.resendTiming) : null };
    slot.flight = flight;
    slot.state = 'open';
    this.#counts.inFlight += 1;
    return flight;
  }

  #settle(slot: Slot, flight: InFlight, taken: Taken): void {
    switch (taken) {
      case 'used':
        return;
      case 'duplicate':
        this.#counts.duplicates += 1;
        return;
      case 'ignored':
        this.#counts.ignored += 1;
        return;
      case 'whole': {
        this.#learned = flight.frame.learned;
        const whole = flight.frame.release();
        this.#close(slot);
        if (whole === null) return this.#count('inconsistent');
        this.#counts.frames += 1;
        this.#counts.bytes += whole.bytes;
        if (whole.surplusBytes > 0) this.#counts.surplus += 1;
        this.#sink.onFrame(whole);
        return;
      }
      default:
        // A length that was learned and fits no more: the next frame begins without a guess.
        if (taken === 'inconsistent') this.#learned = { ...this.#learned, data: 0 };
        flight.frame.drop();
        this.#close(slot);
        this.#count(taken);
    }
  }

  #close(slot: Slot): void {
    slot.flight = null;
    slot.state = 'closed';
    this.#counts.inFlight -= 1;
  }

  #count(cause: DropCause): void {
    this.#counts.drops[cause] = (this.#counts.drops[cause] ?? 0) + 1;
  }

  #noteArrival(flight: InFlight, packet: GvspPacket, now: number): void {
    if (flight.resends?.arrived(packet.packet, now)) this.#counts.resendsGot += 1;
  }

  #ask(flight: InFlight, now: number): void {
    const ranges = flight.resends?.due(flight.frame, now) ?? [];
    if (ranges.length === 0) return;
    for (const { first, last } of ranges) this.#counts.resendsAsked += last - first + 1;
    this.#counts.resendRequests += ranges.length;
    this.#sink.onResend({ block: flight.frame.block, extended: flight.frame.extended, ranges });
  }
}

/** Milliseconds between two calls of `tick`; what is longer was a pause of this PC. */
const longestTick = 25;

function clear(slot: Slot): void {
  slot.state = 'empty';
  slot.flight = null;
  slot.timestamp = null;
}

function timestampOf(packet: GvspPacket, datagram: Uint8Array): bigint | null {
  if (packet.end - packet.start < 12) return null;
  const view = new DataView(datagram.buffer, datagram.byteOffset + packet.start, 12);
  return view.getBigUint64(4);
}
