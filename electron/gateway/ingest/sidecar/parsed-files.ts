import { type FileVersion, sameVersion } from '../../model/file-version.ts';
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

export type ParsedFilesSettings<T> = {
  /** Largest file that is read. */
  readonly maxBytes: number;
  /** Most that is kept, in bytes of the files as they lie on disk; the least recently used goes first. */
  readonly maxKeptBytes: number;
  readonly maxKeptFiles: number;
  readonly parse: (path: string, bytes: Buffer) => T;
};

/** Files that speak for many pictures, read once for each version and shared by all who ask meanwhile. */
export class ParsedFiles<T> {
  readonly #folder: SourceFolder;
  readonly #settings: ParsedFilesSettings<T>;
  /** In order of use, the most recent last. */
  readonly #kept = new Map<string, Kept<T>>();

  readonly #now: () => number;

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
    const result = kept !== undefined && sameVersion(kept.version, version) ? kept.result : this.#load(path);
    const current = { version, result, checkedAt: now };
    this.#kept.set(path, current);
    this.#forgetOldest();
    const parsed = await result;
    // What could not be read may be readable the next time, with the same size and time.
    if (parsed.kind === 'unreadable' && this.#kept.get(path) === current) this.#kept.delete(path);
    return parsed;
  }

  async #load(path: string): Promise<Parsed<T>> {
    const content = await this.#folder.read(path, this.#settings.maxBytes);
    if (content.kind !== 'content') return content;
    return { kind: 'parsed', value: this.#settings.parse(path, content.bytes), version: content.version };
  }

  #forgetOldest(): void {
    const { maxKeptBytes, maxKeptFiles } = this.#settings;
    let bytes = 0;
    for (const { version } of this.#kept.values()) bytes += Math.max(0, version.bytes);
    for (const [path, { version }] of this.#kept) {
      if (this.#kept.size <= 1 || (bytes <= maxKeptBytes && this.#kept.size <= maxKeptFiles)) return;
      this.#kept.delete(path);
      bytes -= Math.max(0, version.bytes);
    }
  }
}
