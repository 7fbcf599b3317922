import { closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describeCause } from '../../../platform/errors.ts';
import { OpenRequests } from '../../../platform/open-requests.ts';
import { datagramOverhead } from './gvsp-packet.ts';
import {
  type FromStream,
  type StreamFrame,
  type StreamOptions,
  type StreamTotals,
  type ToStream,
  zeroTotals,
} from './stream-protocol.ts';

export type OpenStream = Pick<
  StreamOptions,
  'bindAddress' | 'cameraAddress' | 'gvcpPort' | 'resend' | 'buffers' | 'maxFrameBytes'
> & {
  /** The script of the stream's thread. */
  readonly workerPath: string;
  /** The network card to send by; the system chooses where it is left out. */
  readonly card?: string | null;
  /** The camera's packet size (SCPS): frames are put together at once. Without it `start` has to be called. */
  readonly packetSize?: number;
  /** A frame without a new packet for so long is dropped; 200: cameras and PCs pause for a moment. */
  readonly retentionMilliseconds?: number;
  /** 3,000. */
  readonly silenceMilliseconds?: number;
  /** True: many packets in one call of the system, where it can. */
  readonly batched?: boolean;
};

export type ArrivedFrame = StreamFrame & {
  /**
   * The receiver is done with the frame: its buffer is used again. Where `data` was transferred to another thread, what
   * came back from there may be given instead; without it a new buffer is made. Once only; later calls do nothing.
   */
  readonly release: (returned?: ArrayBuffer) => void;
};

/** How often the counts are fetched from the thread. */
const countMilliseconds = 250;
/** A thread that has not ended by then is ended. */
const closeMilliseconds = 2_000;

/**
 * The stream of a camera: a port that its pictures are to be sent to, and the frames that come. A receiver that is slow
 * loses no memory: with all buffers in its hands the newest frame is dropped and counted as `overrun`.
 */
export class GvspStream {
  readonly port: number;
  /** Of the socket, bytes; less than `wantedBufferBytes` loses packets (Linux: `net.core.rmem_max`). */
  readonly receiveBufferBytes: number;
  readonly wantedBufferBytes: number;
  /** Many packets come in one call of the system. */
  readonly isBatched: boolean;
  /** Packets that came in pieces, because they were too large for the way, are known as such. */
  readonly seesPieces: boolean;
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;
  readonly #counts = new OpenRequests<StreamTotals>();
  readonly #largestListeners = new Set<() => void>();
  readonly #closed: Promise<void>;
  #totals = zeroTotals();
  #largest = 0;
  /** Packets of this size do not come whole, nor larger ones. */
  #broken = Number.POSITIVE_INFINITY;
  #largestPiece = 0;
  #isClosing = false;
  #hasEnded = false;
  #endReason = '';
  #onFrame: (frame: ArrivedFrame) => void = ({ release }) => release();
  #onSilence: (milliseconds: number) => void = () => undefined;
  #onPieces: (packetSize: number, piece: number) => void = () => undefined;
  #onEnd: (reason: string) => void = () => undefined;

  /** Rejects with the system's error: the address is not of this PC, no more ports. */
  static open({ workerPath, packetSize, ...options }: OpenStream): Promise<GvspStream> {
    const workerData = {
      retentionMilliseconds: 200,
      silenceMilliseconds: 3_000,
      batched: true,
      card: null,
      ...options,
    } satisfies StreamOptions;
    return new Promise((resolve, reject) => {
      const worker = new Worker(workerPath, { workerData });
      const failed = (error: unknown): void => {
        worker.off('exit', ended);
        void worker.terminate();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const ended = (): void => failed('the thread of the stream ended');
      worker.once('error', failed);
      worker.once('exit', ended);
      worker.once('message', (message: FromStream) => {
        if (message.kind !== 'ready') return failed(message.kind === 'failed' ? message.message : message.kind);
        worker.off('error', failed);
        worker.off('exit', ended);
        const stream = new GvspStream(worker, message);
        if (packetSize !== undefined) stream.start(packetSize);
        resolve(stream);
      });
    });
  }

  private constructor(worker: Worker, ready: Extract<FromStream, { kind: 'ready' }>) {
    this.port = ready.port;
    this.receiveBufferBytes = ready.receiveBufferBytes;
    this.wantedBufferBytes = ready.wantedBufferBytes;
    this.isBatched = ready.file !== null;
    this.seesPieces = ready.seesPieces;
    this.#worker = worker;
    this.#closed = new Promise((resolve) => {
      worker.on('exit', () => {
        if (ready.file !== null) closeSync(ready.file);
        this.#end('the thread of the stream ended');
        resolve();
      });
    });
    worker.on('message', (message: FromStream) => this.#hear(message));
    worker.on('error', (error) => this.#end(describeCause(error)));
    this.#timer = setInterval(() => {
      if (this.#counts.size === 0) void this.count();
    }, countMilliseconds);
    this.#timer.unref();
  }

  /** Before the camera is told to start, each time. `packetSize`: the camera's (SCPS); 0 where it is not known. */
  start(packetSize: number): void {
    this.#tell({ kind: 'start', packetSize });
  }

  /** After the camera was told to stop: what is not whole is dropped, as `aborted`. */
  stop(): void {
    this.#tell({ kind: 'stop' });
  }

  /** One listener. It has to release each frame. Frames come as they get whole, not always in the order of their ids. */
  onFrame(listener: (frame: ArrivedFrame) => void): void {
    this.#onFrame = listener;
  }

  /** One listener, called once each time when no packet has come for long, from `start` on. */
  onSilence(listener: (milliseconds: number) => void): void {
    this.#onSilence = listener;
  }

  /** One listener: the stream is over although nobody closed it, perhaps already. Called once at most. */
  onEnd(listener: (reason: string) => void): void {
    this.#onEnd = listener;
    if (this.#hasEnded && !this.#isClosing) listener(this.#endReason);
  }

  /** Of a moment ago, at most 250 ms; after `close`, final. */
  counters(): StreamTotals {
    return this.#totals;
  }

  /** Of now. Never rejects. */
  count(): Promise<StreamTotals> {
    if (this.#hasEnded) return Promise.resolve(this.#totals);
    return this.#counts.ask((id) => this.#tell({ kind: 'count', id })).catch(() => this.#totals);
  }

  /** One listener: packets of this size come in pieces, the largest piece of that size. Called when either changes. */
  onPieces(listener: (packetSize: number, piece: number) => void): void {
    this.#onPieces = listener;
  }

  /** The largest piece of packets that did not come whole, IP header included; 0: none is known. */
  largestPiece(): number {
    return this.#largestPiece;
  }

  /** The largest packet so far that came whole, as packet size (SCPS), IP headers included; 0: none came. */
  largestPacket(): number {
    return this.#largest;
  }

  /** Has a packet of this size (SCPS) arrived whole, or does one within `milliseconds`? For test packets. */
  packetArrives(packetSize: number, milliseconds: number): Promise<boolean> {
    if (this.#largest >= packetSize) return Promise.resolve(true);
    if (this.#broken <= packetSize) return Promise.resolve(false);
    return new Promise((resolve) => {
      const listener = (): void => {
        if (this.#largest >= packetSize) finish(true);
        else if (this.#broken <= packetSize) finish(false);
      };
      const finish = (arrived: boolean): void => {
        clearTimeout(timer);
        this.#largestListeners.delete(listener);
        resolve(arrived);
      };
      const timer = setTimeout(() => finish(false), milliseconds);
      this.#largestListeners.add(listener);
    });
  }

  /**
   * One empty packet to the port that the camera sends from (register 0xD1C, where that is not 0): a firewall that lets
   * answers in takes the pictures for one.
   */
  openFirewall(cameraStreamPort: number): void {
    this.#tell({ kind: 'open-firewall', port: cameraStreamPort });
  }

  /** Ends the thread; whole frames still come until it has ended, `counters` are final then. Never rejects. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#tell({ kind: 'close' });
    }
    const stuck = setTimeout(() => void this.abandon(), closeMilliseconds);
    await this.#closed;
    clearTimeout(stuck);
  }

  /** Ends the thread at once, for one that does not end by itself. Never rejects. */
  async abandon(): Promise<void> {
    this.#isClosing = true;
    await this.#worker.terminate();
    await this.#closed;
  }

  #hear(message: FromStream): void {
    switch (message.kind) {
      case 'frame':
        return this.#arrive(message.frame);
      case 'largest':
        this.#largest = message.bytes + datagramOverhead;
        for (const listener of [...this.#largestListeners]) listener();
        return;
      case 'pieces':
        this.#broken = message.bytes + datagramOverhead;
        this.#largestPiece = message.piece;
        for (const listener of [...this.#largestListeners]) listener();
        return this.#onPieces(this.#broken, message.piece);
      case 'silence':
        return this.#onSilence(message.milliseconds);
      case 'totals':
        this.#totals = message.totals;
        return this.#counts.answer(message.id, message.totals);
      case 'failed':
        this.#end(message.message);
        void this.#worker.terminate();
        return;
      case 'closed':
        this.#totals = message.totals;
        return;
      case 'ready':
        return;
    }
  }

  #arrive(frame: StreamFrame): void {
    let released = false;
    const release = (returned?: ArrayBuffer): void => {
      if (released) return;
      released = true;
      const candidate = returned ?? frame.data;
      // A buffer that was transferred away is empty here, and can't be sent.
      const buffer = candidate.byteLength > 0 ? candidate : null;
      this.#tell({ kind: 'release', buffer }, buffer === null ? [] : [buffer]);
    };
    this.#onFrame({ ...frame, release });
  }

  #tell(message: ToStream, transfer: ArrayBuffer[] = []): void {
    if (!this.#hasEnded) this.#worker.postMessage(message, transfer);
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#endReason = reason;
    clearInterval(this.#timer);
    this.#counts.refuseAll(new Error(reason));
    if (!this.#isClosing) this.#onEnd(reason);
  }
}
