import type { Stats } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FolderPlace, RememberedFile } from '../../model/file-memory.ts';

const identityIn = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`;
/** Null where nothing is there, or can’t be looked at. */
const identityAt = (path: string): Promise<string | null> => lstat(path).then(identityIn, () => null);
/** Whether only the disk's number is another one, which a restart changes. */
const isRenumbered = (before: string, now: string): boolean => before.split(':')[1] === now.split(':')[1];
/** Of what is not there. */
const absent = 'absent';

/** The identity of a folder that is empty, not there or can't be looked into; null of one that something lies in. */
async function doubtAt(path: string): Promise<string | null> {
  return (await isEmpty(path)) === false ? null : ((await identityAt(path)) ?? absent);
}

/** An empty folder on the same disk as the one above it. */
async function mayBeMountPoint(root: string): Promise<boolean> {
  if ((await isEmpty(root)) === false) return false;
  const real = await realpath(root);
  const above = await stat(dirname(real)).catch(() => null);
  return above === null || above.dev === (await stat(real)).dev;
}

/** Null where it can't be told. */
async function isEmpty(path: string): Promise<boolean | null> {
  try {
    for await (const _ of await opendir(path)) return false;
    return true;
  } catch {
    return null;
  }
}

/**
 * Which files that are not there are gone, and which only lie on a disk or share that is away, whose empty mount point
 * looks the same. A file counts as gone only where each disk on the way to it is the one that it lay on: the folder itself
 * and every mount below it are remembered by their identity (device and number). A new identity may be the same share
 * after a restart: it is believed once a file that was known before is found in it. Where none is, only what is taken
 * from then on is judged there.
 *
 * The first look of all knows no mount that is away: a folder that is empty, not there or does not answer, and in which no
 * file is found though some are known, may be one, and is a place of its own from then on.
 */
export class FolderPlaces {
  readonly #root: string;
  readonly #known: ReadonlyMap<string, FolderPlace>;
  readonly #isFirst: boolean;
  /** There are places in which not all files are judged. */
  readonly #isInDoubt: boolean;
  /** Of this look: identities of the folder and of mounts below it; null: there is none. */
  readonly #now = new Map<string, string | null>();
  /** Those of another identity than at the last look. */
  readonly #changed = new Set<string>();
  /** Those that files were judged by since they were last found to be the same. */
  readonly #asked = new Set<string>();
  /** Places of a new identity, or in doubt, with a file of before: from which image on they are judged by it. */
  readonly #believed = new Map<string, number>();
  /** The oldest image since the last look whose file was found there. */
  readonly #newcomers = new Map<string, number>();
  /** Of the first look: folders with a known file in or below them, and folders that a known file is not found in. */
  readonly #holding = new Set<string>();
  readonly #lacking = new Set<string>();
  /** The folders on the way to the last file, which is the way to most of the next. */
  #way: { readonly folder: string; readonly places: readonly string[] } | null = null;
  #device = 0;

  constructor(root: string, known: readonly FolderPlace[]) {
    this.#root = root;
    this.#known = new Map(known.map((place) => [place.path, place]));
    this.#isFirst = !this.#known.has('');
    this.#isInDoubt = known.some(({ judgedFrom }) => judgedFrom > 0);
  }

  /** Rejects where the folder is not there. */
  async begin(): Promise<void> {
    const facts = await stat(this.#root);
    this.#device = facts.dev;
    this.#found('', identityIn(facts));
    for (const path of this.#known.keys()) if (path !== '') this.#found(path, await identityAt(join(this.#root, path)));
  }

  /** Whether the folder, and each disk that files were judged by since this was last asked, is still the one it was. */
  async isSame(): Promise<boolean> {
    const asked = [...this.#asked];
    this.#asked.clear();
    const root = await stat(this.#root).catch(() => null);
    if (root === null || identityIn(root) !== this.#now.get('')) return false;
    for (const path of asked)
      if (path !== '' && (await identityAt(join(this.#root, path))) !== this.#now.get(path)) return false;
    return true;
  }

  /** Whether a disk or share on the way to a file is away, back or another one since the last look. */
  async hasChanged({ path }: RememberedFile): Promise<boolean> {
    if (this.#changed.size === 0) return false;
    return (await this.#placesOf(path)).some((place) => this.#changed.has(place));
  }

  /** A file that is there. */
  async saw({ path, seq, bytes, modifiedMs }: RememberedFile, { dev, size, mtimeMs }: Facts): Promise<void> {
    if (dev === this.#device && this.#changed.size === 0 && !this.#isInDoubt) return;
    // Another one of the same name tells nothing.
    if (size !== bytes || mtimeMs !== modifiedMs || seq === null) return;
    for (const place of await this.#placesOf(path)) {
      const known = this.#known.get(place);
      // What was taken since the last look may lie in the wrong place itself, as where a camera writes on without its share.
      if (known !== undefined && seq > known.throughSeq) lower(this.#newcomers, place, seq);
      // What was taken there since it has been in doubt tells that it is that place still, and not the one before it.
      else lower(this.#believed, place, known === undefined || seq <= known.judgedFrom ? 0 : known.judgedFrom);
    }
    if (this.#isFirst) for (const folder of foldersTo(folderOf(path))) this.#holding.add(folder);
  }

  /** It can't be told whether this file is there: its share's server may be down, and the share be away by the next look. */
  couldNotAsk({ path }: RememberedFile): void {
    if (this.#isFirst) this.#lacking.add(folderOf(path));
  }

  /** Whether a file that is not there is gone for good. */
  async isGone({ path, seq }: RememberedFile): Promise<boolean> {
    if (this.#isFirst) this.#lacking.add(folderOf(path));
    const places = await this.#placesOf(path);
    return places.every((place) => {
      const known = this.#known.get(place);
      if (known === undefined || this.#changed.has(place)) return false;
      return known.judgedFrom === 0 || (seq !== null && seq > known.judgedFrom);
    });
  }

  /**
   * What to remember after a full look. `lastSeq`: the newest image when it began. `isEmptied`: files do not stay in this
   * folder, so that one that is looked at for the first time, and without any, is as it should be where it is certainly
   * no empty mount point.
   */
  async after(lastSeq: number, isEmptied: boolean): Promise<readonly FolderPlace[]> {
    const isAsItShould = isEmptied && this.#isFirst && !(await mayBeMountPoint(this.#root));
    if (isAsItShould) lower(this.#believed, '', 0);
    const places = [...this.#now].flatMap(([path, identity]): readonly FolderPlace[] => {
      const known = this.#known.get(path);
      if (identity === null) return known === undefined ? [] : [known];
      if (known !== undefined && !this.#changed.has(path)) {
        // One that only did not answer when it came into doubt holds what it held, and has the same identity.
        const judgedFrom = Math.min(known.judgedFrom, this.#believed.get(path) ?? known.judgedFrom);
        return [{ ...known, throughSeq: lastSeq, judgedFrom }];
      }
      if (isEmptied && known === undefined && path !== '') lower(this.#believed, path, 0);
      // No file stays by which it would be known; an empty mount point has another number within its disk, too.
      if (isEmptied && known !== undefined && isRenumbered(known.identity, identity))
        lower(this.#believed, path, known.judgedFrom);
      return [{ path, identity, throughSeq: lastSeq, judgedFrom: this.#judgedFrom(path, lastSeq) }];
    });
    // Where nothing in the whole folder is judged, its parts need no place.
    if (!this.#isFirst || !this.#believed.has('')) return places;
    const doubtful = await this.#doubtful();
    return [...places, ...doubtful.map((place) => ({ ...place, throughSeq: lastSeq, judgedFrom: lastSeq }))];
  }

  /** After a full look: whether more can be judged by another at once. */
  get isBelievedAnew(): boolean {
    return [...this.#believed.keys()].some((path) => this.#changed.has(path) && this.#known.has(path));
  }

  /** Of a place of a new identity. Where only newcomers lie in it, the next look must not take them for what is away. */
  #judgedFrom(path: string, lastSeq: number): number {
    const newcomer = this.#newcomers.get(path);
    return this.#believed.get(path) ?? (newcomer === undefined ? lastSeq : newcomer - 1);
  }

  /** Folders that may be mount points of what is away, the topmost of each way. */
  async #doubtful(): Promise<readonly Pick<FolderPlace, 'path' | 'identity'>[]> {
    const judged = new Map<string, string | null>();
    for (const folder of this.#lacking) {
      for (const part of foldersTo(folder)) {
        if (this.#holding.has(part) || this.#now.has(part)) continue;
        const identity = judged.has(part) ? judged.get(part) : await doubtAt(join(this.#root, part));
        judged.set(part, identity ?? null);
        if (typeof identity === 'string') break;
      }
    }
    return [...judged].flatMap(([path, identity]) => (identity === null ? [] : [{ path, identity }]));
  }

  #found(path: string, identity: string | null): void {
    this.#now.set(path, identity);
    if (this.#known.get(path)?.identity === identity) this.#changed.delete(path);
    else this.#changed.add(path);
  }

  /** The folder itself, and every mount on the way to a file, whether it is there now or was at the last look. */
  async #placesOf(path: string): Promise<readonly string[]> {
    const folder = folderOf(path);
    const places = this.#way?.folder === folder ? this.#way.places : await this.#placesIn(folder);
    this.#way = { folder, places };
    for (const place of places) this.#asked.add(place);
    return places;
  }

  async #placesIn(folder: string): Promise<readonly string[]> {
    const places = [''];
    let device = this.#device;
    let isThere = true;
    for (const part of foldersTo(folder)) {
      const facts: Stats | null = isThere ? await lstat(join(this.#root, part)).catch(() => null) : null;
      isThere = facts?.isDirectory() === true;
      if (facts !== null && isThere && facts.dev !== device) {
        device = facts.dev;
        this.#found(part, identityIn(facts));
      }
      if (this.#now.has(part)) places.push(part);
    }
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

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function lower(numbers: Map<string, number>, path: string, value: number): void {
  numbers.set(path, Math.min(numbers.get(path) ?? value, value));
}
