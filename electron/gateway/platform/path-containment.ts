import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';

/**
 * Where an archive lies in the folder that is watched: its path relative to the folder, with '/'; null where it lies
 * outside. Links are resolved, for an archive that is taken for frames would be collected again and again, for ever.
 */
export async function placeOfArchive(root: string, archiveRoot: string): Promise<string | null> {
  const way = relative(await realPathOf(root), await realPathOf(archiveRoot));
  if (isAbsolute(way) || way === '..' || way.startsWith(`..${sep}`)) return null;
  return way.split(sep).join('/');
}

/** The real path also of what is not there yet. */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realPathOf(parent), basename(path));
  }
}
