/** In steps, so that files of about the same size fit into each other's. */
const granule = 64 * 1024;

/**
 * Buffers that files were read into and that may be read into again: making a new one for each picture costs a quarter of
 * its time, in page faults and garbage collection. They may cross to other threads by transfer.
 *
 * It bounds what lies unused, and gives to whoever asks: files differ in size and are not held back by memory. Two others
 * can't do with that: a stream's `FrameBuffers` bound what is in use, and refuse; the encoder's one buffer follows the
 * size of the frames, where the longest of a pool would stay for ever, of hundreds of megabytes after one such frame.
 */
export class BufferPool {
  readonly #mostBytes: number;
  readonly #largest: number;
  /** By their length, the shortest first; never an empty list. */
  readonly #spare = new Map<number, ArrayBuffer[]>();
  #lengths: readonly number[] = [];
  #bytes = 0;

  /** Keeps so many bytes at the most, and of each buffer not more than `largest`. */
  constructor(mostBytes: number, largest: number) {
    this.#mostBytes = mostBytes;
    this.#largest = largest;
  }

  /** At least so long. What lies in it is what happened to lie there. */
  take(length: number): ArrayBuffer {
    const fitting = this.#lengths.find((spare) => spare >= length);
    if (fitting !== undefined) return this.#remove(fitting);
    return Buffer.allocUnsafeSlow(Math.ceil(length / granule) * granule).buffer;
  }

  /** Nothing may read it any more. The longest are kept. */
  give(buffer: ArrayBuffer): void {
    const { byteLength } = buffer;
    if (byteLength > this.#largest) return;
    const spare = this.#spare.get(byteLength);
    if (spare === undefined) {
      this.#spare.set(byteLength, [buffer]);
      this.#lengths = [...this.#lengths, byteLength].sort((a, b) => a - b);
    } else spare.push(buffer);
    this.#bytes += byteLength;
    for (
      let shortest = this.#lengths[0];
      this.#bytes > this.#mostBytes && shortest !== undefined;
      shortest = this.#lengths[0]
    )
      this.#remove(shortest);
  }

  #remove(length: number): ArrayBuffer {
    const spare = this.#spare.get(length) ?? [];
    const buffer = spare.pop();
    if (buffer === undefined) throw new Error(`no spare buffer of ${length} bytes`);
    if (spare.length === 0) {
      this.#spare.delete(length);
      this.#lengths = this.#lengths.filter((other) => other !== length);
    }
    this.#bytes -= length;
    return buffer;
  }
}
