import type { CocoAnnotation, CocoImage, CocoIndex } from './coco-index.ts';
import { nameKey } from './coco-index.ts';
import { AnnotationRows } from './coco-rows.ts';
import { bytesOf, shortValue } from './coco-values.ts';
import type { JsonObject } from './json-text.ts';
import { readNumber } from './problems.ts';
import { readText } from './text.ts';

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

type Id = string | number;

/** A large COCO file as it is read, in any order of its lists. */
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
  readonly #rows: AnnotationRows;
  #oddSides = 0;

  constructor(mostOdd = mostOddValues) {
    this.#mostOdd = mostOdd;
    this.#rows = new AnnotationRows(mostOdd);
  }

  /** Of all texts that are kept. */
  get textBytes(): number {
    return this.#textBytes;
  }

  get hasAnnotations(): boolean {
    return this.#rows.count > 0;
  }

  /** Of which it has heard: those that it lists and those that annotations name. */
  get pictureCount(): number {
    return this.#places.size;
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
  annotation(index: number, { image_id, category_id, bbox: box, score }: JsonObject): void {
    const image = idOf(image_id);
    if (image !== null)
      this.#rows.add(this.#placeOf(image), { index, named: this.#nameOf(idOf(category_id)), box, score });
  }

  /** Bytes that it takes, roughly. */
  get weight(): number {
    const ids = this.#places.size + this.#named.size + this.#categories.size;
    return 64 * this.#rows.count + 300 * this.#imageCount + 100 * ids + this.#textBytes;
  }

  /** `note`: how its encoding had to be guessed. It grows with what is still to come. */
  index(note: string | null = null): CocoIndex {
    const imageCount = this.#imageCount;
    return { byName: this.#byName, imageCount, onlyImage: imageCount === 1 ? this.#lastImage : null, note };
  }

  *annotationsAt(place: number): Generator<CocoAnnotation> {
    for (const { named, ...row } of this.#rows.at(place)) {
      const categoryId = this.#namedIds[named];
      const category = categoryId === undefined ? null : (this.#categories.get(categoryId) ?? null);
      yield { ...row, category, categoryId };
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
}

/** Numbers as numbers, which take less; null where there is none. */
function idOf(value: unknown): Id | null {
  const text = readText(value);
  if (text === undefined) return null;
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

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
