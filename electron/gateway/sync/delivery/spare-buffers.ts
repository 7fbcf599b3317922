/**
 * Buffers that pictures were read into and that may be read into again: making a new one for each picture costs a
 * quarter of a delivery's time, in page faults and garbage collection.
 *
 * A buffer comes back only once its picture was acknowledged: then all of it has left, and nothing reads it any more.
 */
export class SpareBuffers {
  readonly #most: number;
  readonly #spare: ArrayBuffer[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** At least so long. */
  take(length: number): ArrayBuffer {
    const fitting = this.#spare.findIndex((buffer) => buffer.byteLength >= length);
    if (fitting >= 0) return this.#spare.splice(fitting, 1)[0] as ArrayBuffer;
    // Rounded up, so that pictures of about the same size fit into each other's.
    return new ArrayBuffer(Math.ceil(length / granule) * granule);
  }

  /** The longest are kept. */
  give(buffer: ArrayBuffer): void {
    this.#spare.push(buffer);
    this.#spare.sort((a, b) => a.byteLength - b.byteLength);
    if (this.#spare.length > this.#most) this.#spare.shift();
  }
}

const granule = 64 * 1024;
