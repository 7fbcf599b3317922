import type { Stats } from 'node:fs';
import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export const identityIn = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`;
/** Null where nothing is there, or can’t be looked at. */
export const identityAt = (path: string): Promise<string | null> => lstat(path).then(identityIn, () => null);
/** Whether only the disk's number is another one, which a restart changes. */
export const isRenumbered = (before: string, now: string): boolean => before.split(':')[1] === now.split(':')[1];
/** Of what is not there. */
const absent = 'absent';

/** The identity of a folder that is empty, not there or can't be looked into; null of one that something lies in. */
export async function doubtAt(path: string): Promise<string | null> {
  return (await isEmpty(path)) === false ? null : ((await identityAt(path)) ?? absent);
}

/** An empty folder on the same disk as the one above it. */
export async function mayBeMountPoint(root: string): Promise<boolean> {
  if ((await isEmpty(root)) === false) return false;
  const real = await realpath(root);
  const above = await stat(dirname(real)).catch(() => null);
  return above === null || above.dev === (await stat(real)).dev;
}

/** Null where it can't be told. */
async function isEmpty(path: string): Promise<boolean | null> {
  try {
    for await (const _ of await opendir(path)) return false;
    return true;
  } catch {
    return null;
  }
}
