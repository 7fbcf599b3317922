import { baseName } from '../../platform/names.ts';
import { folderOf } from './sidecar-names.ts';
import type { SourceFolder } from './source-file.ts';

/** Listing a larger folder costs more than asking for the few names that are wanted. */
const mostNames = 8_000;
const largeForMilliseconds = 10_000;
const mostListings = 256;

type Listing = {
  /** When it was begun: what was there by then is in it. */
  readonly at: number;
  /** Null: nothing is known, for the folder is too large or can't be read. */
  names: Promise<ReadonlySet<string> | null>;
  isLarge: boolean;
};

/**
 * In a burst of pictures each would ask for eight or more names of which hardly one is there: one listing of the folder
 * answers for all of them. It only ever says that a file is not there; whatever may be is looked at itself.
 */
export class FolderListings {
  readonly #folder: SourceFolder;
  readonly #now: () => number;
  readonly #listings = new Map<string, Listing>();

  constructor(folder: SourceFolder, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Those of the paths that may be there, by listings no older than `maxAge` milliseconds. 0: all of them. */
  async possible(paths: readonly string[], maxAge: number): Promise<readonly string[]> {
    if (maxAge <= 0) return paths;
    const known = new Map<string, ReadonlySet<string> | null>();
    for (const folder of new Set(paths.map(folderOf))) known.set(folder, await this.#namesOf(folder, maxAge));
    return paths.filter((path) => known.get(folderOf(path))?.has(folded(baseName(path))) ?? true);
  }

  #namesOf(folder: string, maxAge: number): Promise<ReadonlySet<string> | null> {
    const now = this.#now();
    const present = this.#listings.get(folder);
    const term = present?.isLarge === true ? largeForMilliseconds : maxAge;
    if (present !== undefined && now >= present.at && now - present.at <= term) return present.names;
    const listing: Listing = { at: now, names: Promise.resolve(null), isLarge: false };
    listing.names = this.#read(folder, listing);
    this.#listings.delete(folder);
    this.#listings.set(folder, listing);
    const oldest = this.#listings.keys().next();
    if (this.#listings.size > mostListings && !oldest.done) this.#listings.delete(oldest.value);
    return listing.names;
  }

  /** A folder that is not there has no names. */
  async #read(folder: string, listing: Listing): Promise<ReadonlySet<string> | null> {
    const names = await this.#folder.names(folder);
    if (names === null) return (await this.#folder.isAbsent(folder)) ? new Set() : null;
    listing.isLarge = names.length > mostNames;
    return listing.isLarge ? null : new Set(names.map(folded));
  }
}

/** Some file systems do not tell upper from lower case, or change how letters are composed: neither does this. */
const folded = (name: string): string => (ascii.test(name) ? name : name.normalize('NFC')).toLowerCase();
const ascii = /^[ -~]*$/;
