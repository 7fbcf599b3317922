import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Entries of the cache folder. An entry is either whole or absent: it is built under another name and renamed, and a
 * lock keeps two set-ups from doing the same minute's work at once.
 */

const markerName = 'complete.json';

/** @param {string} folder */
export const isComplete = (folder) => existsSync(path.join(folder, markerName));

/**
 * @param {{
 *   readonly cache: string,
 *   readonly name: string,
 *   readonly build: (folder: string) => Promise<void>,
 *   readonly waiting?: () => void,
 * }} entry `build` fills an empty folder; `waiting` is called once when another set-up is at work on the same entry
 * @returns {Promise<string>} the entry's folder
 */
export async function provideEntry({ cache, name, build, waiting }) {
  const folder = path.join(cache, name);
  if (isComplete(folder)) return folder;
  await mkdir(cache, { recursive: true });
  return withLock(path.join(cache, `${name}.lock`), waiting, async () => {
    if (isComplete(folder)) return folder;
    await removeLeftovers(cache, name);
    const building = path.join(cache, `.building-${name}-${randomBytes(4).toString('hex')}`);
    try {
      await mkdir(building);
      await build(building);
      await writeFile(path.join(building, markerName), `${JSON.stringify({ madeAt: new Date().toISOString() })}\n`);
      await rm(folder, { recursive: true, force: true });
      await rename(building, folder);
    } finally {
      await rm(building, { recursive: true, force: true });
    }
    return folder;
  });
}

/** What a killed set-up left behind. Only called under the entry's lock, so nobody is building in it. */
async function removeLeftovers(/** @type {string} */ cache, /** @type {string} */ name) {
  for (const file of await readdir(cache)) {
    if (file.startsWith(`.building-${name}-`)) await rm(path.join(cache, file), { recursive: true, force: true });
  }
}

/**
 * Runs `work` while holding a lock file that names this process. A lock whose process is gone is taken over; should two
 * waiters take it over in the same instant, both build and the later rename wins, which costs time and nothing else.
 *
 * @template T
 * @param {string} file
 * @param {(() => void) | undefined} waiting
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, waiting, work) {
  for (let told = false; !(await take(file)); ) {
    if (!told) waiting?.();
    told = true;
    await delay(250);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(/** @type {string} */ file) {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  try {
    const owner = Number((await readFile(file, 'utf8')).trim());
    // An empty lock is one that is just being written, unless it stays so.
    const gone = owner > 0 ? !isAlive(owner) : Date.now() - (await stat(file)).mtimeMs > 10_000;
    if (gone) await rm(file, { force: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  return false;
}

function isAlive(/** @type {number} */ processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
