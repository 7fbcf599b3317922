import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, lstat, open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errnoCode } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { type Aside, leave, removeAside } from './aside.ts';
import { moveWithoutOverwriting } from './move-file.ts';

/** Moves what lies aside into a folder of the archive, under its own name or a free one. */
export async function archiveAside(aside: Aside, folder: string): Promise<void> {
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
    await copyFile(aside.path, copy, constants.COPYFILE_FICLONE);
    const { atime, mtime } = await lstat(aside.path);
    const handle = await open(copy, 'r+');
    try {
      await handle.utimes(atime, mtime);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveWithoutOverwriting(copy, folder, aside.name, isCopyOf);
    await nodeFiles.syncDirectory(folder);
  } catch (error) {
    await rm(copy, { force: true }).catch(() => undefined);
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
