import { baseName } from '../../platform/names.ts';
import { FolderNames } from './folder-names.ts';
import { folderOf } from './label-places.ts';
import type { SourceFolder } from './source-file.ts';

/*
 * One look at a folder answers for all its pictures. It is taken again when the folder's time of change shows that
 * names came or went, and then not for each picture: in a folder that grows all the time, the looks taken cost no more
 * than a few names a picture (`namesPerQuestion`). In between a view is not current: what is in it may be there, and of
 * what is not in it the likely names are tried by reading them.
 */

/** A folder that changes is looked at once its size, in names, was asked for by so many names a question. */
const namesPerQuestion = 64;
/** Some file systems keep times no finer than this, or do not change a folder's time at all (FAT on Windows). */
const coarseMilliseconds = 2_000;
const longestTrust = 10_000;
/** A look is never taken more often than this share of the time allows. */
const lookShare = 20;
const mostFolders = 512;
/** Of names kept in memory, of all folders together. */
const mostNames = 200_000;

/** What is known of a folder's names. `isCurrent`: what is not among them is not there. */
export type FolderView = { readonly names: FolderNames; readonly isCurrent: boolean };

type Listing = {
  readonly names: FolderNames;
  /** The folder's time of change when it was listed; null: there is no such folder. */
  readonly modified: bigint | null;
  /** The folder is there, and its names can't be listed. */
  readonly isHidden: boolean;
  readonly listedAt: number;
  /** How long the listing took, in milliseconds. */
  readonly took: number;
  /** When it was last known to be current. */
  checkedAt: number;
  questions: number;
};

export class FolderViews {
  readonly #folder: SourceFolder;
  readonly #now: () => number;
  /** In order of their listing, the newest last. */
  readonly #listings = new Map<string, Listing>();
  readonly #underWay = new Map<string, { readonly at: number; readonly listing: Promise<Listing> }>();

  constructor(folder: SourceFolder, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** A file is known to be there: it need not be listed to be found. */
  note(path: string): void {
    for (
      let [folder, name] = [folderOf(path), baseName(path)];
      ;
      [folder, name] = [folderOf(folder), baseName(folder)]
    ) {
      this.#listings.get(folder)?.names.add(name);
      if (folder === '') return;
    }
  }

  /** What came within the last `maxAge` milliseconds may be missing; with 0 nothing that the view calls current is. */
  async view(folder: string, maxAge: number): Promise<FolderView> {
    const now = this.#now();
    const known = this.#listings.get(folder);
    if (known === undefined) return this.#list(folder, now, maxAge);
    known.questions += 1;
    const age = now - known.checkedAt;
    if (maxAge > 0 && age >= 0 && age <= maxAge) return { names: known.names, isCurrent: !known.isHidden };
    const modified = await this.#folder.folderModified(folder);
    if (this.#isUnchanged(known, modified, now)) {
      known.checkedAt = Math.max(known.checkedAt, now);
      return { names: known.names, isCurrent: !known.isHidden };
    }
    const pause = now - known.listedAt;
    const isDue =
      pause < 0 ||
      known.questions * namesPerQuestion >= known.names.listed ||
      pause >= Math.max(longestTrust, lookShare * known.took);
    if (!isDue && modified !== null) return { names: known.names, isCurrent: false };
    return this.#list(folder, now, maxAge);
  }

  #isUnchanged(known: Listing, modified: bigint | null, now: number): boolean {
    if (modified === null || known.modified !== modified) return false;
    const pause = now - known.listedAt;
    if (pause < 0 || pause >= Math.max(longestTrust, lookShare * known.took)) return false;
    // A change in the same instant as the listing may not show in the folder's time.
    return Number(modified / 1_000_000n) < known.listedAt - coarseMilliseconds;
  }

  /** Begun now, or shared with who asked within `maxAge`. */
  async #list(folder: string, now: number, maxAge: number): Promise<FolderView> {
    const present = this.#underWay.get(folder);
    const isShared = present !== undefined && now >= present.at && now - present.at < maxAge;
    const listing = isShared ? present.listing : this.#read(folder, now);
    if (!isShared) this.#underWay.set(folder, { at: now, listing });
    const { names, isHidden } = await listing;
    if (this.#underWay.get(folder)?.listing === listing) this.#underWay.delete(folder);
    return { names, isCurrent: !isHidden };
  }

  async #read(folder: string, now: number): Promise<Listing> {
    const began = performance.now();
    // First the time, then the names: a change in between is looked for again.
    const modified = await this.#folder.folderModified(folder);
    const found = modified === null ? [] : await this.#folder.names(folder);
    const names = new FolderNames(found ?? []);
    const took = performance.now() - began;
    const isHidden = found === null;
    const listing: Listing = { names, modified, isHidden, listedAt: now, took, checkedAt: now, questions: 0 };
    this.#listings.delete(folder);
    this.#listings.set(folder, listing);
    this.#forgetOldest();
    return listing;
  }

  #forgetOldest(): void {
    let kept = 0;
    for (const { names } of this.#listings.values()) kept += names.kept;
    for (const [folder, { names }] of this.#listings) {
      if (this.#listings.size <= 1 || (this.#listings.size <= mostFolders && kept <= mostNames)) return;
      this.#listings.delete(folder);
      kept -= names.kept;
    }
  }
}
