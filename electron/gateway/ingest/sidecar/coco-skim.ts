import { type CocoIndex, cocoKeys } from './coco-index.ts';
import { CocoTable, cocoLimits } from './coco-table.ts';
import { JsonSkim } from './json-skim.ts';
import { isObject, type JsonObject, parseJson } from './json-text.ts';
import { decodeText } from './text.ts';

/** `isMeant`: it has lists of a COCO file. */
export type SkimmedCoco =
  | { readonly kind: 'coco'; readonly index: CocoIndex; readonly weight: number }
  | { readonly kind: 'other' }
  | { readonly kind: 'bad'; readonly why: string; readonly isMeant: boolean };

/** Reads a COCO file that is too large to be taken whole, piece by piece. */
export class CocoSkim {
  readonly #table: CocoTable;
  readonly #json: JsonSkim;
  readonly #lists = new Set<string>();
  #fault: string | null = null;
  #hasBegun = false;
  /** Whether the first of its images has a file's name; null: there is none. */
  #isImage: boolean | null = null;
  /** That the encoding had to be guessed. */
  #note: string | null = null;

  /** `mostOdd`: so many values that are no numbers are kept as they are, to be named in messages. */
  constructor(mostOdd?: number) {
    this.#table = new CocoTable(mostOdd);
    this.#json = new JsonSkim(cocoKeys, {
      list: (name) => this.#lists.add(name),
      element: (list, index, text) => this.#take(list, index, text),
    });
  }

  take(piece: Uint8Array): void {
    if (this.#fault !== null) return;
    let rest = piece;
    if (!this.#hasBegun && piece.length > 0) {
      this.#hasBegun = true;
      if (piece[0] === 0xff || piece[0] === 0xfe || piece[0] === 0 || piece[1] === 0) {
        this.#fault = 'it is in UTF-16, which is read in small files only; save it in UTF-8';
        return;
      }
      if (piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf) rest = piece.subarray(3);
    }
    this.#json.take(rest);
    this.#fault ??= this.#json.fault;
  }

  end(): SkimmedCoco {
    this.#json.end();
    const why = this.#fault ?? this.#json.fault;
    if (why !== null) return { kind: 'bad', why, isMeant: this.#isMeant };
    const isCoco =
      this.#isImage ?? (this.#lists.has('images') && (this.#lists.has('annotations') || this.#lists.has('categories')));
    return isCoco
      ? { kind: 'coco', weight: this.#table.weight, index: this.#table.index(this.#note) }
      : { kind: 'other' };
  }

  /** A file may begin with annotations and be given up before it comes to its pictures. */
  get #isMeant(): boolean {
    return this.#lists.has('images') || this.#lists.has('categories') || this.#table.hasAnnotations;
  }

  #take(list: string, index: number, text: Buffer): void {
    if (this.#fault !== null) return;
    const element = this.#parse(text, `${list}[${index}]`);
    if (list === 'images') this.#isImage ??= typeof element?.['file_name'] === 'string';
    if (element !== null) {
      if (list === 'categories') this.#table.category(element);
      else if (list === 'images') this.#table.image(element);
      else this.#table.annotation(index, element);
    }
    this.#limit(list, index);
  }

  #limit(list: string, index: number): void {
    const { images, annotations, categories, textBytes } = cocoLimits;
    if (list === 'categories' && index >= categories) this.#tooMuch(`${count(categories)} classes`);
    else if ((list === 'images' && index >= images) || this.#table.pictureCount > images)
      this.#tooMuch(`${count(images)} pictures`);
    else if (list === 'annotations' && index >= annotations) this.#tooMuch(`${count(annotations)} annotations`);
    else if (this.#table.textBytes > textBytes) this.#tooMuch(`${count(textBytes / 1e6)} MB of names and ids`);
  }

  #parse(text: Buffer, where: string): JsonObject | null {
    const plain = text.toString();
    const decoded = plain.includes('\ufffd') ? decodeText(text) : null;
    const isDecoded = decoded?.ok === true;
    if (isDecoded) this.#note ??= decoded.note;
    const parsed = parseJson(isDecoded ? decoded.text : plain);
    if (parsed.ok) return isObject(parsed.value) ? parsed.value : null;
    this.#fault = `it is not valid JSON (in ${where})`;
    return null;
  }

  #tooMuch(what: string): void {
    this.#fault ??= `it has more than the ${what} that are read; split it, or put a file of its own beside each picture`;
  }
}

const count = (number: number): string => number.toLocaleString('en-US');
