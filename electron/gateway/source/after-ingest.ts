import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { FileVersion } from '../model/image.ts';
import { errnoCode } from '../platform/errors.ts';
import { nodeFiles } from '../platform/files.ts';
import { sameVersion, versionOf } from './folder-walk.ts';

export type AfterIngest =
  | { readonly action: 'keep' }
  | { readonly action: 'delete' }
  | { readonly action: 'archive'; readonly archiveRoot: string };

/**
 * Deals with an original whose image is committed. A file that changed since is left alone: it is a new frame.
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
  if (after.action === 'delete') {
    await rm(from, { force: true });
    return 'done';
  }
  const folder = join(after.archiveRoot, day, dirname(file.path));
  await mkdir(folder, { recursive: true });
  await moveWithoutOverwriting(from, folder, basename(file.path));
  return 'done';
}

/** Never replaces what is archived already: the second `a.jpg` of a day becomes `a (2).jpg`. */
async function moveWithoutOverwriting(from: string, folder: string, name: string): Promise<void> {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let copy = 1; ; copy += 1) {
    const to = join(folder, copy === 1 ? name : `${stem} (${copy})${extension}`);
    try {
      return await moveTo(from, to);
    } catch (error) {
      if (errnoCode(error) !== 'EEXIST') throw error;
    }
  }
}

async function moveTo(from: string, to: string): Promise<void> {
  try {
    // A hard link fails where the name is taken; rename would replace it silently.
    await link(from, to);
    await unlink(from);
  } catch (error) {
    const code = errnoCode(error);
    if (code === 'EEXIST') throw error;
    if (code === 'EXDEV') return copyAcross(from, to);
    // File systems without hard links (FAT, some shares): reserve the name, then rename over the reservation.
    await (await open(to, 'wx')).close();
    await rename(from, to);
  }
}

async function copyAcross(from: string, to: string): Promise<void> {
  const temporary = `${to}.part`;
  await copyFile(from, temporary, constants.COPYFILE_FICLONE);
  const handle = await open(temporary, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await (await open(to, 'wx')).close();
  await rename(temporary, to);
  await nodeFiles.syncDirectory(dirname(to));
  await unlink(from);
}
