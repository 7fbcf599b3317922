import type { LiveFrame } from '../../../../shared/camera.ts';
import type { EncodedPicture, RawPicture } from '../../model/frame.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';

/** A frame made small enough for the window, with what is measured on it. */
export type LivePicture = Omit<LiveFrame, 'number' | 'at'> & { readonly jpeg: Uint8Array };
/** The picture is the makeLiveFrame's own. Rejects for what it can't show. */
export type LiveFrameMaker = (picture: RawPicture | EncodedPicture) => Promise<LivePicture>;

type Shown = { readonly liveFrame: LiveFrame; readonly jpeg: Uint8Array };

/** Between two live pictures, milliseconds. */
const pace = 100;
/** Frames are shown for so long after somebody asked: a frame that comes between two questions is not missed. */
const interest = 2_000;
/** A question without an answer within this time is answered with nothing. */
const longestWait = 1_000;
/** The window fetches a picture after it was told its number, when a newer one may be there already. */
const kept = 4;

/**
 * The live view of a camera. It is offered every frame and takes a copy of few: at most one each 100 ms, one at a
 * time, and only while somebody looks, so that it never slows the capture down.
 */
export class LiveView {
  readonly #makeLiveFrame: LiveFrameMaker;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #shown: Shown[] = [];
  readonly #waiters = new Set<() => void>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #beganAt = Number.NEGATIVE_INFINITY;
  #lastNumber = 0;
  #lastAsked = 0;
  #busy: Promise<void> | null = null;

  constructor(makeLiveFrame: LiveFrameMaker, clock: Clock, logger: Logger) {
    this.#makeLiveFrame = makeLiveFrame;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The next live picture with a higher number than `after`; with `after` 0 the last one, if nothing newer comes. */
  async next(after: number, signal: AbortSignal): Promise<LiveFrame | null> {
    this.#askedAt = this.#clock.monotonic();
    const begun = this.#lastNumber;
    const newer = (): LiveFrame | null => {
      const newest = this.#shown.at(-1)?.liveFrame;
      // Whoever begins to look wants to see what is in front of the camera now.
      return newest !== undefined && newest.number > (after === 0 ? begun : after) ? newest : null;
    };
    const found = newer() ?? (await this.#until(newer, longestWait, signal));
    if (found !== null) return found;
    return after === 0 && !signal.aborted ? (this.#shown.at(-1)?.liveFrame ?? null) : null;
  }

  /** Whether a frame would be looked at now. */
  get wants(): boolean {
    const now = this.#clock.monotonic();
    return this.#busy === null && now - this.#askedAt <= interest && now - this.#beganAt >= pace;
  }

  /** Copies the picture when somebody looks. */
  show(picture: RawPicture | EncodedPicture, at: number): void {
    if (this.wants) void this.#make({ ...picture, data: picture.data.slice() }, at);
  }

  /** A picture that was taken to be shown: always, as soon as the one before it is done. It is ours. */
  async showAlways(picture: RawPicture | EncodedPicture, at: number): Promise<LiveFrame | null> {
    const order = ++this.#lastAsked;
    while (this.#busy !== null) await this.#busy;
    if (order !== this.#lastAsked) return null;
    return this.#make(picture, at);
  }

  /** JPEG of one of the newest live pictures; null for any other. */
  picture(number: number): Uint8Array | null {
    return this.#shown.find(({ liveFrame }) => liveFrame.number === number)?.jpeg ?? null;
  }

  async #until(newer: () => LiveFrame | null, milliseconds: number, signal: AbortSignal): Promise<LiveFrame | null> {
    const end = new AbortController();
    const wake = (): void => {
      if (newer() !== null) end.abort();
    };
    this.#waiters.add(wake);
    try {
      await sleep(this.#clock, milliseconds, AbortSignal.any([end.signal, signal]));
    } finally {
      this.#waiters.delete(wake);
    }
    return newer();
  }

  #make(picture: RawPicture | EncodedPicture, at: number): Promise<LiveFrame | null> {
    this.#beganAt = this.#clock.monotonic();
    const making = this.#makeLiveFrame(picture).then(
      ({ jpeg, ...facts }): LiveFrame => {
        this.#lastNumber += 1;
        const liveFrame = { ...facts, number: this.#lastNumber, at };
        this.#shown.push({ liveFrame, jpeg });
        if (this.#shown.length > kept) this.#shown.shift();
        return liveFrame;
      },
      (error: unknown) => {
        this.#logger.log('warn', 'live-picture-failed', { error });
        return null;
      },
    );
    this.#busy = making.then(() => {
      this.#busy = null;
      for (const wake of this.#waiters) wake();
    });
    return making;
  }
}
