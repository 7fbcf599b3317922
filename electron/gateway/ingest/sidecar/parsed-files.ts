import type { FileVersion, SourceFolder } from './source-file.ts';

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly why: string };

type Kept<T> = { readonly version: FileVersion; readonly result: Promise<Parsed<T>> };

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

  constructor(folder: SourceFolder, settings: ParsedFilesSettings<T>) {
    this.#folder = folder;
    this.#settings = settings;
  }

  async get(path: string): Promise<Parsed<T>> {
    const version = await this.#folder.version(path);
    const kept = this.#kept.get(path);
    this.#kept.delete(path);
    if (version === null) return { kind: 'missing' };
    const isCurrent = kept?.version.size === version.size && kept.version.modified === version.modified;
    const current = kept !== undefined && isCurrent ? kept : { version, result: this.#load(path) };
    this.#kept.set(path, current);
    this.#forgetOldest();
    const result = await current.result;
    // What could not be read may be readable the next time, with the same size and time.
    if (result.kind === 'unreadable' && this.#kept.get(path) === current) this.#kept.delete(path);
    return result;
  }

  async #load(path: string): Promise<Parsed<T>> {
    const content = await this.#folder.read(path, this.#settings.maxBytes);
    return content.kind === 'content' ? { kind: 'parsed', value: this.#settings.parse(path, content.bytes) } : content;
  }

  #forgetOldest(): void {
    const { maxKeptBytes, maxKeptFiles } = this.#settings;
    let bytes = 0;
    for (const { version } of this.#kept.values()) bytes += Math.max(0, version.size);
    for (const [path, { version }] of this.#kept) {
      if (this.#kept.size <= 1 || (bytes <= maxKeptBytes && this.#kept.size <= maxKeptFiles)) return;
      this.#kept.delete(path);
      bytes -= Math.max(0, version.size);
    }
  }
}
