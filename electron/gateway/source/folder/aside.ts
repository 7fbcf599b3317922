import { lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoCode } from '../../platform/errors.ts';
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

/** Null where nothing is there any more. */
export async function takeAside(from: string): Promise<Aside | null> {
  const home = dirname(from);
  const name = basename(from);
  const names = asideNamesFor(name);
  if (names.plain !== null) {
    const path = join(home, names.plain);
    const taken = await renamed(from, path);
    if (taken !== 'too-long') return taken === 'gone' ? null : { path, own: null, home, name };
  }
  const own = join(home, names.folder);
  await mkdir(own);
  const path = join(own, name);
  try {
    if ((await renamed(from, path)) === 'done') return { path, own, home, name };
  } catch (error) {
    await rmdir(own).catch(() => undefined);
    throw error;
  }
  await rmdir(own).catch(() => undefined);
  return null;
}

async function renamed(from: string, to: string): Promise<'done' | 'gone' | 'too-long'> {
  try {
    await rename(from, to);
    return 'done';
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'ENAMETOOLONG') return 'too-long';
    // Windows says so of a name that is too long, too.
    if (code === 'ENOENT') return (await isThere(from)) ? 'too-long' : 'gone';
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
  await rm(aside.path, { force: true });
  await leave(aside);
}

/** Its own folder, once it is empty: a hidden one must not stay. */
export async function leave({ own }: Aside): Promise<void> {
  if (own !== null) await rmdir(own).catch(() => undefined);
}
