import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../setup/cache-entry.mjs';
import { run } from '../setup/command.mjs';
import { cacheFolder, inRoot, root, toolEnvironment, toolNode } from '../setup/places.mjs';

/** @typedef {import('../setup/report.mjs').Report} Report */

/** What the build reads. */
const sources = [
  'electron',
  'renderer',
  'shared',
  'scripts/build.mjs',
  'scripts/package/bundled-packages.mjs',
  'vite.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];
const stampFile = inRoot('out', '.sources-hash');

/**
 * Builds the product when its sources are not the ones it was last built from.
 *
 * @param {Report} report
 */
export async function provideBuild(report) {
  if (await isCurrent()) return;
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  const lock = path.join(cache, `build-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`);
  await withLock(
    lock,
    () => report.say('waiting for another build of this checkout'),
    async () => {
      if (await isCurrent()) return;
      const hash = await hashSources();
      await rm(stampFile, { force: true });
      await report.step('building', () =>
        run(toolNode, [inRoot('scripts', 'build.mjs')], { cwd: root, env: toolEnvironment() }),
      );
      await writeFile(stampFile, hash);
    },
  );
}

async function isCurrent() {
  const stamp = await readFile(stampFile, 'utf8').catch(() => '');
  return stamp !== '' && existsSync(inRoot('out', 'main', 'main.cjs')) && stamp === (await hashSources());
}

/** @returns {Promise<string>} a hash over names and contents, so that neither a checkout's dates nor a touch matters */
async function hashSources() {
  const hash = createHash('sha256');
  for (const source of sources) await addToHash(hash, source);
  return hash.digest('hex');
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} name relative to the checkout
 */
async function addToHash(hash, name) {
  const file = inRoot(name);
  const entries = await readdir(file, { withFileTypes: true }).catch(() => undefined);
  if (!entries) {
    hash
      .update(`${name}\0`)
      .update(await readFile(file).catch(() => ''))
      .update('\0');
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
    await addToHash(hash, `${name}/${entry.name}`);
}
