import { type FileVersion, sameVersion } from '../../model/file-version.ts';
import { Mutex } from '../../platform/mutex.ts';
import type { SourceFolder } from './source-file.ts';

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T; readonly version: FileVersion }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string };

type Kept<T> = {
  readonly version: FileVersion;
  readonly result: Promise<Parsed<T>>;
  /** When the file was last seen to be this version. */
  readonly checkedAt: number;
};

/** A way to read a file too large to be taken whole. `weight`: bytes that what is kept of it takes. */
export type Skim<T> = {
  readonly take: (piece: Uint8Array) => void;
  readonly end: () => { readonly value: T; readonly weight: number };
};

export type ParsedFilesSettings<T> = {
  /** Largest file that is read. */
  readonly maxBytes: number;
  /** Most that is kept, in bytes of the files as they lie on disk; the least recently used goes first. */
  readonly maxKeptBytes: number;
  readonly maxKeptFiles: number;
  readonly parse: (path: string, bytes: Buffer) => T;
  /** For files above so many bytes, which are read piece by piece; left out: all are taken whole. */
  readonly large?: { readonly from: number; readonly skim: (path: string) => Skim<T> };
};

/** Files that speak for many pictures, read once for each version and shared by all who ask meanwhile. */
export class ParsedFiles<T> {
  readonly #folder: SourceFolder;
  readonly #settings: ParsedFilesSettings<T>;
  /** In order of use, the most recent last. */
  readonly #kept = new Map<string, Kept<T>>();

  readonly #now: () => number;
  /** Of files that were read piece by piece, by what was kept of them; others weigh what they have on the disk. */
  readonly #weights = new WeakMap<Promise<Parsed<T>>, number>();
  /** Large files are read one after the other: each takes its memory before anybody knows whether it is worth it. */
  readonly #turn = new Mutex();

  constructor(folder: SourceFolder, now: () => number, settings: ParsedFilesSettings<T>) {
    this.#folder = folder;
    this.#now = now;
    this.#settings = settings;
  }

  /** A change within the last `maxAge` milliseconds may be overlooked; 0 overlooks nothing. */
  async get(path: string, maxAge = 0): Promise<Parsed<T>> {
    const now = this.#now();
    const recent = this.#kept.get(path);
    if (recent !== undefined && maxAge > 0 && now >= recent.checkedAt && now - recent.checkedAt <= maxAge)
      return recent.result;
    const version = await this.#folder.version(path);
    const kept = this.#kept.get(path);
    this.#kept.delete(path);
    if (version === null) return { kind: 'missing' };
    const result =
      kept !== undefined && sameVersion(kept.version, version) ? kept.result : this.#load(path, version.bytes);
    const current = { version, result, checkedAt: now };
    this.#kept.set(path, current);
    this.#forgetOldest();
    const parsed = await result;
    // What could not be read may be readable the next time, with the same size and time.
    if (parsed.kind === 'unreadable' && this.#kept.get(path) === current) this.#kept.delete(path);
    return parsed;
  }

  #load(path: string, bytes: number): Promise<Parsed<T>> {
    const { large, maxBytes } = this.#settings;
    if (large === undefined || bytes <= large.from) return this.#loadWhole(path, large?.from ?? maxBytes);
    const result = this.#turn.run(async (): Promise<Parsed<T>> => {
      const skim = large.skim(path);
      const content = await this.#folder.readPieces(path, maxBytes, skim.take);
      if (content.kind !== 'content') return content;
      const { value, weight } = skim.end();
      this.#weights.set(result, weight);
      this.#forgetOldest();
      return { kind: 'parsed', value, version: content.version };
    });
    // Until it is known, it must not drive out what is kept.
    this.#weights.set(result, 0);
    return result;
  }

  async #loadWhole(path: string, maxBytes: number): Promise<Parsed<T>> {
    const content = await this.#folder.read(path, maxBytes);
    if (content.kind !== 'content') return content;
    return { kind: 'parsed', value: this.#settings.parse(path, content.bytes), version: content.version };
  }

  #forgetOldest(): void {
    const { maxKeptBytes, maxKeptFiles } = this.#settings;
    const weightOf = ({ result, version }: Kept<T>): number => this.#weights.get(result) ?? Math.max(0, version.bytes);
    let bytes = 0;
    for (const kept of this.#kept.values()) bytes += weightOf(kept);
    for (const [path, kept] of this.#kept) {
      if (this.#kept.size <= 1 || (bytes <= maxKeptBytes && this.#kept.size <= maxKeptFiles)) return;
      this.#kept.delete(path);
      bytes -= weightOf(kept);
    }
  }
}
