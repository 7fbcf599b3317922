const longestKey = 128;

/** The key of an object that was read last. */
export class KeyText {
  readonly #bytes = Buffer.alloc(longestKey);
  #length = 0;

  begin(): void {
    this.#length = 0;
  }

  copy(byte: number): void {
    if (this.#length < longestKey) this.#bytes[this.#length++] = byte;
  }

  /** '' for one that nobody can want; null: it is no text. */
  get text(): string | null {
    if (this.#length >= longestKey) return '';
    const text = this.#bytes.toString('utf8', 0, this.#length);
    if (!text.includes('\\')) return text;
    try {
      const key: unknown = JSON.parse(`"${text}"`);
      return typeof key === 'string' ? key : null;
    } catch {
      return null;
    }
  }
}
