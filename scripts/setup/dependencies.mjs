import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from './cache-entry.mjs';
import { attempt, runNpm } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { cacheFolder, inRoot, root, toolEnvironment, toolNode } from './places.mjs';
import { findHeaders } from './sqlite-binding.mjs';

/** @typedef {import('./report.mjs').Report} Report */

const stampFile = inRoot('node_modules', '.acusight-lockfile-hash');
const oldestToolNode = 24;

/**
 * Installs what package-lock.json names, when it is not there.
 *
 * @param {Report} report
 */
export async function provideDependencies(report) {
  const lockfile = await readFile(inRoot('package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lockfile).digest('hex');
  if (await isInstalled(lockfile, hash)) return;

  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  const lock = path.join(cache, `npm-ci-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`);
  await withLock(
    lock,
    () => report.say('waiting for another set-up of this checkout'),
    async () => {
      if (await isInstalled(lockfile, hash)) return;
      refuseToReplaceRunningNode();
      const why = existsSync(inRoot('node_modules')) ? 'they no longer match package-lock.json' : 'there are none yet';
      await report.step(`installing dependencies with \`npm ci\` (${why})`, async () => {
        // NODE_ENV=production would leave out everything that builds and tests.
        await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund'], {
          cwd: root,
          env: installEnvironment(findHeaders()),
          hint: 'check that the npm registry answers (`npm ping`), then run `npm run setup` again',
        });
        await writeFile(stampFile, hash);
      });
    },
  );
}

/**
 * Packages that npm compiles find headers that the machine has; what a person set is theirs.
 *
 * @param {string | undefined} headers
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function installEnvironment(headers, environment = process.env) {
  return headers === undefined ? environment : { npm_config_nodedir: headers, ...environment };
}

/** Windows cannot delete a program that runs, and `npm run` runs this one with the Node inside node_modules. */
function refuseToReplaceRunningNode() {
  if (process.platform !== 'win32' || !process.execPath.startsWith(inRoot('node_modules'))) return;
  throw new SetupFailure('node_modules no longer matches package-lock.json, and its own Node is running this script', {
    hint: 'run `npm ci` yourself, then this command again',
  });
}

async function isInstalled(/** @type {string} */ lockfile, /** @type {string} */ hash) {
  const stamp = await readFile(stampFile, 'utf8').catch(() => '');
  if (stamp.trim() === hash && existsSync(toolNode)) return true;
  const installed = await readFile(inRoot('node_modules', '.package-lock.json'), 'utf8').catch(() => '');
  if (!existsSync(toolNode) || !matchesLockfile(lockfile, installed)) return false;
  // Somebody ran `npm ci` or `npm install` by hand: as good as ours.
  await writeFile(stampFile, hash);
  return true;
}

/**
 * Compares package-lock.json with the record that npm leaves in node_modules.
 *
 * @param {string} lockfile text of package-lock.json
 * @param {string} installed text of node_modules/.package-lock.json; empty when there is none
 * @returns {boolean} whether everything needed is installed in the version named; optional packages may be absent,
 * since most are for other platforms
 */
export function matchesLockfile(lockfile, installed) {
  if (installed === '') return false;
  /** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} Package */
  /** @type {Record<string, Package>} */
  const wanted = JSON.parse(lockfile).packages ?? {};
  /** @type {Record<string, Package>} */
  const present = JSON.parse(installed).packages ?? {};
  const places = new Set([...Object.keys(wanted), ...Object.keys(present)]);
  places.delete('');
  return [...places].every((place) => {
    const want = wanted[place];
    const have = present[place];
    if (!want) return false;
    if (!have) return want.optional === true || want.devOptional === true;
    return want.version === have.version && want.integrity === have.integrity;
  });
}

/**
 * Checks the Node that every tool of this project runs on.
 *
 * @returns {Promise<string>} its version, for example `v24.21.0`
 */
export async function checkToolNode() {
  const answer = existsSync(toolNode) ? await attempt(toolNode, ['--version'], { env: toolEnvironment() }) : undefined;
  const version = answer?.output.trim() ?? '';
  const major = Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
  if (answer?.code === 0 && major >= oldestToolNode) return version;
  throw new SetupFailure(
    version
      ? `the Node in node_modules answers "${version}", but the tools need ${oldestToolNode} or newer`
      : 'the Node in node_modules is missing: the install script of the package `node` was not run',
    {
      hint: 'run `npm rebuild node` (with `ignore-scripts` off in your npm settings), then `npm run setup` again',
      detail: answer?.output,
    },
  );
}
