import { baseName, stemOf } from '../../platform/names.ts';
import { folded, folderOf, isPlaceName, joinPath, type Place, pictureFoldersOf } from './label-places.ts';
import type { SourceFolder } from './source-file.ts';

const PICTURE = /\.(?:jpe?g|jpe|jfif|png|bmp|tiff?|gif|webp)$/i;
const freshMilliseconds = 1_000;
const listShare = 20;
const mostFolders = 16;

export type PicturesOfLabel = {
  /** Paths of pictures that are there, as they are written. */
  readonly present: readonly string[];
  /** Where none is there: the stems that one may have had which was collected and archived or deleted since. */
  readonly gone: readonly string[];
};

type Listing = {
  readonly at: number;
  readonly took: number;
  /** Folded stem -> names of pictures. */
  readonly pictures: ReadonlyMap<string, readonly string[]>;
  /** Folded name -> name, of what the table knows. */
  readonly places: ReadonlyMap<string, string>;
};

/**
 * Pictures on the disk that a label may belong to. Asked only for labels whose picture was not collected under the very
 * name: they may come by the thousand, so a folder is listed once a second at most.
 */
export class PicturesOfLabels {
  readonly #folder: SourceFolder;
  readonly #now: () => number;
  readonly #listings = new Map<string, Promise<Listing>>();

  constructor(folder: SourceFolder, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  async of(labelPath: string): Promise<PicturesOfLabel> {
    const stem = stemOf(baseName(labelPath));
    const names = [...new Set([stem, stemOf(stem)])];
    const present: string[] = [];
    const gone: string[] = [];
    for (const place of pictureFoldersOf(folderOf(labelPath))) {
      const folder = await this.#resolve(place);
      if (folder === null) continue;
      const { pictures } = await this.#list(folder);
      for (const name of names) {
        const found = pictures.get(folded(name)) ?? [];
        present.push(...found.map((picture) => joinPath(folder, picture)));
        if (found.length > 0) continue;
        for (const written of new Set([name, name.toUpperCase(), name.toLowerCase()]))
          gone.push(joinPath(folder, written));
      }
    }
    return { present, gone };
  }

  async #resolve({ base, below }: Place): Promise<string | null> {
    let path = base;
    for (const name of below) {
      const written = isPlaceName(folded(name)) ? (await this.#list(path)).places.get(folded(name)) : name;
      if (written === undefined) return null;
      path = joinPath(path, written);
    }
    return path;
  }

  async #list(folder: string): Promise<Listing> {
    const now = this.#now();
    const present = await this.#listings.get(folder);
    const age = now - (present?.at ?? Number.NEGATIVE_INFINITY);
    if (present !== undefined && age >= 0 && age < Math.max(freshMilliseconds, listShare * present.took))
      return present;
    const listing = this.#read(folder, now);
    this.#listings.delete(folder);
    this.#listings.set(folder, listing);
    const oldest = this.#listings.keys().next();
    if (this.#listings.size > mostFolders && !oldest.done) this.#listings.delete(oldest.value);
    return listing;
  }

  async #read(folder: string, at: number): Promise<Listing> {
    const began = performance.now();
    const pictures = new Map<string, string[]>();
    const places = new Map<string, string>();
    for (const name of (await this.#folder.names(folder)) ?? []) {
      const key = folded(name);
      if (isPlaceName(key)) places.set(key, name);
      if (!PICTURE.test(name)) continue;
      const stem = stemOf(key);
      const same = pictures.get(stem);
      if (same === undefined) pictures.set(stem, [name]);
      else same.push(name);
    }
    return { at, took: performance.now() - began, pictures, places };
  }
}
