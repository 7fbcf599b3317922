const samples = 5;

/**
 * Frames that the browser gave up before we saw them: it counts what the camera delivered, we count what we read. At
 * any moment some frames are between the two, so only what stays missing over several looks is lost.
 */
export class LostFrames {
  readonly #differences: number[] = [];
  #zero: number | null = null;
  #lost = 0;

  /** `delivered`: by the browser's count, `read` by ours, at about the same time. Returns the lost ones up to now. */
  look(delivered: number, read: number): number {
    this.#differences.push(delivered - read);
    if (this.#differences.length < samples) return this.#lost;
    const least = Math.min(...this.#differences);
    this.#differences.shift();
    // Its count begins with the track, ours a little later.
    this.#zero ??= least;
    this.#lost = Math.max(this.#lost, least - this.#zero);
    return this.#lost;
  }
}
