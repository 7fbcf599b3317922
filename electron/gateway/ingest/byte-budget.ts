import { PictureBuffers } from './picture-buffers.ts';

/**
 * The memory for pictures on their way into the store: bounds the bytes held at once, and lends the buffers. First come, first served; something larger than the whole
 * budget is let in alone.
 */
export class ByteBudget {
  readonly #capacity: number;
  readonly #queue: { readonly bytes: number; readonly enter: () => void }[] = [];
  readonly #buffers = new PictureBuffers();
  #used = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Lends a buffer of that length while `work` runs: nothing may hold it, or a part of it, afterwards. */
  async hold<T>(bytes: number, work: (buffer: Buffer) => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.#capacity);
    await this.#acquire(share);
    try {
      return await this.#buffers.lend(bytes, work);
    } finally {
      this.#used -= share;
      this.#admit();
    }
  }

  #acquire(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.push({ bytes, enter: resolve });
      this.#admit();
    });
  }

  #admit(): void {
    for (
      let next = this.#queue[0];
      next !== undefined && this.#used + next.bytes <= this.#capacity;
      next = this.#queue[0]
    ) {
      this.#queue.shift();
      this.#used += next.bytes;
      next.enter();
    }
  }
}
