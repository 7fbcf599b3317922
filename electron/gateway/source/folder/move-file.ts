import { link, lstat, open, rename, rm, unlink } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoCode } from '../../platform/errors.ts';
import { patiently } from '../../platform/held-files.ts';

/** Bytes; what all file systems of today allow. */
const longestName = 255;

/** It has its new name, and the old one can't be removed: it has both, until whoever tries again can. */
export class OldNameStaysError extends Error {
  override readonly name = 'OldNameStaysError';
  readonly code: string | undefined;
  readonly newName: string;

  constructor(newName: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = errnoCode(cause) ?? undefined;
    this.newName = newName;
  }
}

/**
 * Never replaces what is there already: the second `a.jpg` becomes `a (2).jpg`. Both are on one file system. Returns the
 * name that it has now. `isThere`: whether what has the name already is this very file, which then needs no other.
 * Rejects with an OldNameStaysError where it has a new name besides.
 */
export async function moveWithoutOverwriting(
  from: string,
  folder: string,
  name: string,
  isThere: (from: string, to: string) => Promise<boolean> = isLinkOf,
): Promise<string> {
  for (let copy = 1; ; copy += 1) {
    const free = numbered(name, copy);
    try {
      if (await isMoved(from, join(folder, free))) return free;
    } catch (error) {
      if (errnoCode(error) !== 'EEXIST') throw error;
      if (!(await isThere(from, join(folder, free)))) continue;
    }
    try {
      await patiently(() => unlink(from));
    } catch (error) {
      throw new OldNameStaysError(free, error);
    }
    return free;
  }
}

/** One file under two names: a kill came between a link and the removal of the old name. */
async function isLinkOf(from: string, to: string): Promise<boolean> {
  const [a, b] = await Promise.all([from, to].map((path) => lstat(path, { bigint: true }).catch(() => null)));
  if (a === undefined || b === undefined || a === null || b === null) return false;
  return a.ino !== 0n && a.ino === b.ino && a.dev === b.dev && a.isFile() && a.nlink > 1n && b.nlink > 1n;
}

function numbered(name: string, copy: number): string {
  if (copy === 1) return name;
  const ending = ` (${copy})${extname(name)}`;
  const stem = [...name.slice(0, name.length - extname(name).length)];
  while (stem.length > 0 && Buffer.byteLength(stem.join('') + ending) > longestName) stem.pop();
  return stem.join('') + ending;
}

/** False: it has the new name besides its old one. */
async function isMoved(from: string, to: string): Promise<boolean> {
  try {
    // A hard link fails where the name is taken; rename would replace it silently.
    await patiently(() => link(from, to));
  } catch (error) {
    if (['EEXIST', 'ENOENT', 'EXDEV'].includes(errnoCode(error) ?? '')) throw error;
    await moveOverReservation(from, to);
    return true;
  }
  return false;
}

/** For file systems without hard links (FAT, some shares). */
async function moveOverReservation(from: string, to: string): Promise<void> {
  await (await open(to, 'wx')).close();
  try {
    await patiently(() => rename(from, to));
  } catch (error) {
    await patiently(() => rm(to, { force: true }));
    throw error;
  }
}
