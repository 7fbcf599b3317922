/*
 * The directories of a TIFF structure (Adobe TIFF 6.0, sections 2 and 8; BigTIFF with offsets of 64 bits), as TIFF files
 * and EXIF blocks have them. Every offset is checked: nothing outside of `bytes` is read, and nothing is followed twice.
 */

export type TiffField = {
  readonly type: number;
  readonly count: number;
  /** Where its values lie, in bytes from the beginning; they may lie outside. */
  readonly at: number;
};

/** By tag; a tag that stands there twice has two fields. */
export type TiffDirectory = {
  readonly fields: ReadonlyMap<number, readonly TiffField[]>;
  /** Offset of the next directory; 0: none. */
  readonly next: number;
};

/** `cut`: it runs over the end of what is there. */
export type DirectoryReading = TiffDirectory | 'cut' | 'wrong';

/** BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, IFD, LONG8 …: bytes each. */
const sizes: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const MOST_FIELDS = 4_096;

const sizeOfType = (type: number): number => sizes[type] ?? 0;

export class TiffReader {
  readonly #bytes: Buffer;
  readonly #little: boolean;
  readonly #big: boolean;
  readonly firstDirectory: number;

  private constructor(bytes: Buffer, little: boolean, big: boolean) {
    this.#bytes = bytes;
    this.#little = little;
    this.#big = big;
    this.firstDirectory = big ? this.#long8(8) : this.long(4);
  }

  /** Null for what does not begin as a TIFF structure does. */
  static open(bytes: Buffer): TiffReader | null {
    const order = bytes.toString('latin1', 0, 2);
    if (bytes.length < 16 || (order !== 'II' && order !== 'MM')) return null;
    const little = order === 'II';
    const version = little ? bytes.readUInt16LE(2) : bytes.readUInt16BE(2);
    if (version !== 42 && version !== 43) return null;
    return new TiffReader(bytes, little, version === 43);
  }

  directory(offset: number): DirectoryReading {
    const bytes = this.#bytes;
    const [countBytes, entryBytes, offsetBytes] = this.#big ? [8, 20, 8] : [2, 12, 4];
    if (offset < 8) return 'wrong';
    if (offset + countBytes > bytes.length) return 'cut';
    const count = this.#big ? this.#long8(offset) : this.short(offset);
    if (count === 0 || count > MOST_FIELDS) return 'wrong';
    const first = offset + countBytes;
    const end = first + count * entryBytes;
    if (end > bytes.length) return 'cut';
    const fields = new Map<number, TiffField[]>();
    for (let entry = first; entry < end; entry += entryBytes) {
      const type = this.short(entry + 2);
      const values = this.#big ? this.#long8(entry + 4) : this.long(entry + 4);
      const place = entry + entryBytes - offsetBytes;
      const isHere = values * sizeOfType(type) <= offsetBytes;
      const at = isHere ? place : this.#big ? this.#long8(place) : this.long(place);
      const tag = this.short(entry);
      fields.set(tag, [...(fields.get(tag) ?? []), { type, count: values, at }]);
    }
    const next = end + offsetBytes > bytes.length ? 0 : this.#big ? this.#long8(end) : this.long(end);
    return { fields, next };
  }

  /** A field of whole numbers without a sign, at most `most` of them; null where it is none, or lies outside. */
  numbers({ type, count, at }: TiffField, most: number): readonly number[] | null {
    const size = sizeOfType(type);
    if (count < 1 || count > most || size === 0 || at + count * size > this.#bytes.length) return null;
    const read = this.#readerOf(type);
    return read === null ? null : Array.from({ length: count }, (_, index) => read(at + index * size));
  }

  short(at: number): number {
    return this.#little ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  long(at: number): number {
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  #long8(at: number): number {
    return Number(this.#little ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigUInt64BE(at));
  }

  #readerOf(type: number): ((at: number) => number) | null {
    if (type === 1) return (at) => this.#bytes[at] ?? 0;
    if (type === 3) return (at) => this.short(at);
    if (type === 4 || type === 13) return (at) => this.long(at);
    return type === 16 || type === 18 ? (at) => this.#long8(at) : null;
  }
}
