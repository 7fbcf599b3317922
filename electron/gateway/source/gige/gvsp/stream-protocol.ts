import { type AssemblerCounters, zeroCounters } from './assembler-counters.ts';
import type { Leader } from './gvsp-leader.ts';

export type WholeFrame = {
  readonly block: number;
  /** With as many lines as came. */
  readonly leader: Leader;
  readonly buffer: ArrayBuffer;
  /** How much of the buffer is the frame, chunks included. */
  readonly bytes: number;
  /** Bytes that came behind a picture without chunks, more than a last packet that was filled up; they are left out. */
  readonly surplusBytes: number;
  /** When its first packet came: monotonic milliseconds. */
  readonly firstAt: number;
};

/** What the stream's thread is told and what it tells. Frames cross by transfer of their buffer, and come back so. */

export type StreamOptions = {
  /** Of the network card that the camera is reached through, IPv4. */
  readonly bindAddress: string;
  /** The network card that requests to the camera go by; null: the system chooses. */
  readonly card: string | null;
  /** Packets of everybody else are only counted. */
  readonly cameraAddress: string;
  /** Where the camera takes commands, and so requests to send packets again: 3956. */
  readonly gvcpPort: number;
  /** The camera can send packets again. */
  readonly resend: boolean;
  /** How many frames there may be at once, those with the receiver included. */
  readonly buffers: number;
  readonly maxFrameBytes: number;
  readonly retentionMilliseconds: number;
  /** After so long without a packet `silence` is told, once each time. */
  readonly silenceMilliseconds: number;
  /** Where the system can, many packets in one call instead of Node's one. */
  readonly batched: boolean;
};

export type ToStream =
  /** Frames are put together from now on; before, packets are only measured. */
  | { readonly kind: 'start'; readonly packetSize: number }
  /** What is not whole is dropped; packets are only measured again. */
  | { readonly kind: 'stop' }
  /** A frame's buffer comes back; null: it is lost. */
  | { readonly kind: 'release'; readonly buffer: ArrayBuffer | null }
  /** An empty packet to this port of the camera, from the port that its stream arrives at. */
  | { readonly kind: 'open-firewall'; readonly port: number }
  | { readonly kind: 'count'; readonly id: number }
  | { readonly kind: 'close' };

/** Since the stream was opened. */
export type StreamTotals = AssemblerCounters & {
  /** Packets that came from another address than the camera's. */
  readonly foreignPackets: number;
  /** From a frame's first packet to the frame handed over: the latest; null before the first. */
  readonly latencyMilliseconds: number | null;
  /** Frames that wait for the receiver or are with it. */
  readonly buffersAway: number;
};

export function zeroTotals(): StreamTotals {
  return { ...zeroCounters(), foreignPackets: 0, latencyMilliseconds: null, buffersAway: 0 };
}

export type StreamFrame = {
  /** The camera's own number of it: wraps from 65535 to 1 where ids have 16 bits. */
  readonly block: number;
  readonly leader: Leader;
  readonly data: ArrayBuffer;
  /** How much of `data` is the frame, chunks included. */
  readonly bytes: number;
  /** Bytes that came behind the picture and were left out. */
  readonly surplusBytes: number;
  /** When its first packet came, milliseconds since the epoch. */
  readonly arrivedAt: number;
  readonly latencyMilliseconds: number;
};

export type FromStream =
  | {
      readonly kind: 'ready';
      readonly port: number;
      /** Of the socket's buffer, bytes: wanted, and what the system gave (Linux: `net.core.rmem_max`). */
      readonly wantedBufferBytes: number;
      readonly receiveBufferBytes: number;
      /**
       * The number of the socket's file, which is the owner's to close once the thread has ended: a thread that is ended
       * from outside cleans nothing up. Null: the socket is Node's own, which does that itself.
       */
      readonly file: number | null;
      /** Datagrams that came in pieces are known as such. */
      readonly seesPieces: boolean;
    }
  | { readonly kind: 'frame'; readonly frame: StreamFrame }
  /** A datagram from the camera that came whole was longer than any before: UDP bytes. */
  | { readonly kind: 'largest'; readonly bytes: number }
  /**
   * Datagrams came in pieces: the shortest such has so many UDP bytes, and the largest piece so many with its IP header.
   * Told when either changes.
   */
  | { readonly kind: 'pieces'; readonly bytes: number; readonly piece: number }
  | { readonly kind: 'silence'; readonly milliseconds: number }
  | { readonly kind: 'totals'; readonly id: number; readonly totals: StreamTotals }
  /** The socket is of no use any more, or could not be opened. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'closed'; readonly totals: StreamTotals };
