import { braces, brackets, quote } from './json-signs.ts';

/** Of one element, in bytes. */
const longestElement = 8_192;
/** Kept free before a value begins: for what stands in place of one that is too long. */
const room = 8;
const space = 0x20;

/**
 * The text of one element of a list as it is put together: of an object the values of wanted keys, of anything else all of
 * it. In place of a value that is too long stands a blank or empty one of its kind, so that it costs
 * nothing but itself.
 */
export class ElementText {
  readonly #bytes = Buffer.alloc(longestElement + room);
  #length = 0;
  #valueAt = 0;
  #isObject = false;
  #copies = false;

  /** Whether a value is being taken. */
  get copies(): boolean {
    return this.#copies;
  }

  begin(isObject: boolean): void {
    this.#isObject = isObject;
    this.#copies = !isObject;
    this.#length = 0;
    this.#valueAt = 0;
    if (isObject) this.#bytes[this.#length++] = braces.open;
  }

  /** The value of this key follows. */
  key(name: string): void {
    const start = `${this.#length === 1 ? '' : ','}${JSON.stringify(name)}:`;
    // Only with keys that are there many times.
    if (this.#length + start.length + room > longestElement) return;
    this.#length += this.#bytes.write(start, this.#length);
    this.#valueAt = this.#length;
    this.#copies = true;
  }

  copy(byte: number): void {
    if (!this.#copies) return;
    if (this.#length < longestElement) this.#bytes[this.#length++] = byte;
    else this.#shorten();
  }

  /** Between numbers it counts, but not how many there are. */
  space(): void {
    if (this.#copies && this.#length > this.#valueAt && this.#bytes[this.#length - 1] !== space) this.copy(space);
  }

  endValue(): void {
    this.#copies = false;
  }

  /** Valid until the next element begins. */
  end(): Buffer {
    this.#copies = false;
    if (this.#isObject) this.#bytes[this.#length++] = braces.close;
    return this.#bytes.subarray(0, this.#length);
  }

  #shorten(): void {
    const first = this.#bytes[this.#valueAt];
    const empty = first === quote ? '" "' : first === brackets.open ? '[]' : first === braces.open ? '{}' : 'null';
    this.#length = this.#valueAt + this.#bytes.write(empty, this.#valueAt);
    this.#copies = false;
  }
}
