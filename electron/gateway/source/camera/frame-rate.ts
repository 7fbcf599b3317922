const slices = 11;
const sliceMilliseconds = 500;

/** Frames a second over the last five seconds, in slices of the monotonic clock: constant memory at any rate. */
export class FrameRate {
  readonly #monotonic: () => number;
  readonly #counts = new Array<number>(slices).fill(0);
  #slice: number;
  readonly #began: number;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#began = monotonic();
    this.#slice = this.#sliceNow();
  }

  count(): void {
    this.#advance();
    const at = this.#slice % slices;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** Of whole slices only; of fewer than ten while the source is young. */
  perSecond(): number {
    this.#advance();
    const began = Math.floor(this.#began / sliceMilliseconds);
    const whole = Math.min(slices - 1, this.#slice - began);
    if (whole < 1) return 0;
    let frames = 0;
    for (let back = 1; back <= whole; back += 1) frames += this.#counts[(this.#slice - back + slices) % slices] ?? 0;
    return (frames * 1_000) / (whole * sliceMilliseconds);
  }

  #sliceNow(): number {
    return Math.floor(this.#monotonic() / sliceMilliseconds);
  }

  #advance(): void {
    const now = this.#sliceNow();
    for (let step = 0; this.#slice < now && step < slices; step += 1) {
      this.#slice += 1;
      this.#counts[this.#slice % slices] = 0;
    }
    this.#slice = now;
    // After a long silence every slice was cleared above, whatever number the newest has.
  }
}
