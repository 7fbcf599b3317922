import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, copyFile, lstat, mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type FileVersion, sameVersion } from '../../model/file-version.ts';
import { errnoCode } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { patiently } from '../../platform/held-files.ts';
import { type Aside, leave, putBack, removeAside, takeAside } from './aside.ts';
import { versionOf } from './folder-walk.ts';
import { moveWithoutOverwriting, OldNameStaysError } from './move-file.ts';

/** Moves what lies aside into a folder of the archive, under its own name or a free one. */
async function archiveAside(aside: Aside, folder: string): Promise<void> {
  try {
    await moveWithoutOverwriting(aside.path, folder, aside.name);
    await leave(aside);
  } catch (error) {
    if (errnoCode(error) !== 'EXDEV') throw error;
    await archiveAcross(aside, folder);
  }
}

/**
 * To another file system: the original goes only once its copy is on the disk there. The unfinished copy has the name of
 * what lies aside, so that whoever does it again after a kill writes over it.
 */
async function archiveAcross(aside: Aside, folder: string): Promise<void> {
  const copy = join(folder, basename(aside.own ?? aside.path));
  try {
    await patiently(() => copyFile(aside.path, copy, constants.COPYFILE_FICLONE));
    const { atime, mtime } = await lstat(aside.path);
    const handle = await patiently(() => open(copy, 'r+'));
    try {
      await handle.utimes(atime, mtime);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveWithoutOverwriting(copy, folder, aside.name, isCopyOf);
    await nodeFiles.syncDirectory(folder);
  } catch (error) {
    await patiently(() => rm(copy, { force: true })).catch(() => undefined);
    throw error;
  }
  await removeAside(aside);
}

/** Archived before a kill already: the same time and the same content. */
async function isCopyOf(copy: string, archived: string): Promise<boolean> {
  const [a, b] = await Promise.all([lstat(copy), lstat(archived)]);
  if (!b.isFile() || a.size !== b.size || a.mtimeMs !== b.mtimeMs) return false;
  return (await hashOf(copy)) === (await hashOf(archived));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}

export type AfterIngest =
  | { readonly action: 'keep' }
  | { readonly action: 'delete' }
  | { readonly action: 'archive'; readonly archiveRoot: string };

/**
 * Deals with an original whose image is committed. A file that changed since is left alone: it is a new frame.
 *
 * Cameras that write each frame under the same name may put the next one in its place at any instant, also between
 * our look and our deed. So the file is first taken aside by one rename, which nothing can come between, and looked at
 * there; what turns out to be another frame is put back. A kill leaves it aside under a name that tells its own, and the
 * next scan finishes or restores it (`AsideRecovery`).
 *
 * `onPutBack`: it could not be dealt with, and lies under that name now, which is another one where its own was taken.
 * `gone`: somebody else has taken it away. Throws what the file system says; the caller tries again later, for the image is safe already.
 */
export async function handleOriginal(
  root: string,
  file: FileVersion,
  after: AfterIngest,
  day: string,
  onPutBack: (name: string) => Promise<void> = async () => undefined,
): Promise<'done' | 'changed' | 'gone'> {
  if (after.action === 'keep') return 'done';
  const present = await versionOf(root, file.path);
  if (present === null) return 'gone';
  if (!sameVersion(present, file)) return 'changed';
  if (after.action === 'archive') await makeWritable(archiveFolder(after.archiveRoot, day, file.path));
  const aside = await takeAside(join(root, file.path));
  if (aside === null) return 'gone';
  try {
    if (!(await isVersion(aside.path, file))) {
      await putBack(aside);
      return 'changed';
    }
    await finishAside(aside, file.path, after, day);
    return 'done';
  } catch (error) {
    // Where that fails too, the next scan does it.
    await putBack(aside)
      .catch((cause: unknown) => {
        if (cause instanceof OldNameStaysError) return cause.newName;
        throw cause;
      })
      .then(onPutBack)
      .catch(() => undefined);
    throw error;
  }
}

/** Archives or deletes what lies aside. `path`: of the original, relative to the source's folder. */
export async function finishAside(
  aside: Aside,
  path: string,
  after: Exclude<AfterIngest, { action: 'keep' }>,
  day: string,
): Promise<void> {
  if (after.action === 'delete') return removeAside(aside);
  const folder = archiveFolder(after.archiveRoot, day, path);
  await makeWritable(folder);
  await archiveAside(aside, folder);
}

const archiveFolder = (archiveRoot: string, day: string, path: string): string => join(archiveRoot, day, dirname(path));

/** Before the original is touched: what can't be archived is to stay as it is. */
async function makeWritable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await access(folder, constants.W_OK);
}

/** Under its new name: a rename counts as a change of the file, but leaves it its number. */
async function isVersion(path: string, file: FileVersion): Promise<boolean> {
  const present = await versionOf(dirname(path), basename(path));
  return present !== null && sameVersion({ ...present, changedMs: undefined }, file);
}

/** `2025-11-21`: the archive's folder of the day, in this PC's time. */
export function localDay(now: number): string {
  const date = new Date(now);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
