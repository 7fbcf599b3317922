export type HoldParts = {
  /** Resolves once the picture can be drawn, rejects when it never can. */
  readonly decode: (imageId: string, signal: AbortSignal) => Promise<void>;
  readonly onShow: (imageId: string | null) => void;
  /** As `performance.now`. */
  readonly now: () => number;
  /** Calls back once; the returned function cancels. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
};

/** A huge one takes its time; one that takes longer than this makes room for the newest. */
const patienceMilliseconds = 60_000;
/** Whoever picked a picture must not take another one for it: its words come by then, with an empty stage. */
const pickedMilliseconds = 400;

type Loading = {
  readonly imageId: string;
  readonly since: number;
  readonly control: AbortController;
  readonly cancelTimer: () => void;
};

/**
 * Holds the picture on the stage until the next one is decoded, so that a busy line is never a black stage. A picture
 * that is followed is waited for although newer ones have come: else none would ever be there in time.
 */
export class PictureHold {
  readonly #parts: HoldParts;
  #shown: string | null = null;
  #wanted: string | null = null;
  #loading: Loading | null = null;

  constructor(parts: HoldParts) {
    this.#parts = parts;
  }

  /** `isFollowed`: it is only the newest, and nobody has picked it. */
  want(imageId: string | null, isFollowed: boolean): void {
    this.#wanted = imageId;
    if (imageId === null || imageId === this.#shown) return this.#settle(imageId);
    const { now } = this.#parts;
    // There is nothing to hold: the words of what was picked come at once.
    if (!isFollowed && this.#shown === null) return this.#settle(imageId);
    const loading = this.#loading;
    if (isFollowed && loading?.imageId === imageId) return;
    if (isFollowed && loading !== null && now() - loading.since < patienceMilliseconds) return;
    this.#load(imageId, isFollowed);
  }

  stop(): void {
    this.#loading?.control.abort();
    this.#loading?.cancelTimer();
    this.#loading = null;
  }

  #load(imageId: string, isFollowed: boolean): void {
    this.stop();
    const { now, after } = this.#parts;
    const control = new AbortController();
    const ended = (): void => {
      if (this.#loading !== loading) return;
      this.#settle(imageId);
      if (this.#wanted !== null && this.#wanted !== imageId) this.#load(this.#wanted, true);
    };
    const cancelTimer = isFollowed ? () => undefined : after(pickedMilliseconds, ended);
    const loading: Loading = { imageId, since: now(), control, cancelTimer };
    this.#loading = loading;
    // One that can't be drawn is shown as well: the stage says so.
    this.#parts.decode(imageId, control.signal).then(ended, ended);
  }

  #settle(imageId: string | null): void {
    this.stop();
    if (imageId === this.#shown) return;
    this.#shown = imageId;
    this.#parts.onShow(imageId);
  }
}
