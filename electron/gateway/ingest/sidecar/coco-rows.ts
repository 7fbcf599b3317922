import { shortBox, shortValue } from './coco-values.ts';
import { readNumber } from './problems.ts';

export type AnnotationRow = {
  /** Position in the file's list. */
  readonly index: number;
  /** Number of its class, -1: none. */
  readonly named: number;
  readonly box: unknown;
  readonly score: unknown;
};
type Odd = Pick<AnnotationRow, 'box' | 'score'>;

const columns = 5;
const noScore = Number.NEGATIVE_INFINITY;

/**
 * Annotations by the place of their picture, in columns of numbers: as objects they would take five times as much. Boxes and
 * scores that are no numbers are kept beside them for `mostOdd` annotations; of others it is known that they are none.
 */
export class AnnotationRows {
  readonly #mostOdd: number;
  /** By place: its first and its last annotation, -1 where there is none. By annotation: the next one of its place. */
  #first = new Int32Array(1_024).fill(-1);
  #last = new Int32Array(1_024).fill(-1);
  #next = new Int32Array(1_024);
  #named = new Int32Array(1_024);
  #index = new Int32Array(1_024);
  /** left, top, width, height, score. */
  #numbers = new Float64Array(columns * 1_024);
  readonly #odd = new Map<number, Odd>();
  #count = 0;

  constructor(mostOdd: number) {
    this.#mostOdd = mostOdd;
  }

  get count(): number {
    return this.#count;
  }

  add(place: number, { index, named, box, score }: AnnotationRow): void {
    const row = this.#count;
    this.#count += 1;
    this.#makeRoom(place);
    const last = this.#last[place] as number;
    if (last === -1) this.#first[place] = row;
    else this.#next[last] = row;
    this.#last[place] = row;
    this.#next[row] = -1;
    this.#index[row] = index;
    this.#named[row] = named;
    const numbers = Array.isArray(box) && box.length === 4 ? box.map(readNumber) : [null];
    const confidence = isThere(score) ? readNumber(score) : noScore;
    const at = row * columns;
    for (let column = 0; column < 4; column += 1) this.#numbers[at + column] = numbers[column] ?? Number.NaN;
    this.#numbers[at + 4] = confidence ?? Number.NaN;
    if ((numbers.includes(null) || confidence === null) && this.#odd.size < this.#mostOdd)
      this.#odd.set(row, { box: shortBox(box), score: shortValue(score) });
  }

  *at(place: number): Generator<AnnotationRow> {
    for (let row = this.#first[place] ?? -1; row !== -1; row = this.#next[row] as number) {
      const at = row * columns;
      const box = Array.from(this.#numbers.subarray(at, at + 4));
      const number = this.#numbers[at + 4] as number;
      const score = number === noScore ? undefined : number;
      yield {
        index: this.#index[row] as number,
        named: this.#named[row] as number,
        box,
        score,
        ...this.#odd.get(row),
      };
    }
  }

  #makeRoom(place: number): void {
    if (place >= this.#first.length) {
      this.#first = grown(this.#first, new Int32Array(2 * place).fill(-1));
      this.#last = grown(this.#last, new Int32Array(2 * place).fill(-1));
    }
    if (this.#count <= this.#next.length) return;
    const length = 2 * this.#next.length;
    this.#next = grown(this.#next, new Int32Array(length));
    this.#named = grown(this.#named, new Int32Array(length));
    this.#index = grown(this.#index, new Int32Array(length));
    this.#numbers = grown(this.#numbers, new Float64Array(columns * length));
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
