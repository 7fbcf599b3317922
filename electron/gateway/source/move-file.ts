import { link, open, rename, rm, unlink } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errnoCode } from '../platform/errors.ts';

/** Bytes; what all file systems of today allow. */
const longestName = 255;

/** Never replaces what is there already: the second `a.jpg` becomes `a (2).jpg`. Both are on one file system. */
export async function moveWithoutOverwriting(from: string, folder: string, name: string): Promise<void> {
  for (let copy = 1; ; copy += 1) {
    try {
      return await moveTo(from, join(folder, numbered(name, copy)));
    } catch (error) {
      if (errnoCode(error) !== 'EEXIST') throw error;
    }
  }
}

function numbered(name: string, copy: number): string {
  if (copy === 1) return name;
  const ending = ` (${copy})${extname(name)}`;
  const stem = [...name.slice(0, name.length - extname(name).length)];
  while (stem.length > 0 && Buffer.byteLength(stem.join('') + ending) > longestName) stem.pop();
  return stem.join('') + ending;
}

async function moveTo(from: string, to: string): Promise<void> {
  try {
    // A hard link fails where the name is taken; rename would replace it silently.
    await link(from, to);
  } catch (error) {
    if (['EEXIST', 'ENOENT', 'EXDEV'].includes(errnoCode(error) ?? '')) throw error;
    return moveOverReservation(from, to);
  }
  await unlink(from);
}

/** For file systems without hard links (FAT, some shares). */
async function moveOverReservation(from: string, to: string): Promise<void> {
  await (await open(to, 'wx')).close();
  try {
    await rename(from, to);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}
