import type { Stats } from 'node:fs';
import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a gateway makes in its data folder; where there is more, the folder itself is not the gateway's alone. */
const ownFolders: ReadonlySet<string> = new Set(['payloads', 'previews', 'cameras', 'log', 'shell']);
const deepFolders: ReadonlySet<string> = new Set(['payloads', 'previews', 'cameras', 'log']);
const ownFile = /^(?:gateway\.sqlite[\w.-]*|(?:config|device-key|secrets)\.json(?:\.\w+)*|\.probe)$/;
const forOthers = 0o077;

/**
 * Pictures, labels and the log of a line are nobody else's: takes away the rights of other users to what lies in the data
 * folder, where a folder that was there already, or an earlier version, gave them some. What is made anew has none from
 * the beginning. Nothing else is touched: no folder with other things in it, and nothing of another user.
 *
 * Returns what stays open, because it is another user's or its disk keeps no rights. Windows hands rights down from the
 * folder above, which is the user's own.
 */
export async function closeToOthers(dataDir: string): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const names = await readdir(dataDir);
  const own = names.filter((name) => ownFolders.has(name) || ownFile.test(name));
  const paths = own.map((name) => join(dataDir, name));
  if (own.length === names.length) paths.unshift(dataDir);
  // The folders that payloads lie in, the files of the log. Payloads themselves never had rights for others.
  for (const name of own.filter((folder) => deepFolders.has(folder)))
    for (const inner of await readdir(join(dataDir, name)).catch(() => [])) paths.push(join(dataDir, name, inner));
  const open: string[] = [];
  for (const path of paths) if (!(await isClosed(path))) open.push(path);
  // Behind a closed door nothing is open.
  return isOpen(await stat(dataDir)) ? open : [];
}

const isOpen = ({ mode }: Stats): boolean => (mode & forOthers) !== 0;

/** Whether nobody else has a right to it, now. One that is not there is closed. */
async function isClosed(path: string): Promise<boolean> {
  try {
    const facts = await stat(path);
    if (!isOpen(facts)) return true;
    if (facts.uid !== process.geteuid?.()) return false;
    await chmod(path, facts.mode & 0o700);
    return !isOpen(await stat(path));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
