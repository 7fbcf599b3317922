import type { LiveCounters } from './counters.ts';
import type { Faults } from './faults.ts';
import type { FramePackets } from './frame-packets.ts';
import { garbage, garbageBytes, type PacketPlan, planPackets } from './packet-plan.ts';
import type { Destination, StreamOutlet } from './stream-outlet.ts';
import type { ResendRequest } from './wire/gvcp.ts';
import { statusCodes } from './wire/gvcp.ts';
import { packetFormats, packetHeader, resentStatus } from './wire/gvsp.ts';

export type SenderWiring = {
  readonly outlet: () => StreamOutlet;
  /** Null: nobody wants the stream. */
  readonly destination: () => Destination | null;
  readonly counters: LiveCounters;
  readonly faults: () => Faults;
  readonly random: () => number;
  /** Bytes with IP and UDP that get through; larger packets are lost on the way. */
  readonly largestPacket: () => number;
  /** Milliseconds that a packet of so many bytes (without IP and UDP) takes; 0: no pacing. */
  readonly packetMilliseconds: (bytes: number) => number;
  readonly keptFrames: number;
};

/** Frames that may wait for the network; a camera has not much memory either. */
const mostWaiting = 4;
/** Packets that are sent before others get their turn: commands have to be answered meanwhile. */
const packetsInTurn = 64;
/** A pause of this PC is made up for as long as it was no longer. */
const lateMilliseconds = 10;
/** Error packets for one request: what it names is not bounded by anything. */
const mostRefusals = 256;
const ipAndUdpBytes = 28;

type Sending = { readonly frame: FramePackets; readonly plan: PacketPlan; at: number };

/** Sends frames packet by packet, and again where it is asked to. */
export class StreamSender {
  readonly #wiring: SenderWiring;
  readonly #waiting: Sending[] = [];
  /** The last frames, oldest first. */
  readonly #kept: FramePackets[] = [];
  #removed = 0;
  #running = false;
  #dueAt = 0;

  constructor(wiring: SenderWiring) {
    this.#wiring = wiring;
  }

  /** True where a frame would be taken. */
  get hasRoom(): boolean {
    return this.#waiting.length < mostWaiting;
  }

  send(frame: FramePackets): void {
    const { counters, faults, random } = this.#wiring;
    const plan = planPackets(frame.count, faults(), random, counters);
    this.#waiting.push({ frame, plan, at: 0 });
    counters.framesTaken += 1;
    this.#kept.push(frame);
    if (this.#kept.length > this.#wiring.keptFrames) {
      this.#removed = this.#kept.shift()?.blockId ?? this.#removed;
    }
    if (this.#running) return;
    this.#running = true;
    this.#dueAt = performance.now();
    this.#turn();
  }

  /** Drops what still waits. */
  stop(): void {
    this.#waiting.length = 0;
  }

  forget(): void {
    this.stop();
    this.#kept.length = 0;
    this.#removed = 0;
  }

  resend(request: ResendRequest, extended: boolean): void {
    const { counters, faults, random } = this.#wiring;
    const { blockId, first, last } = request;
    counters.resendRequests += 1;
    const frame = this.#kept.findLast((one) => one.blockId === blockId);
    const asked = Math.max(0, last - first + 1);
    // "To the end" is often asked as the largest number there is.
    counters.packetsAskedAgain += frame === undefined ? Math.min(asked, mostRefusals) : Math.min(asked, frame.count);
    const { resendAnswer, resendLossPerThousand } = faults();
    if (resendAnswer === 'silent') return;
    if (resendAnswer !== 'send') {
      const { packetUnavailable, packetRemoved } = statusCodes;
      return this.#refuse(request, extended, resendAnswer === 'removed' ? packetRemoved : packetUnavailable);
    }
    if (frame === undefined) {
      const isGone = blockId <= this.#removed;
      const { packetUnavailable, packetAndPreviousRemoved } = statusCodes;
      return this.#refuse(request, extended, isGone ? packetAndPreviousRemoved : packetUnavailable);
    }
    if (first >= frame.count) return this.#refuse(request, extended, statusCodes.packetUnavailable);
    for (let packetId = first; packetId <= Math.min(last, frame.count - 1); packetId += 1) {
      counters.packetsResent += 1;
      if (resendLossPerThousand > 0 && random() * 1_000 < resendLossPerThousand) continue;
      this.#transmit(frame.headerWithStatus(packetId, resentStatus), frame.body(packetId));
    }
    this.#wiring.outlet().flush();
  }

  #refuse({ blockId, first, last }: ResendRequest, extended: boolean, status: number): void {
    const end = Math.min(last, first + mostRefusals - 1);
    for (let packetId = first; packetId <= end; packetId += 1) {
      this.#wiring.counters.resendsRefused += 1;
      const header = packetHeader({ status, blockId, packetId, format: packetFormats.payload, extended });
      this.#transmit(header, Buffer.alloc(0));
    }
    this.#wiring.outlet().flush();
  }

  #turn(): void {
    const now = performance.now();
    this.#dueAt = Math.max(this.#dueAt, now - lateMilliseconds);
    let sent = 0;
    while (sent < packetsInTurn) {
      const sending = this.#waiting[0];
      if (sending === undefined) {
        this.#running = false;
        this.#wiring.outlet().flush();
        return;
      }
      if (sending.at >= sending.plan.order.length) {
        this.#waiting.shift();
        this.#wiring.counters.framesSent += 1;
        continue;
      }
      if (this.#dueAt > now) {
        this.#wiring.outlet().flush();
        setTimeout(() => this.#turn(), this.#dueAt - now);
        return;
      }
      this.#dueAt += this.#wiring.packetMilliseconds(this.#sendNext(sending));
      sent += 1;
    }
    if (this.#wiring.outlet().flush()) setImmediate(() => this.#turn());
    else setTimeout(() => this.#turn(), 1);
  }

  /** Bytes of the packet. */
  #sendNext(sending: Sending): number {
    const packetId = sending.plan.order[sending.at]!;
    sending.at += 1;
    if (packetId === garbage) {
      const bytes = garbageBytes(this.#wiring.random);
      this.#wiring.counters.garbageSent += 1;
      return this.#transmit(bytes, Buffer.alloc(0));
    }
    return this.#transmit(sending.frame.header(packetId), sending.frame.body(packetId));
  }

  #transmit(header: Buffer, body: Buffer): number {
    const { counters, faults, outlet, destination, largestPacket } = this.#wiring;
    const bytes = header.length + body.length;
    const { silent, vanished } = faults();
    const to = destination();
    if (silent || vanished || to === null || bytes + ipAndUdpBytes > largestPacket()) return bytes;
    counters.packetsSent += 1;
    counters.bytesSent += bytes;
    outlet().send(header, body, to);
    return bytes;
  }
}
