import type { MessagePort } from 'node:worker_threads';
import { describeCause, errnoCode } from '../../../platform/errors.ts';
import { encodePacketResend, nextCommandId } from '../gvcp/gvcp-packet.ts';
import { type AssemblerCounters, addCounters, zeroCounters } from './assembler-counters.ts';
import { FrameAssembler, type ResendRequest } from './frame-assembler.ts';
import { FrameBuffers } from './frame-buffers.ts';
import type { FromStream, StreamOptions, StreamTotals, ToStream, WholeFrame } from './stream-protocol.ts';
import { type StreamSocket, wantedBufferBytes } from './stream-socket.ts';

/**
 * What the stream's owner says, and when it is obeyed. To begin, before the packets that are there by now: they were
 * sent after it. To stop, after them: they were sent before it, and a whole frame among them is one that was taken.
 */
export class CommandQueue {
  readonly #carryOut: (message: ToStream) => void;
  #behind: ToStream[] = [];

  constructor(obey: (message: ToStream) => void) {
    this.#carryOut = obey;
  }

  /** Something waits for the packets that are there. */
  get isWaiting(): boolean {
    return this.#behind.length > 0;
  }

  add(message: ToStream): void {
    const stops = message.kind === 'stop' || message.kind === 'close';
    // A buffer that comes back is of use to the packets that are there.
    if (stops || (this.isWaiting && message.kind !== 'release')) this.#behind.push(message);
    else this.#carryOut(message);
  }

  /** No packet is there any more. */
  drained(): void {
    const messages = this.#behind;
    this.#behind = [];
    const stop = messages.shift();
    if (stop === undefined) return;
    this.#carryOut(stop);
    for (const message of messages) this.add(message);
  }
}

/** How often `tick` wants to be called. */
export const tickMilliseconds = 5;
/** Packets of a camera overtake each other by some frames, not by more; each frame in flight takes a buffer. */
const framesInFlight = 8;

/** What the stream's thread does: from the socket to whole frames, and back to the camera for what is missing. */
export class StreamReceiver {
  readonly #options: StreamOptions;
  readonly #port: MessagePort;
  readonly #socket: StreamSocket;
  readonly #buffers: FrameBuffers;
  #assembler: FrameAssembler;
  #collecting = false;
  #foreignPackets = 0;
  #largest = 0;
  /** Of what came in pieces since the latest start: the shortest datagram, the largest piece. */
  #broken = Number.POSITIVE_INFINITY;
  #largestPiece = 0;
  #latency: number | null = null;
  #lastPacketAt = performance.now();
  #silenceTold = false;
  #requestId = 0;
  /** Of what came before the latest start. */
  #before: AssemblerCounters = zeroCounters();

  constructor(options: StreamOptions, port: MessagePort, socket: StreamSocket) {
    this.#options = options;
    this.#port = port;
    this.#socket = socket;
    this.#buffers = new FrameBuffers(options.buffers, options.maxFrameBytes);
    this.#assembler = this.#newAssembler(0);
    const { port: ownPort, file, receiveBufferBytes, seesPieces } = socket;
    this.#tell({ kind: 'ready', port: ownPort, wantedBufferBytes, receiveBufferBytes, file, seesPieces });
  }

  obey(message: ToStream): void {
    switch (message.kind) {
      case 'start':
        this.#renew(message.packetSize);
        this.#collecting = true;
        this.#broken = Number.POSITIVE_INFINITY;
        this.#largestPiece = 0;
        this.#lastPacketAt = performance.now();
        this.#silenceTold = false;
        return;
      case 'stop':
        this.#collecting = false;
        this.#assembler.finish();
        return;
      case 'release':
        return this.#buffers.giveBack(message.buffer);
      case 'open-firewall':
        return this.#send(Buffer.alloc(0), message.port);
      case 'count':
        return this.#tell({ kind: 'totals', id: message.id, totals: this.#totals() });
      case 'close':
        return this.#close();
    }
  }

  /**
   * A datagram of the camera's, which is not kept; `now`: monotonic milliseconds; `piece`: the largest that it came in, 0
   * where it came whole or nobody knows.
   */
  receive(datagram: Uint8Array, now: number, piece = 0): void {
    this.#lastPacketAt = now;
    this.#silenceTold = false;
    if (piece > 0) this.#noteBroken(datagram.length, piece);
    else if (datagram.length > this.#largest) {
      this.#largest = datagram.length;
      this.#tell({ kind: 'largest', bytes: datagram.length });
    }
    if (this.#collecting) this.#assembler.take(datagram, now);
  }

  #noteBroken(bytes: number, piece: number): void {
    if (bytes >= this.#broken && piece <= this.#largestPiece) return;
    this.#broken = Math.min(bytes, this.#broken);
    this.#largestPiece = Math.max(piece, this.#largestPiece);
    this.#tell({ kind: 'pieces', bytes: this.#broken, piece: this.#largestPiece });
  }

  /** A datagram came from another address than the camera's. */
  countStranger(): void {
    this.#foreignPackets += 1;
  }

  /** The socket is of no use any more. */
  fail(error: unknown): void {
    this.#tell({ kind: 'failed', ...wordsOf(error) });
  }

  tick(): void {
    if (!this.#collecting) return;
    const now = performance.now();
    this.#assembler.tick(now);
    const silence = now - this.#lastPacketAt;
    if (silence < this.#options.silenceMilliseconds || this.#silenceTold) return;
    this.#silenceTold = true;
    this.#tell({ kind: 'silence', milliseconds: Math.round(silence) });
  }

  #newAssembler(packetSize: number): FrameAssembler {
    const { resend, retentionMilliseconds } = this.#options;
    return new FrameAssembler(
      { buffers: this.#buffers, framesInFlight, retentionMilliseconds, packetSize, resend },
      { onFrame: (frame) => this.#handOver(frame), onResend: (request) => this.#request(request) },
    );
  }

  /** Packets may have another size from now on; the counts go on. */
  #renew(packetSize: number): void {
    this.#assembler.finish();
    this.#before = addCounters(this.#before, this.#assembler.counters());
    this.#assembler = this.#newAssembler(packetSize);
  }

  #handOver({ block, leader, buffer, bytes, surplusBytes, firstAt }: WholeFrame): void {
    const latencyMilliseconds = performance.now() - firstAt;
    this.#latency = latencyMilliseconds;
    const arrivedAt = Date.now() - latencyMilliseconds;
    const frame = { block, leader, data: buffer, bytes, surplusBytes, arrivedAt, latencyMilliseconds };
    this.#port.postMessage({ kind: 'frame', frame } satisfies FromStream, [buffer]);
  }

  #request(request: ResendRequest): void {
    const { block, extended } = request;
    for (const range of request.ranges) {
      this.#requestId = nextCommandId(this.#requestId);
      this.#send(encodePacketResend(this.#requestId, { block, ...range }, extended), this.#options.gvcpPort);
    }
  }

  #send(packet: Uint8Array, port: number): void {
    this.#socket.send(packet, port, this.#options.cameraAddress);
  }

  #totals(): StreamTotals {
    return {
      ...addCounters(this.#before, this.#assembler.counters()),
      foreignPackets: this.#foreignPackets,
      latencyMilliseconds: this.#latency,
      buffersAway: this.#buffers.away,
    };
  }

  #close(): void {
    this.#collecting = false;
    this.#assembler.finish();
    this.#socket.close(() => {
      this.#tell({ kind: 'closed', totals: this.#totals() });
      this.#port.close();
    });
  }

  #tell(message: FromStream): void {
    this.#port.postMessage(message);
  }
}

export function wordsOf(error: unknown): { readonly code: string; readonly message: string } {
  return { code: errnoCode(error) ?? '', message: describeCause(error) };
}
