import { ElementText } from './json-element.ts';
import { backslash, braces, brackets, colon, comma, isSpace, quote } from './json-signs.ts';

const longestKey = 128;

/** The key of an object that was read last. */
class KeyText {
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

/*
 * Goes through a JSON text of any size piece by piece, and hands over the elements of some lists of its root object, each
 * with a few of its keys only. What is not asked for is never held: segmentations are most of a large COCO file, and a
 * hostile file can be made of values that take thirty times its own size in memory. The root object, its wanted lists and
 * their elements must be JSON to the letter; of all else only texts and brackets are followed.
 */

/** What the elements of a list are wanted for: the list's name in the root object, the keys of its elements. */
export type WantedLists = Readonly<Record<string, ReadonlySet<string>>>;

export type SkimSink = {
  /** The root object has this list. */
  readonly list: (name: string) => void;
  /**
   * An element; `text` is JSON, of an object with no other keys than those wanted. It must not be kept. A value that is too
   * long is an empty one of its kind.
   */
  readonly element: (list: string, index: number, text: Buffer) => void;
};

const deepest = 10_000;

const tells = Uint8Array.from({ length: 256 }, (_, byte) =>
  [quote, braces.open, braces.close, brackets.open, brackets.close].includes(byte) ? 1 : 0,
);

/** Depths: the root object is 1, a list in it 2, an element of that list 3. */
const [inRoot, inList, inElement] = [1, 2, 3];

/** What may follow at a level that must be JSON to the letter. */
type Expected = 'key' | 'key or end' | 'colon' | 'value' | 'value or end' | 'comma or end';

export class JsonSkim {
  readonly #wanted: WantedLists;
  readonly #sink: SkimSink;
  /** Of each level, whether it is a list. */
  readonly #lists = new Uint8Array(deepest + 1);
  #depth = 0;
  #isStrict = false;
  #expected: Expected = 'value';
  #text = false;
  #escaped = false;
  /** Within a number or a word. */
  #plain = false;
  #ended = false;
  #fault: string | null = null;
  #offset = 0;
  /** The key that is being read, or was read last, of the root object or of an element. */
  readonly #key = new KeyText();
  #readsKey = false;
  /** Keys of wanted lists that the root object was seen to have. */
  readonly #seen = new Set<string>();
  #list: string | null = null;
  #keys: ReadonlySet<string> = new Set();
  #index = 0;
  #hasElement = false;
  readonly #element = new ElementText();

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
    if (this.#element.copies || this.#readsKey || this.#escaped) return from;
    let at = from;
    if (this.#text) {
      while (at < piece.length && piece[at] !== quote && piece[at] !== backslash) at += 1;
    } else if (!this.#isStrict && this.#depth >= inList) {
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
    const wasPlain = this.#plain;
    this.#plain = false;
    if (isSpace(byte)) return this.#element.space();
    if (this.#ended) return this.#wrong(at);
    switch (byte) {
      case quote:
        return this.#openText(byte, at);
      case braces.open:
      case brackets.open:
        return this.#open(byte === brackets.open, byte, at);
      case braces.close:
      case brackets.close:
        return this.#close(byte === brackets.close, byte, at);
      case comma:
        return this.#next(byte, at);
      case colon:
        return this.#afterKey(byte, at);
      default:
        this.#plain = true;
        if (wasPlain) this.#element.copy(byte);
        else this.#value(byte, at);
    }
  }

  #openText(byte: number, at: number): void {
    this.#text = true;
    if (this.#isStrict && (this.#expected === 'key' || this.#expected === 'key or end')) {
      this.#readsKey = true;
      this.#key.begin();
    } else this.#value(byte, at);
  }

  #inText(byte: number): void {
    const ends = byte === quote && !this.#escaped;
    if (!this.#readsKey) this.#element.copy(byte);
    else if (ends) {
      this.#readsKey = false;
      this.#expected = 'colon';
    } else this.#key.copy(byte);
    this.#escaped = byte === backslash && !this.#escaped;
    if (ends) this.#text = false;
  }

  #open(isList: boolean, byte: number, at: number): void {
    if (this.#depth === 0) {
      if (isList) return this.#wrong(at);
    } else if (!this.#begins(at)) return;
    if (this.#depth >= deepest) {
      this.#fault = `it is nested more than ${deepest.toLocaleString('en-US')} deep`;
      return;
    }
    if (this.#depth === inRoot && isList) this.#beginList();
    else if (this.#depth === inList && this.#list !== null) this.#beginElement(!isList);
    // Of an element that is an object the brace is there already.
    if (isList || this.#depth !== inList) this.#element.copy(byte);
    this.#depth += 1;
    this.#lists[this.#depth] = isList ? 1 : 0;
    this.#level();
    this.#expected = isList ? 'value or end' : 'key or end';
  }

  #close(isList: boolean, byte: number, at: number): void {
    if (this.#depth === 0 || (this.#lists[this.#depth] === 1) !== isList) return this.#wrong(at);
    if (this.#isStrict && (this.#expected === 'key' || this.#expected === 'value' || this.#expected === 'colon'))
      return this.#wrong(at);
    if (this.#isStrict) this.#element.endValue();
    else this.#element.copy(byte);
    this.#depth -= 1;
    if (this.#depth === inList) this.#endElement();
    else if (this.#depth === inRoot) this.#endList();
    else if (this.#depth === 0) this.#ended = true;
    this.#level();
    this.#expected = 'comma or end';
  }

  #next(byte: number, at: number): void {
    if (this.#depth > 0 && !this.#isStrict) return this.#element.copy(byte);
    if (this.#depth === 0 || this.#expected !== 'comma or end') return this.#wrong(at);
    const isInList = this.#lists[this.#depth] === 1;
    if (isInList) this.#endElement();
    else this.#element.endValue();
    this.#expected = isInList ? 'value' : 'key';
  }

  #afterKey(byte: number, at: number): void {
    if (this.#depth > 0 && !this.#isStrict) return this.#element.copy(byte);
    if (this.#depth === 0 || this.#expected !== 'colon') return this.#wrong(at);
    this.#expected = 'value';
    const key = this.#key.text;
    if (key === null) return this.#wrong(at);
    if (this.#depth === inElement) {
      if (this.#keys.has(key)) this.#element.key(key);
    } else if (Object.hasOwn(this.#wanted, key)) {
      // Which of two counts is not for a reader to know; and limits of a list are meant for the file.
      if (this.#seen.has(key)) this.#fault = `it has more than one "${key}"; keep one of them`;
      this.#seen.add(key);
    }
  }

  /** A number, a word or a text begins, or a part of what is not looked at. */
  #value(byte: number, at: number): void {
    if (this.#depth === 0) return this.#wrong(at);
    if (!this.#begins(at)) return;
    if (this.#depth === inList && this.#list !== null) this.#beginElement(false);
    this.#element.copy(byte);
  }

  /** Whether a value may stand here. */
  #begins(at: number): boolean {
    if (!this.#isStrict) return true;
    const may = this.#expected === 'value' || this.#expected === 'value or end';
    if (may) this.#expected = 'comma or end';
    else this.#wrong(at);
    return may;
  }

  #level(): void {
    const isWanted = this.#depth === inList || (this.#depth === inElement && this.#lists[inElement] === 0);
    this.#isStrict = this.#depth === inRoot || (this.#list !== null && isWanted);
  }

  #beginList(): void {
    const name = this.#key.text;
    if (name === null || !Object.hasOwn(this.#wanted, name)) return;
    this.#list = name;
    this.#keys = this.#wanted[name] as ReadonlySet<string>;
    this.#index = 0;
    this.#sink.list(name);
  }

  #endList(): void {
    this.#endElement();
    this.#list = null;
  }

  #beginElement(isObject: boolean): void {
    this.#hasElement = true;
    this.#element.begin(isObject);
  }

  #endElement(): void {
    if (!this.#hasElement || this.#list === null) return;
    this.#hasElement = false;
    this.#sink.element(this.#list, this.#index, this.#element.end());
    this.#index += 1;
  }

  #wrong(at: number): void {
    this.#fault = `it is not valid JSON (at byte ${this.#offset + at})`;
  }
}
