import type { UsbMode, UsbTallies } from '../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../shared/usb-fault.ts';

const windowMilliseconds = 10_000;
const oldestMilliseconds = 2_000;

/**
 * Tells when a frame was taken from its time stamp, which counts in microseconds from an unknown zero. The frame that
 * came through fastest shows where that zero lies; two windows in turn let it follow a clock that drifts.
 */
export class FrameTime {
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;

  /** `arrived`: milliseconds of a clock that never jumps. Returns how many milliseconds before that it was taken. */
  ageOf(timestamp: number, arrived: number): number {
    const offset = arrived - timestamp / 1_000;
    if (!Number.isFinite(offset)) return 0;
    if (arrived - this.#since > windowMilliseconds) {
      this.#leastBefore = this.#least;
      this.#least = Number.POSITIVE_INFINITY;
      this.#since = arrived;
    }
    this.#least = Math.min(this.#least, offset);
    const age = offset - Math.min(this.#least, this.#leastBefore);
    if (age <= oldestMilliseconds) return age;
    // The camera's clock began anew: what was learnt of it is void.
    this.#leastBefore = Number.POSITIVE_INFINITY;
    this.#least = offset;
    return 0;
  }
}

/** Of the browser's `VideoFrame`: what is needed here. Held by nobody, its memory is missing to the camera. */
export type Frame = { readonly timestamp: number; readonly close: () => void };
export type Encoded = { readonly data: ArrayBuffer; readonly width: number; readonly height: number };
export type LinePicture = Encoded & { readonly number: number; readonly capturedAt: number };

/** A frame that is being made a file of. */
export type Held = { readonly encode: () => Promise<Encoded> };

export type LineOptions<F extends Frame> = {
  readonly mode: UsbMode;
  /** How many frames may wait for the encoder. */
  readonly waiting: number;
  /** Takes the frame over: it is copied and closed soon, and encoded in its turn, whoever waits for it. */
  readonly hold: (frame: F) => Held;
  readonly onPicture: (picture: LinePicture) => void;
  readonly onTriggered: (request: number, fault: UsbFault | null) => void;
  /** Pictures can't be made at all. */
  readonly onBroken: (fault: UsbFault) => void;
  /** Milliseconds: of a clock that never jumps, and since the epoch. */
  readonly monotonic: () => number;
  readonly now: () => number;
};

type Waiting = {
  readonly held: Held;
  readonly number: number;
  readonly capturedAt: number;
  readonly request: number | null;
};

/** Pictures that are waited for at once: enough to keep all threads at work. */
export const encodingLimit = 6;
/** Pictures on their way to the gateway, those that wait to be encoded included. */
const travellingLimit = 16;
const triggerLimit = 8;
/** An older frame shows what was there before the trigger. */
const freshMilliseconds = 100;
const triggerMilliseconds = 2_000;
const failuresInARow = 10;

/**
 * From the camera's frames to encoded pictures, in their order. What can't be encoded or handed over in time is
 * dropped and counted by its cause: `captured` = `sent` + `drops` once nothing waits.
 */
export class FrameLine<F extends Frame> {
  readonly #options: LineOptions<F>;
  readonly #time = new FrameTime();
  readonly #waiting: Waiting[] = [];
  readonly #triggers: { readonly request: number; readonly number: number; readonly at: number }[] = [];
  readonly #drops: Record<string, number> = {};
  #captured = 0;
  #sent = 0;
  #read = 0;
  #travelling = 0;
  #encoding = 0;
  /** Ends when everything has left whose encoding has begun; never rejects. */
  #last: Promise<void> = Promise.resolve();
  #failures = 0;
  #ended = false;
  #newest: { readonly frame: F; readonly arrived: number; readonly capturedAt: number } | null = null;

  constructor(options: LineOptions<F>) {
    this.#options = options;
  }

  /** Frames that came out of the camera, used or not. */
  get read(): number {
    return this.#read;
  }

  tallies(): UsbTallies {
    return { captured: this.#captured, sent: this.#sent, drops: { ...this.#drops } };
  }

  /** The line owns the frame from here on. */
  take(frame: F): void {
    if (this.#ended) return frame.close();
    const { mode, monotonic, now } = this.#options;
    const arrived = monotonic();
    const capturedAt = now() - this.#time.ageOf(frame.timestamp, arrived);
    this.#read += 1;
    if (mode.kind === 'triggered') {
      this.#newest?.frame.close();
      this.#newest = { frame, arrived, capturedAt };
      return this.#serveTrigger();
    }
    this.#captured += 1;
    const cause = this.#causeToDrop(mode.everyNth);
    if (cause !== null) {
      frame.close();
      return this.#drop(cause);
    }
    this.#queue(frame, this.#captured, capturedAt, null);
  }

  trigger(request: number): void {
    if (this.#ended) return this.#options.onTriggered(request, usbFault('closed'));
    this.#captured += 1;
    if (this.#triggers.length >= triggerLimit) {
      this.#drop('overrun');
      return this.#options.onTriggered(request, usbFault('overrun'));
    }
    this.#triggers.push({ request, number: this.#captured, at: this.#options.monotonic() });
    this.#serveTrigger();
  }

  /** To be called now and then: triggers that no picture comes for are given up. */
  look(): void {
    const before = this.#options.monotonic() - triggerMilliseconds;
    while ((this.#triggers[0]?.at ?? Number.POSITIVE_INFINITY) <= before) this.#giveUpTrigger('no-frame');
    this.#serveTrigger();
  }

  /** A picture has reached the gateway. */
  taken(): void {
    this.#travelling = Math.max(0, this.#travelling - 1);
    this.#serveTrigger();
  }

  /** Takes nothing more, and gives up triggers that no frame came for. Resolves once what was captured has left. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#newest?.frame.close();
    this.#newest = null;
    for (const { request } of this.#triggers.splice(0)) {
      this.#drop('aborted');
      this.#options.onTriggered(request, usbFault('closed'));
    }
    while (this.#encoding > 0) await this.#last;
  }

  #causeToDrop(everyNth: number): string | null {
    if ((this.#captured - 1) % Math.max(1, everyNth) !== 0) return 'skipped';
    if (this.#travelling + this.#encoding + this.#waiting.length >= travellingLimit) return 'gateway-busy';
    return this.#waiting.length >= this.#options.waiting ? 'encoder-busy' : null;
  }

  #drop(cause: string): void {
    this.#drops[cause] = (this.#drops[cause] ?? 0) + 1;
  }

  #giveUpTrigger(cause: 'no-frame'): void {
    const given = this.#triggers.shift();
    if (given === undefined) return;
    this.#drop(cause);
    this.#options.onTriggered(given.request, usbFault(cause));
  }

  /** Each trigger gets a frame of its own: the newest if it is fresh, else the next one. */
  #serveTrigger(): void {
    const [next] = this.#triggers;
    const newest = this.#newest;
    if (next === undefined || newest === null) return;
    if (this.#waiting.length >= this.#options.waiting || this.#travelling >= travellingLimit) return;
    if (newest.arrived < next.at - freshMilliseconds) return;
    this.#triggers.shift();
    this.#newest = null;
    const { frame, capturedAt } = newest;
    this.#queue(frame, next.number, capturedAt, next.request);
  }

  #queue(frame: F, number: number, capturedAt: number, request: number | null): void {
    try {
      this.#waiting.push({ held: this.#options.hold(frame), number, capturedAt, request });
    } catch (error) {
      frame.close();
      const fault = this.#failed(error);
      if (request !== null) this.#options.onTriggered(request, fault);
      return;
    }
    this.#encodeWaiting();
  }

  #failed(error: unknown): UsbFault {
    const fault = usbFault('encode-failed', { technical: String(error) });
    this.#drop('encode-failed');
    this.#failures += 1;
    if (this.#failures === failuresInARow) this.#options.onBroken(fault);
    return fault;
  }

  #encodeWaiting(): void {
    while (this.#encoding < encodingLimit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#encoding += 1;
      // They leave in the order in which they came.
      this.#last = this.#encode(next, this.#last).finally(() => {
        this.#encoding -= 1;
        this.#serveTrigger();
        this.#encodeWaiting();
      });
    }
  }

  /** Never rejects. */
  async #encode({ held, number, capturedAt, request }: Waiting, before: Promise<void>): Promise<void> {
    const { onPicture, onTriggered } = this.#options;
    const encoded = await held.encode().catch((error: unknown) => ({ error }));
    await before;
    let fault: UsbFault | null = null;
    if ('error' in encoded) {
      fault = this.#failed(encoded.error);
    } else {
      this.#sent += 1;
      this.#travelling += 1;
      this.#failures = 0;
      onPicture({ ...encoded, number, capturedAt });
    }
    if (request !== null) onTriggered(request, fault);
  }
}
