import type { Message } from '../../../../shared/messages/message.ts';
import type { Clock } from '../../platform/clock.ts';
import { PacedUpload, SendWindowClosedError, type SharedPace } from './paced-upload.ts';
import type { SendWindows } from './send-windows.ts';
import { TokenBucket } from './token-bucket.ts';

export type PaceFacts = {
  /** Bytes a second; null: no limit, 0: closed. */
  readonly limitBytesPerSecond: number | null;
  readonly message: Message;
  /** When the limit changes next; null: never. */
  readonly changesAt: number | null;
};

type Waiter = { readonly bytes: number; readonly grant: () => void; readonly refuse: (reason: unknown) => void };

const chunkSeconds = 0.05;
const [smallestChunk, largestChunk] = [1_024, 64 * 1_024];
/** How often it looks whether the limit is another one, while somebody is on the way. */
const lookMilliseconds = 250;
/** A body that is handed over whole can't be called back: that ends so long before the way closes. */
const wholeUntilMilliseconds = 30_000;
/** Bytes a second. Fewer deliveries share a narrow way, so that each still moves within the patience of the server. */
const leastShare = 16_000;

/**
 * Lets the bytes of all deliveries together leave no faster than the site allows: one token bucket, first come first
 * served. Durations are measured by the monotonic clock, the schedule is read by the wall clock.
 *
 * - Counted are the bytes of bodies; headers and what TCP and TLS add are not (about a hundredth for usual pictures).
 * - Another limit reaches those that wait within a quarter of a second, however the wall clock jumps.
 * - When the schedule closes the way, bodies that are not all out are stopped: they come again in whole, and nothing
 *   of them can have been taken for a picture. A body that is out waits for its answer.
 */
export class Pacer implements SharedPace {
  readonly #clock: Clock;
  readonly #windows: SendWindows;
  readonly #bucket: TokenBucket;
  readonly #uploads = new Set<PacedUpload>();
  readonly #waiting: Waiter[] = [];
  #limit: number | null;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, windows: SendWindows) {
    this.#clock = clock;
    this.#windows = windows;
    this.#limit = windows.limitAt(clock.now());
    this.#bucket = new TokenBucket(this.#limit ?? 0, clock.monotonic());
  }

  get facts(): PaceFacts {
    const now = this.#clock.now();
    return {
      limitBytesPerSecond: this.#windows.limitAt(now),
      message: this.#windows.describe(now),
      changesAt: this.#windows.nextChangeAt(now),
    };
  }

  /** False: it does not matter when anybody looks at it. */
  get everChanges(): boolean {
    return this.#windows.everChanges;
  }

  get isClosed(): boolean {
    return this.#look() === 0;
  }

  get limited(): boolean {
    if (this.#look() !== null) return true;
    const now = this.#clock.now();
    const change = this.#windows.nextChangeAt(now);
    return change !== null && change - now < wholeUntilMilliseconds && this.#windows.closesAt(change);
  }

  get chunkBytes(): number {
    if (this.#limit === null) return largestChunk;
    return Math.min(largestChunk, Math.max(smallestChunk, Math.floor(this.#limit * chunkSeconds)));
  }

  /** The most deliveries that should share the way now. */
  get mostAtOnce(): number {
    const limit = this.#look();
    return limit === null ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(limit / leastShare));
  }

  /** A delivery with so many bytes begins. `stop` is called when the way closes before its body is out. */
  admit(bytes: number, stop: (reason: SendWindowClosedError) => void): PacedUpload {
    const upload = new PacedUpload(this, bytes, stop);
    this.#uploads.add(upload);
    if (this.#cancelTimer === null) this.#arm();
    return upload;
  }

  /** The delivery has ended. */
  leave(upload: PacedUpload): void {
    this.#uploads.delete(upload);
    if (this.#uploads.size === 0) this.#arm();
  }

  take(bytes: number, signal: AbortSignal): Promise<void> {
    const limit = this.#look();
    if (limit === 0) return Promise.reject(new SendWindowClosedError());
    if (limit === null || (this.#waiting.length === 0 && this.#bucket.spend(bytes, this.#clock.monotonic())))
      return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = (): boolean => {
        signal.removeEventListener('abort', onAbort);
        const at = this.#waiting.indexOf(waiter);
        if (at >= 0) this.#waiting.splice(at, 1);
        return at === 0;
      };
      const waiter: Waiter = {
        bytes,
        grant: () => {
          leave();
          resolve();
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = (): void => {
        const wasFirst = leave();
        // What was kept for whoever waited is nobody's now.
        if (this.#waiting.length === 0) this.#bucket.setRate(this.#limit ?? 0, this.#clock.monotonic());
        if (wasFirst) this.#serve();
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
      if (this.#waiting.length === 1) this.#arm();
    });
  }

  /** The limit now. What has changed since the last look takes effect. */
  #look(): number | null {
    const limit = this.#windows.limitAt(this.#clock.now());
    if (limit === this.#limit) return limit;
    this.#limit = limit;
    this.#bucket.setRate(limit ?? 0, this.#clock.monotonic());
    if (limit === 0) for (const upload of [...this.#uploads]) upload.close();
    this.#serve();
    return limit;
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#limit === 0) first.refuse(new SendWindowClosedError());
      else if (this.#limit === null || this.#bucket.spend(first.bytes, this.#clock.monotonic())) first.grant();
      else break;
    }
    this.#arm();
  }

  /** Comes back when the first that waits can go, and often enough to notice that the limit is another one. */
  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const [first] = this.#waiting;
    const watches = this.#windows.everChanges && this.#uploads.size > 0;
    if (first === undefined && !watches) return;
    const until =
      first === undefined ? lookMilliseconds : this.#bucket.millisecondsUntil(first.bytes, this.#clock.monotonic());
    this.#cancelTimer = this.#clock.after(Math.max(1, Math.ceil(Math.min(until, lookMilliseconds))), () => {
      this.#cancelTimer = null;
      this.#look();
      this.#serve();
    });
  }
}
