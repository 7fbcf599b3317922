/** Idle buffers are kept up to so many bytes in all, and none larger than the second. */
const mostIdleBytes = 32_000_000;
const largestKept = 8_000_000;
const leastBytes = 65_536;

/**
 * Memory for pictures on their way through ingest, used again and again: new memory for each makes the garbage collector
 * run after every few dozen pictures, which cost a quarter of the time that ingest took.
 */
export class PictureBuffers {
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;

  /** A buffer of exactly this length, lent while `work` runs: nothing may hold it, or a part of it, afterwards. */
  async lend<T>(bytes: number, work: (buffer: Buffer) => Promise<T>): Promise<T> {
    const size = sizeFor(bytes);
    const whole = this.#take(size) ?? Buffer.allocUnsafeSlow(size);
    try {
      return await work(whole.subarray(0, bytes));
    } finally {
      this.#give(whole);
    }
  }

  #take(size: number): Buffer | null {
    const buffer = this.#idle.get(size)?.pop();
    if (buffer === undefined) return null;
    this.#idleBytes -= size;
    return buffer;
  }

  #give(buffer: Buffer): void {
    const size = buffer.length;
    if (size > largestKept || this.#idleBytes + size > mostIdleBytes) return;
    const same = this.#idle.get(size);
    if (same === undefined) this.#idle.set(size, [buffer]);
    else same.push(buffer);
    this.#idleBytes += size;
  }
}

/** In steps of an eighth to a quarter, so that pictures of about the same size share their buffers. */
function sizeFor(bytes: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(bytes, leastBytes))) - 2);
  return Math.ceil(Math.max(bytes, leastBytes) / step) * step;
}
