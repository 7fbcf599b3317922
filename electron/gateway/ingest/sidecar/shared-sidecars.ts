import { type CocoIndex, indexCoco, isCoco } from './coco-index.ts';
import { readCoco } from './coco-sidecar.ts';
import { decodeText } from './decode-text.ts';
import type { FolderListings } from './folder-listings.ts';
import { isObject, parseJson } from './json-text.ts';
import { ParsedFiles } from './parsed-files.ts';
import type { PictureFacts, SidecarOutcome } from './reading.ts';
import { Reader, sidecarLimits } from './reading.ts';
import { joinPath, sharedFileNames, sharedFolders } from './sidecar-names.ts';
import type { SourceFolder } from './source-file.ts';

/** `other`: JSON that is not COCO. */
type SharedFile =
  | { readonly kind: 'coco'; readonly index: CocoIndex }
  | { readonly kind: 'other' }
  | { readonly kind: 'bad'; readonly why: string };

type Listing = {
  readonly names: readonly string[];
  readonly modified: bigint;
  readonly at: number;
  /** How long the listing took. */
  readonly took: number;
};

const INSTANCES = /^instances.*\.json$/i;
const MAX_INSTANCES = 8;
/** A folder that changes all the time is not listed more often than this, and never more than a twentieth of the time. */
const LIST_MILLISECONDS = 250;
const LIST_SHARE = 20;
/** Some file systems keep times no finer than this. */
const COARSE_MILLISECONDS = 2_000;
const MAX_LISTINGS = 256;

/** COCO files that speak for a folder of pictures. */
export class SharedSidecars {
  readonly #folder: SourceFolder;
  readonly #common: FolderListings;
  readonly #now: () => number;
  readonly #files: ParsedFiles<SharedFile>;
  readonly #listings = new Map<string, Listing>();

  constructor(folder: SourceFolder, common: FolderListings, now: () => number) {
    this.#folder = folder;
    this.#common = common;
    this.#now = now;
    this.#files = new ParsedFiles(folder, {
      maxBytes: sidecarLimits.shared,
      maxKeptBytes: 2 * sidecarLimits.shared,
      maxKeptFiles: 32,
      parse: (_path, bytes) => parseShared(bytes),
    });
  }

  /** The first shared file that lists the picture; a broken one when none does; null when there is none. */
  async find(
    picturePath: string,
    picture: PictureFacts,
    maxAge = 0,
  ): Promise<{ path: string; outcome: SidecarOutcome } | null> {
    let broken: { path: string; outcome: SidecarOutcome } | null = null;
    for (const folder of sharedFolders(picturePath)) {
      const names = [...sharedFileNames, ...(await this.#instances(folder))];
      const paths = names.map((name) => joinPath(folder, name));
      for (const path of await this.#common.possible(paths, maxAge)) {
        const outcome = await this.#read(path, picturePath, picture);
        if (outcome?.kind === 'read') return { path, outcome };
        if (outcome?.kind === 'bad') broken ??= { path, outcome };
      }
    }
    return broken;
  }

  async #read(path: string, picturePath: string, picture: PictureFacts): Promise<SidecarOutcome | null> {
    const file = await this.#files.get(path);
    if (file.kind === 'missing') return null;
    const reader = new Reader(path, picture);
    if (file.kind === 'unreadable') return reader.bad(file.why);
    if (file.value.kind === 'bad') return reader.bad(file.value.why);
    return file.value.kind === 'coco' ? readCoco(file.value.index, reader, picturePath, false) : null;
  }

  /** Names like `instances_train2017.json`. The folder is listed only when it changed, and not at every change. */
  async #instances(folder: string): Promise<readonly string[]> {
    const now = this.#now();
    const known = this.#listings.get(folder);
    const pause = Math.max(LIST_MILLISECONDS, LIST_SHARE * (known?.took ?? 0));
    if (known !== undefined && now - known.at < pause && now >= known.at) return known.names;
    const modified = await this.#folder.folderModified(folder);
    if (modified === null) {
      this.#listings.delete(folder);
      return [];
    }
    // A change in the same instant as the last listing may not show in the folder's time.
    const wasQuiet = known !== undefined && Number(known.modified / 1_000_000n) < known.at - COARSE_MILLISECONDS;
    const isSame = wasQuiet && known.modified === modified;
    const all = isSame ? known.names : await this.#folder.names(folder);
    const names = (all ?? [])
      .filter((name) => INSTANCES.test(name))
      .sort()
      .slice(0, MAX_INSTANCES);
    this.#listings.delete(folder);
    this.#listings.set(folder, { names, modified, at: now, took: Math.max(0, this.#now() - now) });
    const oldest = this.#listings.keys().next();
    if (this.#listings.size > MAX_LISTINGS && !oldest.done) this.#listings.delete(oldest.value);
    return names;
  }
}

function parseShared(bytes: Buffer): SharedFile {
  const decoded = decodeText(bytes);
  if (!decoded.ok) return { kind: 'bad', why: decoded.why };
  const parsed = parseJson(decoded.text);
  if (!parsed.ok) return { kind: 'bad', why: parsed.why };
  return isObject(parsed.value) && isCoco(parsed.value)
    ? { kind: 'coco', index: indexCoco(parsed.value) }
    : { kind: 'other' };
}
