/**
 * Goes through a JSON text of any size piece by piece, and hands over the elements of some lists of its root object, each
 * with a few of its keys only. What is not asked for is never held: segmentations are most of a large COCO file, and a
 * hostile file can be made of values that take thirty times its own size in memory.
 */

/** What the elements of a list are wanted for: the list's name in the root object, the keys of its elements. */
export type WantedLists = Readonly<Record<string, ReadonlySet<string>>>;

export type SkimSink = {
  /** The root object has this list. */
  readonly list: (name: string) => void;
  /**
   * An element; `text` is an object with no other keys than those wanted, as the file writes their values. It must not be
   * kept. `{}` for what is no object, or too long.
   */
  readonly element: (list: string, index: number, text: Buffer) => void;
};

/** Of one element, in bytes. */
const longestElement = 8_192;
const longestKey = 64;
const deepest = 256;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const tells = Uint8Array.from({ length: 256 }, (_, byte) =>
  [quote, openBrace, closeBrace, openBracket, closeBracket].includes(byte) ? 1 : 0,
);
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Depths: the root object is 1, a list in it 2, an element of that list 3. */
const [inRoot, inList, inElement] = [1, 2, 3];

export class JsonSkim {
  readonly #wanted: WantedLists;
  readonly #sink: SkimSink;
  /** Of each level, whether it is a list. */
  readonly #lists = new Uint8Array(deepest + 1);
  #depth = 0;
  #text = false;
  #escaped = false;
  #ended = false;
  #fault: string | null = null;
  #offset = 0;
  /** The key that is being read, or was read last, of the root object or of an element. */
  readonly #key = Buffer.alloc(longestKey);
  #keyLength = 0;
  #isKeyNext = false;
  #readsKey = false;
  #list: string | null = null;
  #keys: ReadonlySet<string> = new Set();
  #index = 0;
  #hasValue = false;
  readonly #element = Buffer.alloc(longestElement + 1);
  #length = 0;
  #copies = false;

  constructor(wanted: WantedLists, sink: SkimSink) {
    this.#wanted = wanted;
    this.#sink = sink;
  }

  /** Why it is no JSON with an object as its root; null: nothing wrong so far. */
  get fault(): string | null {
    return this.#fault;
  }

  take(piece: Uint8Array): void {
    for (let at = 0; at < piece.length && this.#fault === null; at += 1) {
      at = this.#skip(piece, at);
      if (at < piece.length) this.#byte(piece[at] as number, at);
    }
    this.#offset += piece.length;
  }

  /** Where the next byte is that tells something: most of a large file is numbers and texts that nobody wants. */
  #skip(piece: Uint8Array, from: number): number {
    if (this.#copies || this.#readsKey || this.#escaped) return from;
    let at = from;
    if (this.#text) {
      while (at < piece.length && piece[at] !== quote && piece[at] !== backslash) at += 1;
    } else if (this.#depth > inElement || (this.#list === null && this.#depth >= inList)) {
      while (at < piece.length && !tells[piece[at] as number]) at += 1;
    }
    return at;
  }

  end(): void {
    if (this.#fault === null && !this.#ended)
      this.#fault = this.#offset === 0 ? 'it is empty' : 'it is not valid JSON (it stops in the middle)';
  }

  #byte(byte: number, at: number): void {
    if (this.#text) return this.#inText(byte);
    if (isSpace(byte)) return;
    if (this.#ended) return this.#wrong(at);
    switch (byte) {
      case quote:
        this.#text = true;
        if (this.#isKeyNext && this.#hasKeys) {
          this.#readsKey = true;
          this.#keyLength = 0;
          return;
        }
        return this.#value(byte);
      case openBrace:
      case openBracket:
        return this.#open(byte === openBracket, byte, at);
      case closeBrace:
      case closeBracket:
        return this.#close(byte === closeBracket, byte, at);
      case comma:
        return this.#next(byte);
      case colon:
        if (!this.#hasKeys) return this.#copy(byte);
        this.#isKeyNext = false;
        return this.#beginValue();
      default:
        if (this.#depth === 0) return this.#wrong(at);
        return this.#value(byte);
    }
  }

  #inText(byte: number): void {
    if (this.#readsKey) {
      if (byte === quote && !this.#escaped) this.#readsKey = false;
      else if (this.#keyLength < longestKey) this.#key[this.#keyLength++] = byte;
    } else this.#copy(byte);
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#text = false;
  }

  /** Whether keys of this level tell what is wanted. */
  get #hasKeys(): boolean {
    if (this.#lists[this.#depth] === 1) return false;
    return this.#depth === inRoot || (this.#depth === inElement && this.#list !== null);
  }

  #open(isList: boolean, byte: number, at: number): void {
    if (this.#depth === 0 && isList) return this.#wrong(at);
    if (this.#depth >= deepest) {
      this.#fault = `it is nested more than ${deepest} deep`;
      return;
    }
    if (this.#depth === inRoot && isList) this.#beginList();
    if (this.#depth === inList) this.#beginElement();
    this.#copy(byte);
    this.#depth += 1;
    this.#lists[this.#depth] = isList ? 1 : 0;
    this.#isKeyNext = true;
  }

  #close(isList: boolean, byte: number, at: number): void {
    if (this.#depth === 0 || (this.#lists[this.#depth] === 1) !== isList) return this.#wrong(at);
    if (this.#depth === inElement && this.#list !== null) this.#copies = false;
    this.#depth -= 1;
    this.#copy(byte);
    if (this.#depth === inList) this.#endElement();
    else if (this.#depth === inRoot) this.#endList();
    else if (this.#depth === 0) this.#ended = true;
  }

  #next(byte: number): void {
    if (this.#hasKeys) {
      this.#isKeyNext = true;
      this.#copies = false;
    } else if (this.#depth === inList) this.#endElement();
    else this.#copy(byte);
  }

  /** A part of a value: of one that is wanted, or of an element that is no object. */
  #value(byte: number): void {
    if (this.#depth === inList && !this.#hasValue) this.#beginElement();
    this.#copy(byte);
  }

  #beginList(): void {
    const name = this.#keyText();
    if (!Object.hasOwn(this.#wanted, name)) return;
    this.#list = name;
    this.#keys = this.#wanted[name] as ReadonlySet<string>;
    this.#index = 0;
    this.#hasValue = false;
    this.#sink.list(name);
  }

  #endList(): void {
    if (this.#list !== null && this.#hasValue) this.#endElement();
    this.#list = null;
  }

  #beginElement(): void {
    this.#hasValue = true;
    this.#element[0] = openBrace;
    this.#length = 1;
    this.#copies = false;
  }

  #endElement(): void {
    if (!this.#hasValue) return;
    this.#hasValue = false;
    if (this.#list === null) return;
    this.#copies = false;
    // The last place is kept for the brace.
    if (this.#length >= longestElement) this.#length = 1;
    this.#element[this.#length] = closeBrace;
    this.#sink.element(this.#list, this.#index, this.#element.subarray(0, this.#length + 1));
    this.#index += 1;
  }

  /** After a key of the root object or of an element. */
  #beginValue(): void {
    if (this.#depth !== inElement) return;
    const key = this.#keyText();
    if (!this.#keys.has(key)) return;
    this.#copies = true;
    for (const byte of Buffer.from(`${this.#length === 1 ? '' : ','}${JSON.stringify(key)}:`)) this.#copy(byte);
  }

  #keyText(): string {
    return this.#keyLength >= longestKey ? '' : this.#key.toString('latin1', 0, this.#keyLength);
  }

  #copy(byte: number): void {
    if (!this.#copies || this.#length >= longestElement) return;
    this.#element[this.#length++] = byte;
  }

  #wrong(at: number): void {
    this.#fault = `it is not valid JSON (at byte ${this.#offset + at})`;
  }
}
