import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { provideEntry } from '../setup/cache-entry.mjs';
import { attempt, findProgram, run } from '../setup/command.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { installedOfficial } from '../setup/official-runtime.mjs';
import { cacheFolder, inRoot, root, toolEnvironment, toolNode } from '../setup/places.mjs';
import { provideSystemPackages } from '../setup/system-packages.mjs';
import { runChild } from './child.mjs';
import { runPackage } from './package.mjs';

/** @typedef {import('../setup/report.mjs').Report} Report */

/** The oldest Debian that the product is for. */
const release = 'bookworm';

const needs = [
  { program: 'debootstrap', packages: ['debootstrap'] },
  { program: 'xwininfo', packages: ['x11-utils'] },
];

/**
 * Packs a deb, and tests it in a minimal Debian of its own: test/package/. Only root can have one: as another user, by
 * `sudo` where that asks for no password.
 *
 * @param {Report} report
 * @param {readonly string[]} words of Vitest's own
 * @returns {Promise<number>} the exit code
 */
export async function runPackageTests(report, words) {
  if (process.platform !== 'linux') throw new SetupFailure('the test of the deb runs on Linux only');
  const asRoot = await rightsOfRoot();
  await provideSystemPackages(report, needs);
  if (!installedOfficial()) process.env.ACUSIGHT_TRIAL_PACKAGE = '1';
  const code = await report.step('packing', () => runPackage(report, ['--linux', 'deb']));
  if (code !== 0) return code;
  const { name, version } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
  const minimal = await provideMinimal(report, asRoot);
  const scratch = await mkdtemp(path.join(tmpdir(), 'acusight-package-'));
  try {
    // Mounts and processes of its own: whatever happens in there, they end with it.
    const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const facts = {
      ACUSIGHT_PACKAGE_DEB: inRoot('dist', `${name}-${version}-linux-amd64.deb`),
      ACUSIGHT_PACKAGE_MINIMAL: minimal,
      ACUSIGHT_PACKAGE_SCRATCH: scratch,
    };
    const named = Object.entries(facts).map(([key, value]) => `${key}=${value}`);
    const vitest = [inRoot('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'package', ...words];
    const [program = '', ...parameters] = [...asRoot, ...apart, 'env', ...named, toolNode, ...vitest];
    return await runChild(program, parameters, { cwd: root, env: toolEnvironment() });
  } finally {
    await runAs(asRoot, ['rm', '-rf', '--one-file-system', scratch]);
  }
}

/** @returns {Promise<readonly string[]>} what to put before a command */
async function rightsOfRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  if (sudo && (await attempt(sudo, ['-n', 'true'])).code === 0) return [sudo, '-n', '--preserve-env'];
  throw new SetupFailure('a Debian of its own for the package can be made by root only', {
    hint: 'run `npm run test:package` as root, or allow this user sudo without a password',
  });
}

/**
 * @param {readonly string[]} rights
 * @param {readonly string[]} words
 */
function runAs(rights, words) {
  const [program = '', ...parameters] = [...rights, ...words];
  return run(program, parameters);
}

/**
 * @param {Report} report
 * @param {readonly string[]} asRoot
 * @returns {Promise<string>} a folder with `root.tar`, a Debian of essential packages only
 */
const provideMinimal = (report, asRoot) =>
  provideEntry({
    cache: cacheFolder(),
    name: `debian-${release}-minimal-1`,
    waiting: () => report.say('waiting for another one that fetches the same Debian'),
    build: (folder) =>
      report.step(`fetching a minimal Debian (${release}, once)`, async () => {
        const place = path.join(folder, 'root');
        await runAs(asRoot, ['debootstrap', '--variant=minbase', release, place]);
        await runAs(asRoot, ['tar', '--numeric-owner', '-cf', path.join(folder, 'root.tar'), '-C', place, '.']);
        await runAs(asRoot, ['rm', '-rf', '--one-file-system', place]);
      }),
  });
