/**
 * The memory for pictures on their way into the store: bounds the bytes held at once. First come, first served; something
 * larger than the whole budget is let in alone.
 */
export class ByteBudget {
  readonly #capacity: number;
  readonly #queue: { readonly bytes: number; readonly enter: () => void }[] = [];
  #used = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Waits for so many bytes, and holds them while `work` runs. */
  async hold<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.#capacity);
    await this.#acquire(share);
    try {
      return await work();
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
