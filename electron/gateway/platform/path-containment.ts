import { lstat, opendir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { otherPathsOf } from './bind-mounts.ts';

/**
 * Whether one path contains another: the one answer for the configuration, the start, the archive and labels.
 *
 * Names alone do not tell. A link, a mount or a drive letter gives a folder a second path; a disk that folds case or
 * Unicode's normal forms gives it a second name. So the disk is asked: two paths are of the same folder where the disk
 * gives them the same identity (device and file number). Of what is not there yet, the nearest folder that is decides.
 */

/** What is asked of the disk. Tests answer in place of one that folds case. */
export type Disk = {
  readonly realpath: (path: string) => Promise<string>;
  /** Of the name itself, not of what a link leads to: `device:number`; null where nothing is there, or nothing is told. */
  readonly identity: (path: string) => Promise<string | null>;
  readonly names: (folder: string) => AsyncIterable<string>;
  /** Of the same folder, where it is mounted a second time: those that show more of what lies above it. */
  readonly otherPaths?: (path: string) => Promise<readonly string[]>;
};

const nodeDisk: Disk = {
  realpath: (path) => realpath(path),
  otherPaths: otherPathsOf,
  identity: async (path) => {
    try {
      // Not rounded: the numbers of NTFS have 64 bits. Some network file systems give none, which is 0.
      const { dev, ino } = await lstat(path, { bigint: true });
      return ino === 0n ? null : `${dev}:${ino}`;
    } catch {
      return null;
    }
  },
  names: async function* (folder) {
    for await (const { name } of await opendir(folder)) yield name;
  },
};

/** Where a path lies. */
export type Place = {
  /** Absolute, links resolved, also of what is not there yet. */
  readonly path: string;
  /** What is there of it, the deepest first. Empty where the disk did not answer. */
  readonly folders: readonly { readonly path: string; readonly identity: string }[];
  /** Names that are not there yet would be the same if they differ in case or normal form only. */
  readonly foldsNames: boolean;
  /** False: the disk kept us waiting, so that only the path itself is known. */
  readonly isKnown: boolean;
};

/** A share that does not answer is taken by its own path: it must keep nobody from his work. */
const answerMilliseconds = 3_000;

type Look = { readonly milliseconds?: number; readonly disk?: Disk };

/**
 * Of each path at most one look at a time. One that hangs keeps one thread of Node's, not one more each time, and is
 * waited for only once.
 */
type Started = { readonly place: Promise<Place>; readonly at: number };
const looks = new WeakMap<Disk, Map<string, Started>>();

/** Never rejects, and answers in time. */
export async function locate(
  given: string,
  { milliseconds = answerMilliseconds, disk = nodeDisk }: Look = {},
): Promise<Place> {
  const path = resolve(given);
  const started = looks.get(disk) ?? new Map<string, Started>();
  looks.set(disk, started);
  const look = started.get(path) ?? {
    place: lookFor(path, disk).finally(() => started.delete(path)),
    at: performance.now(),
  };
  started.set(path, look);
  const left = Math.max(0, look.at + milliseconds - performance.now());
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Place>((done) => {
    timer = setTimeout(() => done({ path, folders: [], foldsNames: false, isKnown: false }), left);
    timer.unref();
  });
  return Promise.race([look.place, late]).finally(() => clearTimeout(timer));
}

/** Where `inner` lies in `outer`: the names between them with '/', '' where they are the same; null where outside. */
export function placeIn(outer: Place, inner: Place): string | null {
  const named = partsBelow(outer.path, inner.path);
  if (named !== null) return named.join('/');
  const [base] = outer.folders;
  const found = base === undefined ? undefined : inner.folders.find(({ identity }) => identity === base.identity);
  if (base === undefined || found === undefined) return null;
  const missing = partsBelow(base.path, outer.path) ?? [];
  const rest = partsBelow(found.path, inner.path) ?? [];
  const isSame = (name: string, index: number): boolean =>
    name === rest[index] || (outer.foldsNames && folded(name) === folded(rest[index] ?? ''));
  return missing.every(isSame) ? rest.slice(missing.length).join('/') : null;
}

/** As `placeIn`, in the very names that the disk lists: for those who compare them with what was listed. */
export async function listedPlaceIn(outer: string, inner: string, disk: Disk = nodeDisk): Promise<string | null> {
  const outside = await locate(outer, { disk });
  const place = placeIn(outside, await locate(inner, { disk }));
  if (place === null || place === '' || !outside.isKnown) return place;
  const names: string[] = [];
  for (const name of place.split('/'))
    names.push(await listedName(disk, join(outside.path, ...names), name).catch(() => name));
  return names.join('/');
}

/** The real path also of what is not there yet. */
export async function realPathOf(path: string, disk: Disk = nodeDisk): Promise<string> {
  try {
    return await disk.realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPathOf(parent, disk), basename(path));
  }
}

/** Of a path that is relative to a folder, with '/': it is of names alone, and leads nowhere else. */
export const isPlainPath = (path: string): boolean =>
  !path.split('/').some((part) => part === '' || part.split(sep).some((name) => name === '.' || name === '..'));

/** The names from one to the other, by the paths alone; null where `inner` lies outside. For paths without links. */
export function partsBelow(outer: string, inner: string): string[] | null {
  const way = relative(outer, inner);
  if (way === '') return [];
  return isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`) ? null : way.split(sep);
}

async function lookFor(path: string, disk: Disk): Promise<Place> {
  const given = await realPathOf(path, disk);
  const real = await firstMounted(given, await foldersTo(given, disk), disk);
  const folders = await foldersTo(real, disk);
  const isThere = folders[0]?.path === real;
  return { path: real, folders, foldsNames: !isThere && (await foldsNamesIn(disk, folders)), isKnown: true };
}

/** The deepest first. */
async function foldersTo(path: string, disk: Disk): Promise<Place['folders']> {
  const folders: { path: string; identity: string }[] = [];
  for (let at = path, above = dirname(at); ; at = above, above = dirname(at)) {
    const identity = await disk.identity(at);
    if (identity !== null) folders.push({ path: at, identity });
    if (above === at) return folders;
  }
}

/** The path by which it lies in the folders that it lies in; `path` where it is mounted once, as almost all are. */
async function firstMounted(path: string, [deepest]: Place['folders'], disk: Disk): Promise<string> {
  if (deepest === undefined || disk.otherPaths === undefined) return path;
  for (const other of await disk.otherPaths(deepest.path))
    if ((await disk.identity(other)) === deepest.identity) return join(other, relative(deepest.path, path));
  return path;
}

/** So many names of a folder are tried; the first that can be written otherwise decides. */
const mostTried = 32;

/** By a name in the deepest folder, else by the folder's own name, which is one of the folder above. */
async function foldsNamesIn(disk: Disk, folders: Place['folders']): Promise<boolean> {
  const deviceOf = (identity: string): string => identity.slice(0, identity.indexOf(':'));
  const [deepest] = folders;
  if (deepest === undefined) return false;
  try {
    let tried = 0;
    for await (const name of disk.names(deepest.path)) {
      const answer = await foldsName(disk, deepest.path, name);
      if (answer !== null) return answer;
      tried += 1;
      if (tried >= mostTried) break;
    }
  } catch {
    // A folder that nobody may list: the one above has to tell.
  }
  for (const { path, identity } of folders) {
    const above = folders.find((folder) => folder.path === dirname(path));
    // The name of a mount is one of the disk that it is mounted on.
    if (above === undefined || deviceOf(above.identity) !== deviceOf(identity)) return false;
    const answer = await foldsName(disk, above.path, basename(path));
    if (answer !== null) return answer;
  }
  return false;
}

/** Whether what has this name answers under another spelling of it; null where it has no other, or is not there. */
async function foldsName(disk: Disk, folder: string, name: string): Promise<boolean | null> {
  const spellings = [swapCase(name), name.normalize('NFC'), name.normalize('NFD')].filter((other) => other !== name);
  const identity = spellings.length === 0 ? null : await disk.identity(join(folder, name));
  if (identity === null) return null;
  for (const other of spellings) if ((await disk.identity(join(folder, other))) === identity) return true;
  return false;
}

async function listedName(disk: Disk, folder: string, name: string): Promise<string> {
  if ((await foldsName(disk, folder, name)) !== true) return name;
  let found = name;
  for await (const listed of disk.names(folder)) {
    if (listed === name) return name;
    if (folded(listed) === folded(name)) found = listed;
  }
  return found;
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** Letters whose other case is longer ("ß") stay as they are. */
function swapCase(name: string): string {
  const swapped = (letter: string): string => {
    const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    return other.length === letter.length ? other : letter;
  };
  return [...name].map(swapped).join('');
}
