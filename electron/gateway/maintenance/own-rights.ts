import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** What a gateway makes in its data folder; where there is more, the folder itself is not the gateway's alone. */
const ownFolders: ReadonlySet<string> = new Set(['payloads', 'previews', 'cameras', 'log', 'shell']);
const deepFolders: ReadonlySet<string> = new Set(['payloads', 'previews', 'cameras', 'log']);
const ownFile = /^(?:gateway\.sqlite[\w.-]*|(?:config|device-key|secrets)\.json(?:\.\w+)*|\.probe)$/;
const forOthers = 0o077;
const leftRoomBytes = 8_192;
/** What stands there is opened, never what it leads to, and none is waited for that nobody writes to. */
const itself = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** `linked`: a link to a place that others have rights to, which is not the gateway's to take. */
type Finding = 'closed' | 'open' | 'linked';

/**
 * Pictures, labels and the log of a line are nobody else's: takes away the rights of other users to what lies in the data
 * folder, where a folder that was there already, or an earlier version, gave them some. What is made anew has none from
 * the beginning. Nothing else is touched: no folder with other things in it, nothing of another user, and nothing that a
 * link leads to: it may be any file of this PC.
 *
 * Returns what stays open, because it is another user's, a link, or its disk keeps no rights. Windows hands rights down
 * from the folder above, which is the user's own.
 */
export async function closeToOthers(folder: string): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  // With a slash at its end a link is what it leads to.
  const dataDir = resolve(folder);
  await removeLeftRoom(join(dataDir, 'gateway.room')).catch(() => undefined);
  const names = await readdir(dataDir);
  const own = names.filter((name) => ownFolders.has(name) || ownFile.test(name));
  const found = new Map<string, Finding>();
  const close = async (path: string, by = path): Promise<void> => void found.set(path, await closed(by));
  // A data folder that is a link is used, and the site's own to close.
  if (own.length === names.length && !(await lstat(dataDir)).isSymbolicLink()) await close(dataDir);
  for (const name of own) await close(join(dataDir, name));
  // The folders that payloads lie in, the files of the log. Payloads themselves never had rights for others.
  for (const name of own.filter((each) => deepFolders.has(each)))
    await insideOf(join(dataDir, name), (inner, by) => close(join(dataDir, name, inner), by));
  // Behind a closed door nothing is open but what a link leads to.
  const isBehindDoor = !isOpen(await stat(dataDir));
  return [...found].flatMap(([path, finding]) =>
    finding === 'linked' || (finding === 'open' && !isBehindDoor) ? [path] : [],
  );
}

/** By it earlier versions told whether the disk is full; only what a kill left of it, and no file of somebody. */
async function removeLeftRoom(path: string): Promise<void> {
  const facts = await lstat(path);
  if (!facts.isFile() || facts.size > leftRoomBytes) return;
  if ((await readFile(path)).every((byte) => byte === 1)) await rm(path);
}

const isOpen = ({ mode }: Stats): boolean => (mode & forOthers) !== 0;

/**
 * What lies in a folder, by its name and by a path that goes on leading there when a link is put in the folder's place.
 * Nothing where it is none, or a link.
 */
async function insideOf(path: string, each: (name: string, by: string) => Promise<void>): Promise<void> {
  const folder = await open(path, itself | constants.O_DIRECTORY).catch(() => null);
  if (folder === null) return;
  try {
    const held = process.platform === 'linux' ? `/proc/self/fd/${folder.fd}` : path;
    for (const name of await readdir(held).catch(() => [])) await each(name, join(held, name));
  } finally {
    await folder.close();
  }
}

/** Whether nobody else has a right to it, now. One that is not there is closed. */
async function closed(path: string): Promise<Finding> {
  try {
    const facts = await lstat(path);
    if (facts.isSymbolicLink()) return isOpen(await stat(path)) ? 'linked' : 'closed';
    if (!isOpen(facts)) return 'closed';
    return isOurs(facts) && (await closeItself(path)) ? 'closed' : 'open';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'closed' : 'open';
  }
}

/** A file with a second name may be somebody's by that name. */
function isOurs(facts: Stats): boolean {
  return facts.uid === process.geteuid?.() && (facts.isDirectory() || (facts.isFile() && facts.nlink === 1));
}

/** What was put in its place since it was looked at is left alone. */
async function closeItself(path: string): Promise<boolean> {
  const file = await open(path, itself);
  try {
    const facts = await file.stat();
    if (!isOurs(facts)) return false;
    await file.chmod(facts.mode & 0o700);
    return !isOpen(await file.stat());
  } finally {
    await file.close();
  }
}
