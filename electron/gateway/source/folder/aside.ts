import { lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoCode } from '../../platform/errors.ts';
import { patiently } from '../../platform/held-files.ts';
import { asideNamesFor } from './aside-names.ts';
import { moveWithoutOverwriting } from './move-file.ts';

/** An original that was taken aside by one rename, which nothing can come between. */
export type Aside = {
  /** Where it lies now. */
  readonly path: string;
  /** The folder that was made for it alone; null where its name has room for both. */
  readonly own: string | null;
  /** Where it lay, and is put back: its folder, and its name there. */
  readonly home: string;
  readonly name: string;
};

/**
 * Null where nothing is there any more. Throws what the file system says where it is there and can't be taken aside: also
 * where the path has no room for another name, or a scan has just removed the folder as one that was left empty.
 */
export async function takeAside(from: string): Promise<Aside | null> {
  const home = dirname(from);
  const name = basename(from);
  const names = asideNamesFor(name);
  if (names.plain !== null) {
    const path = join(home, names.plain);
    try {
      return (await renamed(from, path)) ? { path, own: null, home, name } : null;
    } catch (error) {
      if (!mayBeTooLong.has(errnoCode(error) ?? '')) throw error;
    }
  }
  const own = join(home, names.folder);
  await mkdir(own);
  const path = join(own, name);
  const aside = { path, own, home, name };
  let isTaken = false;
  try {
    isTaken = await renamed(from, path);
  } finally {
    if (!isTaken) await leave(aside);
  }
  return isTaken ? aside : null;
}

/** Windows says of a name that is too long that there is no such file, though there is. */
const mayBeTooLong: ReadonlySet<string> = new Set(['ENAMETOOLONG', 'ENOENT']);

/** False where nothing is there any more. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    // A scanner that looks at it is done in a moment; a camera program may hold it for long, and the next scan comes.
    await patiently(() => rename(from, to), { mostMilliseconds: 1_000 });
    return true;
  } catch (error) {
    if (errnoCode(error) === 'ENOENT' && !(await isThere(from))) return false;
    throw error;
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Under its own name, or under a free one beside it where that is taken. Returns the name. */
export async function putBack(aside: Aside): Promise<string> {
  const name = await moveWithoutOverwriting(aside.path, aside.home, aside.name);
  await leave(aside);
  return name;
}

/** For good. */
export async function removeAside(aside: Aside): Promise<void> {
  await patiently(() => rm(aside.path, { force: true }));
  await leave(aside);
}

/** Its own folder, once it is empty: a hidden one must not stay. */
export async function leave({ own }: Aside): Promise<void> {
  if (own !== null) await patiently(() => rmdir(own)).catch(() => undefined);
}
