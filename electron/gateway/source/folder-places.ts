import type { Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderPlace, RememberedFile } from '../model/file-memory.ts';

/**
 * Which files that are not there are gone, and which only lie on a disk or share that is away, whose empty mount point
 * looks the same. A file counts as gone only where each disk on the way to it is the one that it lay on: the folder itself
 * and every mount below it are remembered by their identity (device and number). A new identity may be the same share
 * after a restart: it is believed once a file that was known before is found in it. Where none is, only what is taken
 * from then on is judged there.
 */
export class FolderPlaces {
  readonly #root: string;
  readonly #known: ReadonlyMap<string, FolderPlace>;
  /** Of this look: identities of the folder and of mounts below it; null: there is none. */
  readonly #now = new Map<string, string | null>();
  /** Places of a new identity in which a file of before was found. */
  readonly #believed = new Set<string>();
  /** The folders on the way to the last file, which is the way to most of the next. */
  #way: { readonly folder: string; readonly places: readonly string[] } | null = null;
  #device = 0;

  constructor(root: string, known: readonly FolderPlace[]) {
    this.#root = root;
    this.#known = new Map(known.map((place) => [place.path, place]));
  }

  /** Rejects where the folder is not there. */
  async begin(): Promise<void> {
    const { dev, ino } = await stat(this.#root);
    this.#device = dev;
    this.#now.set('', `${dev}:${ino}`);
    for (const path of this.#known.keys())
      if (path !== '') this.#now.set(path, await identityAt(join(this.#root, path)));
  }

  /** Whether the folder is still the one of `begin`. */
  async isSame(): Promise<boolean> {
    const facts = await stat(this.#root).catch(() => null);
    return facts !== null && `${facts.dev}:${facts.ino}` === this.#now.get('');
  }

  /** Whether a disk or share on the way to a file is away, back or another one since the last look. */
  async hasChanged({ path }: RememberedFile): Promise<boolean> {
    if (![...this.#now.keys()].some((place) => this.#isChanged(place))) return false;
    return (await this.#placesOf(path)).some((place) => this.#isChanged(place));
  }

  /** A file that is there. */
  async saw({ path, seq, bytes, modifiedMs }: RememberedFile, { dev, size, mtimeMs }: Facts): Promise<void> {
    if (dev === this.#device && this.#now.size === 1 && !this.#isChanged('')) return;
    // Another one of the same name tells nothing.
    if (size !== bytes || mtimeMs !== modifiedMs) return;
    for (const place of await this.#placesOf(path)) {
      const known = this.#known.get(place);
      // What was taken since the last look may lie in the wrong place itself, as where a camera writes on without its share.
      if (seq !== null && (known === undefined || seq <= known.throughSeq)) this.#believed.add(place);
    }
  }

  /** Whether a file that is not there is gone for good. */
  async isGone({ path, seq }: RememberedFile): Promise<boolean> {
    const places = await this.#placesOf(path);
    return places.every((place) => {
      const known = this.#known.get(place);
      if (known === undefined || this.#isChanged(place)) return false;
      return known.judgedFrom === 0 || (seq !== null && seq > known.judgedFrom);
    });
  }

  /**
   * What to remember after a full look. `lastSeq`: the newest image when it began. `isEmptied`: files do not stay in this
   * folder, so that one that is looked at for the first time, and empty, is as it should be.
   */
  after(lastSeq: number, isEmptied: boolean): readonly FolderPlace[] {
    return [...this.#now].flatMap(([path, identity]) => {
      const known = this.#known.get(path);
      if (identity === null) return known === undefined ? [] : [known];
      const isNew = known === undefined;
      if (!isNew && !this.#isChanged(path)) return [{ ...known, throughSeq: lastSeq }];
      const isBelieved = this.#believed.has(path) || (isNew && isEmptied);
      return [{ path, identity, throughSeq: lastSeq, judgedFrom: isBelieved ? 0 : lastSeq }];
    });
  }

  #isChanged(path: string): boolean {
    return this.#known.get(path)?.identity !== this.#now.get(path);
  }

  /** The folder itself, and every mount on the way to a file, whether it is there now or was at the last look. */
  async #placesOf(path: string): Promise<readonly string[]> {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (this.#way?.folder === folder) return this.#way.places;
    const places = [''];
    let device = this.#device;
    let isThere = true;
    for (const part of foldersTo(folder)) {
      const facts: Stats | null = isThere ? await lstat(join(this.#root, part)).catch(() => null) : null;
      isThere = facts?.isDirectory() === true;
      if (facts !== null && isThere && facts.dev !== device) {
        device = facts.dev;
        this.#now.set(part, `${facts.dev}:${facts.ino}`);
      }
      if (this.#now.has(part)) places.push(part);
    }
    this.#way = { folder, places };
    return places;
  }
}

type Facts = Pick<Stats, 'dev' | 'size' | 'mtimeMs'>;

/** `a`, `a/b`, `a/b/c`. */
function foldersTo(folder: string): readonly string[] {
  if (folder === '') return [];
  const parts = folder.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function identityAt(path: string): Promise<string | null> {
  const facts = await lstat(path).catch(() => null);
  return facts === null ? null : `${facts.dev}:${facts.ino}`;
}
