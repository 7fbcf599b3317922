/**
 * The buffers that frames are put together in. There are never more than `count`, here and away together, and none is
 * larger than `maxBytes`: what a camera announces decides nothing about memory. (A `BufferPool` bounds only what lies
 * unused, and never refuses.)
 */
export class FrameBuffers {
  readonly maxBytes: number;
  readonly #count: number;
  readonly #spare: ArrayBuffer[] = [];
  #away = 0;

  constructor(count: number, maxBytes: number) {
    this.#count = count;
    this.maxBytes = maxBytes;
  }

  /** At least `bytes` long. Null: all are in use, or it would be too large. */
  take(bytes: number): ArrayBuffer | null {
    if (bytes > this.maxBytes || this.#away >= this.#count) return null;
    const fitting = this.#spare.findIndex((buffer) => buffer.byteLength >= bytes);
    if (fitting < 0 && this.#away + this.#spare.length >= this.#count) this.#spare.pop();
    const buffer = fitting < 0 ? new ArrayBuffer(this.#rounded(bytes)) : this.#spare.splice(fitting, 1)[0];
    this.#away += 1;
    return buffer ?? null;
  }

  /** In place of one that was taken: longer, with the same beginning. Null: it would be too large; the old one stays. */
  grow(buffer: ArrayBuffer, bytes: number): ArrayBuffer | null {
    if (bytes > this.maxBytes) return null;
    const larger = new ArrayBuffer(this.#rounded(Math.max(bytes, Math.min(this.maxBytes, buffer.byteLength * 2))));
    new Uint8Array(larger).set(new Uint8Array(buffer));
    return larger;
  }

  /** One that was taken comes back. Null, or empty: it is lost, and its place is free again. */
  giveBack(buffer: ArrayBuffer | null): void {
    if (this.#away > 0) this.#away -= 1;
    if (buffer === null || buffer.byteLength === 0 || buffer.byteLength > this.maxBytes) return;
    if (this.#away + this.#spare.length < this.#count) this.#spare.push(buffer);
  }

  /** Whole 64 KiB, so that frames of nearly the same size share buffers. */
  #rounded(bytes: number): number {
    return Math.min(this.maxBytes, Math.ceil(Math.max(bytes, 1) / 65_536) * 65_536);
  }

  get away(): number {
    return this.#away;
  }
}
