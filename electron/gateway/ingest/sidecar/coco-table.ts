import type { CocoAnnotation, CocoImage, CocoIndex } from './coco-index.ts';
import { nameKey } from './coco-index.ts';
import { bytesOf, shortBox, shortValue } from './coco-values.ts';
import type { JsonObject } from './json-text.ts';
import { readText } from './label-text.ts';
import { readNumber } from './number.ts';

/**
 * So many elements each list may have, and so many bytes all texts that are kept, so that what is kept of a file stays
 * within some hundred megabytes.
 */
export const cocoLimits = {
  images: 500_000,
  annotations: 2_000_000,
  categories: 100_000,
  textBytes: 100_000_000,
} as const;

/** Values that are no numbers are kept, to be named in messages; so many of them. Of others it is known that they are none. */
const mostOddValues = 1_000;
/** Pictures are found by the ends of their paths: of a longer one the end is enough. */
const longestName = 1_024;
const columns = 5;
const noScore = Number.NEGATIVE_INFINITY;

type Id = string | number;
type Odd = Pick<CocoAnnotation, 'box' | 'score'>;

/**
 * A large COCO file as it is read, in any order of its lists. Annotations lie in columns of numbers: as objects they would
 * take five times as much.
 */
export class CocoTable {
  readonly #mostOdd: number;
  readonly #categories = new Map<Id, string>();
  /** Filled as the pictures come: half a million in one go would hold up everything else for a second. */
  readonly #byName = new Map<string, CocoImage[]>();
  #imageCount = 0;
  #lastImage: CocoImage | null = null;
  #textBytes = 0;
  /** Each image id, and each id that an annotation names, has a place; each category id that is named, too. */
  readonly #places = new Map<Id, number>();
  readonly #named = new Map<Id, number>();
  readonly #namedIds: Id[] = [];
  /** By place: its first and its last annotation, -1 where there is none. By annotation: the next one of its place. */
  #first = new Int32Array(1_024).fill(-1);
  #last = new Int32Array(1_024).fill(-1);
  #next = new Int32Array(1_024);
  #category = new Int32Array(1_024);
  #position = new Int32Array(1_024);
  /** left, top, width, height, score. */
  #numbers = new Float64Array(columns * 1_024);
  readonly #odd = new Map<number, Odd>();
  #oddSides = 0;
  #count = 0;

  constructor(mostOdd = mostOddValues) {
    this.#mostOdd = mostOdd;
  }

  /** Of all texts that are kept. */
  get textBytes(): number {
    return this.#textBytes;
  }

  get hasAnnotations(): boolean {
    return this.#count > 0;
  }

  category({ id, name }: JsonObject): void {
    const key = idOf(id);
    const text = readText(name);
    if (key === null || text === undefined) return;
    this.#categories.set(key, text);
    this.#textBytes += bytesOf(key) + bytesOf(text);
  }

  image({ id, file_name: fileName, width, height }: JsonObject): void {
    const key = idOf(id);
    if (typeof fileName !== 'string' || key === null) return;
    const place = this.#placeOf(key);
    const ending = Buffer.from(fileName.slice(-longestName)).toString();
    const image = new PlacedImage(this, place, ending, this.#sideOf(width), this.#sideOf(height));
    const name = nameKey(ending);
    this.#textBytes += bytesOf(ending);
    const same = this.#byName.get(name);
    if (same !== undefined) same.push(image);
    else {
      this.#byName.set(name, [image]);
      this.#textBytes += bytesOf(name);
    }
    this.#imageCount += 1;
    this.#lastImage = image;
  }

  /** `index`: its position in the file's list. */
  annotation(index: number, { image_id, category_id: categoryId, bbox: box, score }: JsonObject): void {
    const image = idOf(image_id);
    if (image === null) return;
    const row = this.#count;
    this.#count += 1;
    this.#makeRoom();
    const place = this.#placeOf(image);
    const last = this.#last[place] as number;
    if (last === -1) this.#first[place] = row;
    else this.#next[last] = row;
    this.#last[place] = row;
    this.#next[row] = -1;
    this.#position[row] = index;
    this.#category[row] = this.#nameOf(idOf(categoryId));
    const numbers = Array.isArray(box) && box.length === 4 ? box.map(readNumber) : [null];
    const confidence = isThere(score) ? readNumber(score) : noScore;
    const at = row * columns;
    for (let column = 0; column < 4; column += 1) this.#numbers[at + column] = numbers[column] ?? Number.NaN;
    this.#numbers[at + 4] = confidence ?? Number.NaN;
    if ((numbers.includes(null) || confidence === null) && this.#odd.size < this.#mostOdd)
      this.#odd.set(row, { box: shortBox(box), score: shortValue(score) });
  }

  /** Bytes that it takes, roughly. */
  get weight(): number {
    const ids = this.#places.size + this.#named.size + this.#categories.size;
    return 64 * this.#count + 300 * this.#imageCount + 100 * ids + this.#textBytes;
  }

  /** `note`: how its encoding had to be guessed. It grows with what is still to come. */
  index(note: string | null = null): CocoIndex {
    const imageCount = this.#imageCount;
    return { byName: this.#byName, imageCount, onlyImage: imageCount === 1 ? this.#lastImage : null, note };
  }

  *annotationsAt(place: number): Generator<CocoAnnotation> {
    for (let row = this.#first[place] as number; row !== -1; row = this.#next[row] as number) {
      const categoryId = this.#namedIds[this.#category[row] as number];
      const category = categoryId === undefined ? null : (this.#categories.get(categoryId) ?? null);
      const at = row * columns;
      const box = Array.from(this.#numbers.subarray(at, at + 4));
      const number = this.#numbers[at + 4] as number;
      const score = number === noScore ? undefined : number;
      yield { index: this.#position[row] as number, category, categoryId, box, score, ...this.#odd.get(row) };
    }
  }

  #sideOf(value: unknown): unknown {
    const side = readNumber(value);
    if (side !== null) return side;
    const short = shortValue(value);
    if (typeof short !== 'string' || short === '') return short;
    this.#oddSides += 1;
    if (this.#oddSides > this.#mostOdd) return Number.NaN;
    this.#textBytes += bytesOf(short);
    return short;
  }

  #placeOf(id: Id): number {
    const known = this.#places.get(id);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(id, place);
    this.#textBytes += bytesOf(id);
    if (place >= this.#first.length) {
      this.#first = grown(this.#first, new Int32Array(2 * place).fill(-1));
      this.#last = grown(this.#last, new Int32Array(2 * place).fill(-1));
    }
    return place;
  }

  #nameOf(id: Id | null): number {
    if (id === null) return -1;
    const known = this.#named.get(id);
    if (known !== undefined) return known;
    // More classes than anybody has: what is beyond them is left without one, and that is said.
    if (this.#namedIds.length >= cocoLimits.categories) return -1;
    this.#named.set(id, this.#namedIds.length);
    this.#namedIds.push(id);
    this.#textBytes += bytesOf(id);
    return this.#namedIds.length - 1;
  }

  #makeRoom(): void {
    if (this.#count <= this.#next.length) return;
    const length = 2 * this.#next.length;
    this.#next = grown(this.#next, new Int32Array(length));
    this.#category = grown(this.#category, new Int32Array(length));
    this.#position = grown(this.#position, new Int32Array(length));
    this.#numbers = grown(this.#numbers, new Float64Array(columns * length));
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** Numbers as numbers, which take less; null where there is none. */
function idOf(value: unknown): Id | null {
  const text = readText(value);
  if (text === undefined) return null;
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Its annotations are looked up when they are asked for: a list of its own for each of half a million takes too much. */
class PlacedImage implements CocoImage {
  readonly fileName: string;
  readonly width: unknown;
  readonly height: unknown;
  readonly #table: CocoTable;
  readonly #place: number;

  constructor(table: CocoTable, place: number, fileName: string, width: unknown, height: unknown) {
    this.#table = table;
    this.#place = place;
    this.fileName = fileName;
    this.width = width;
    this.height = height;
  }

  get annotations(): Iterable<CocoAnnotation> {
    return this.#table.annotationsAt(this.#place);
  }
}
