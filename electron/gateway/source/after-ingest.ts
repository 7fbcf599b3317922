import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type FileVersion, sameVersion } from '../model/file-version.ts';
import { errnoCode } from '../platform/errors.ts';
import { nodeFiles } from '../platform/files.ts';
import { versionOf } from './folder-walk.ts';
import { moveWithoutOverwriting } from './move-file.ts';

export type AfterIngest =
  | { readonly action: 'keep' }
  | { readonly action: 'delete' }
  | { readonly action: 'archive'; readonly archiveRoot: string };

/**
 * Deals with an original whose image is committed. A file that changed since is left alone: it is a new frame.
 *
 * Cameras that write each frame under the same name may put the next one in its place at any instant, also between
 * our look and our deed. So the file is first taken aside by one rename, which nothing can come between, and looked at
 * there; what turns out to be another frame is put back.
 *
 * Throws what the file system says; the caller tries again later, for the image is safe already.
 */
export async function dealWithOriginal(
  root: string,
  file: FileVersion,
  after: AfterIngest,
  day: string,
): Promise<'done' | 'changed'> {
  if (after.action === 'keep') return 'done';
  const present = await versionOf(root, file.path);
  if (present === null) return 'done';
  if (!sameVersion(present, file)) return 'changed';
  const from = join(root, file.path);
  if (after.action === 'delete') return remove(from, file);
  const folder = join(after.archiveRoot, day, dirname(file.path));
  await mkdir(folder, { recursive: true });
  return archive(from, file, folder);
}

async function remove(from: string, file: FileVersion): Promise<'done' | 'changed'> {
  const taken = await takeAside(from, file, dirname(from));
  if (typeof taken === 'string') return taken;
  await rm(taken.path);
  return 'done';
}

async function archive(from: string, file: FileVersion, folder: string): Promise<'done' | 'changed'> {
  try {
    const taken = await takeAside(from, file, folder);
    if (typeof taken === 'string') return taken;
    await moveWithoutOverwriting(taken.path, folder, basename(from));
    return 'done';
  } catch (error) {
    if (errnoCode(error) !== 'EXDEV') throw error;
    return archiveAcross(from, file, folder);
  }
}

/** To another file system: the original goes only once its copy is on the disk there. */
async function archiveAcross(from: string, file: FileVersion, folder: string): Promise<'done' | 'changed'> {
  const copy = join(folder, asideName());
  try {
    await copyFile(from, copy, constants.COPYFILE_FICLONE);
    const handle = await open(copy, 'r+');
    try {
      const { atime, mtime } = await lstat(from);
      await handle.utimes(atime, mtime);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!(await isVersion(from, file))) {
      await rm(copy, { force: true });
      return 'changed';
    }
    await moveWithoutOverwriting(copy, folder, basename(from));
    await nodeFiles.syncDirectory(folder);
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
  return remove(from, file);
}

/** The file under a name in `folder` that no scan looks at; `done` where it was gone, `changed` where it was another. */
async function takeAside(
  from: string,
  file: FileVersion,
  folder: string,
): Promise<{ readonly path: string } | 'done' | 'changed'> {
  const aside = join(folder, asideName());
  try {
    await rename(from, aside);
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return 'done';
    throw error;
  }
  if (await isVersion(aside, file)) return { path: aside };
  await moveWithoutOverwriting(aside, dirname(from), basename(from));
  return 'changed';
}

const asideName = (): string => `.acusight-${randomUUID()}`;

/** Under its new name: a rename counts as a change of the file, but leaves it its number. */
async function isVersion(path: string, file: FileVersion): Promise<boolean> {
  const present = await versionOf(dirname(path), basename(path));
  return present !== null && sameVersion({ ...present, changedMs: undefined }, file);
}
