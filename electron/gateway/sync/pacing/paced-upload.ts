import type { Pace } from '../../model/delivery.ts';

/** The schedule of the site closed the way before a body was out. */
export class SendWindowClosedError extends Error {
  readonly code = 'ACUSIGHT_WAY_CLOSED';

  constructor() {
    super('the schedule of the site closed the way');
    this.name = 'SendWindowClosedError';
  }
}

/** What all deliveries share, as `Pacer` has it. */
export type SharedPace = Pace & { readonly isClosed: boolean };

/** The pace of one delivery: knows how much of its body is out. */
export class PacedUpload implements Pace {
  readonly #shared: SharedPace;
  readonly #bytes: number;
  readonly #stop: (reason: SendWindowClosedError) => void;
  #taken = 0;
  #waits = 0;
  #wasClosed = false;

  constructor(shared: SharedPace, bytes: number, stop: (reason: SendWindowClosedError) => void) {
    this.#shared = shared;
    this.#bytes = bytes;
    this.#stop = stop;
  }

  get limited(): boolean {
    return this.#shared.limited;
  }

  get chunkBytes(): number {
    return this.#shared.chunkBytes;
  }

  /** The way was closed before the body was out: whatever became of it was our own doing. */
  get wasClosed(): boolean {
    return this.#wasClosed;
  }

  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // The end of a body that is all but out: to hold it back now would only send the picture twice.
    if (this.#isOut) return;
    if (this.#shared.isClosed) throw this.#refuse();
    this.#waits += 1;
    try {
      await this.#shared.take(bytes, signal);
      this.#taken += bytes;
    } finally {
      this.#waits -= 1;
    }
  }

  /** The way closes. A body that has not begun is refused when it does; one that is out waits for its answer. */
  close(): void {
    if (!this.#isOut && (this.#taken > 0 || this.#waits > 0)) this.#refuse();
  }

  get #isOut(): boolean {
    return this.#taken >= this.#bytes;
  }

  #refuse(): SendWindowClosedError {
    const reason = new SendWindowClosedError();
    this.#wasClosed = true;
    this.#stop(reason);
    return reason;
  }
}
