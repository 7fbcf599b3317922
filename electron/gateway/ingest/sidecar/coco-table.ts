import type { CocoAnnotation, CocoImage, CocoIndex } from './coco-index.ts';
import { nameKey } from './coco-index.ts';
import type { JsonObject } from './json-text.ts';
import { readText } from './label-text.ts';
import { readNumber } from './number.ts';

/** So many elements each list may have, so that what is kept of a file stays within some hundred megabytes. */
export const cocoLimits = { images: 500_000, annotations: 2_000_000, categories: 100_000 } as const;

/** Values that are no plain numbers are kept as they are, to be named in messages; so many of them. */
const mostOdd = 1_000;
const columns = 5;

type Id = string | number;
type Odd = Pick<CocoAnnotation, 'categoryId' | 'box' | 'score'>;

/**
 * A large COCO file as it is read, in any order of its lists. Annotations lie in columns of numbers: as objects they would
 * take five times as much.
 */
export class CocoTable {
  readonly #categories = new Map<Id, string>();
  #images: { readonly fileName: string; readonly width: unknown; readonly height: unknown; readonly place: number }[] =
    [];
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
  #count = 0;

  category({ id, name }: JsonObject): void {
    const key = idOf(id);
    const text = readText(name);
    if (key !== null && text !== undefined) this.#categories.set(key, text);
  }

  image({ id, file_name: fileName, width, height }: JsonObject): void {
    const key = idOf(id);
    if (typeof fileName !== 'string' || key === null) return;
    const place = this.#placeOf(key);
    this.#images.push({ fileName: Buffer.from(fileName).toString(), width, height, place });
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
    const numbers = Array.isArray(box) && box.length === 4 ? box.map(readNumber) : [];
    const isOdd =
      numbers.length !== 4 ||
      numbers.includes(null) ||
      (score != null && typeof score !== 'number') ||
      isOddId(categoryId);
    for (let column = 0; column < 4; column += 1) this.#numbers[row * columns + column] = numbers[column] ?? Number.NaN;
    this.#numbers[row * columns + 4] = typeof score === 'number' ? score : Number.NaN;
    if (isOdd && this.#odd.size < mostOdd) this.#odd.set(row, { categoryId, box, score });
  }

  /** Bytes that it takes, roughly. */
  get weight(): number {
    return 64 * this.#count + 300 * this.#images.length + 100 * (this.#places.size + this.#named.size);
  }

  index(): CocoIndex {
    const byName = new Map<string, CocoImage[]>();
    for (const { fileName, width, height, place } of this.#images) {
      const annotations = { [Symbol.iterator]: () => this.#annotationsAt(place) };
      const image: CocoImage = { fileName, width, height, annotations };
      const key = nameKey(fileName);
      const same = byName.get(key);
      if (same === undefined) byName.set(key, [image]);
      else same.push(image);
    }
    const imageCount = this.#images.length;
    this.#images.length = 0;
    const [only = null] = imageCount === 1 ? ([...byName.values()][0] ?? []) : [];
    return { byName, imageCount, onlyImage: only };
  }

  *#annotationsAt(place: number): Generator<CocoAnnotation> {
    for (let row = this.#first[place] as number; row !== -1; row = this.#next[row] as number) {
      const id = this.#namedIds[this.#category[row] as number];
      const at = row * columns;
      const score = this.#numbers[at + 4] as number;
      const plain = {
        categoryId: id,
        box: Number.isNaN(this.#numbers[at]) ? null : Array.from(this.#numbers.subarray(at, at + 4)),
        score: Number.isNaN(score) ? undefined : score,
      };
      const category = id === undefined ? null : (this.#categories.get(id) ?? null);
      yield { index: this.#position[row] as number, category, ...plain, ...this.#odd.get(row) };
    }
  }

  #placeOf(id: Id): number {
    const known = this.#places.get(id);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(id, place);
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

const isOddId = (value: unknown): boolean => typeof value !== 'number' && typeof value !== 'string';
