/** In steps, so that files of about the same size fit into each other's. */
const granule = 64 * 1024;

/**
 * Buffers that files were read into and that may be read into again: making a new one for each picture costs a quarter of
 * its time, in page faults and garbage collection. They may cross to other threads by transfer.
 */
export class SpareBuffers {
  readonly #mostBytes: number;
  readonly #largest: number;
  readonly #spare: ArrayBuffer[] = [];
  #bytes = 0;

  /** Keeps so many bytes at the most, and of each buffer not more than `largest`. */
  constructor(mostBytes: number, largest: number) {
    this.#mostBytes = mostBytes;
    this.#largest = largest;
  }

  /** At least so long. */
  take(length: number): ArrayBuffer {
    const fitting = this.#spare.findIndex(({ byteLength }) => byteLength >= length);
    const [buffer] = fitting < 0 ? [] : this.#spare.splice(fitting, 1);
    if (buffer === undefined) return new ArrayBuffer(Math.ceil(length / granule) * granule);
    this.#bytes -= buffer.byteLength;
    return buffer;
  }

  /** Nothing may read it any more. The longest are kept. */
  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength > this.#largest) return;
    this.#spare.push(buffer);
    this.#spare.sort((a, b) => a.byteLength - b.byteLength);
    this.#bytes += buffer.byteLength;
    while (this.#bytes > this.#mostBytes) this.#bytes -= this.#spare.shift()?.byteLength ?? 0;
  }
}
