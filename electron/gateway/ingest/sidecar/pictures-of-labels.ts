import { baseName, stemOf } from '../../platform/names.ts';
import { folded, folderOf, isPlaceName, joinPath, type Place, pictureFoldersOf } from './label-places.ts';
import type { SourceFolder } from './source-file.ts';

const PICTURE = /\.(?:jpe?g|jpe|jfif|png|bmp|tiff?|gif|webp)$/i;
const freshMilliseconds = 1_000;
const listShare = 20;
const mostFolders = 16;

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

  /** Their paths, as they are written. */
  async present(labelPath: string): Promise<readonly string[]> {
    const stem = stemOf(baseName(labelPath));
    const stems = [...new Set([stem, stemOf(stem)])].map(folded);
    const found: string[] = [];
    for (const place of pictureFoldersOf(folderOf(labelPath))) {
      const folder = await this.#resolve(place);
      if (folder === null) continue;
      const { pictures } = await this.#list(folder);
      for (const name of stems) found.push(...(pictures.get(name) ?? []).map((picture) => joinPath(folder, picture)));
    }
    return found;
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
