/** Which packets of a frame came: a bit for each, as many as the highest number needs. */
export class PacketSet {
  #bits = new Uint32Array(64);
  #size = 0;
  #highest = 0;

  add(number: number): void {
    const word = number >>> 5;
    if (word >= this.#bits.length) {
      const longer = new Uint32Array(Math.max(word + 1, this.#bits.length * 2));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (number & 31));
    this.#size += 1;
    if (number > this.#highest) this.#highest = number;
  }

  has(number: number): boolean {
    return ((this.#bits[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0;
  }

  get size(): number {
    return this.#size;
  }

  /** 0: none came. */
  get highest(): number {
    return this.#highest;
  }
}
