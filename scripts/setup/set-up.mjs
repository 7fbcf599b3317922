import { rm } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from './command.mjs';
import { checkToolNode, provideDependencies } from './dependencies.mjs';
import {
  developmentIsPossible,
  developmentVersion,
  installedDevelopment,
  provideDevelopment,
} from './development-runtime.mjs';
import { SetupFailure } from './failure.mjs';
import { declaredVersion, installedOfficial, tryOfficial } from './official-runtime.mjs';
import { cacheFolder } from './places.mjs';
import { readSandboxFacts, sandboxTrouble } from './sandbox.mjs';
import { checkBinding, compilers, installedBinding, provideBinding } from './sqlite-binding.mjs';
import { provideSystemPackages, provideTestPeers } from './system-packages.mjs';

/** @typedef {import('./report.mjs').Report} Report */

/**
 * Brings a checkout to the point where everything in it can run, and does only what is missing: dependencies, a Node
 * for the tools, system libraries, an Electron runtime, and better-sqlite3 working in that runtime.
 *
 * @param {Report} report
 */
export async function setUp(report) {
  await provideDependencies(report);
  await checkToolNode();
  const refusal = await tryOfficial(report);
  if (refusal === '') await setUpOfficial(report);
  else await setUpDevelopment(report, refusal);
  await provideTestPeers(report);
}

async function setUpOfficial(/** @type {Report} */ report) {
  await provideSystemPackages(report, []);
  const runtime = installedOfficial();
  if (!runtime) throw new SetupFailure('Electron is not there any more', { hint: 'run `npm run setup` again' });
  const trouble = await checkBinding(runtime.executable, undefined);
  if (trouble) throw cannotOpenDatabase(runtime, trouble, 'node_modules');
  report.say(`runs with Electron ${runtime.version}`);
  tellSandbox(report, runtime.executable);
}

async function setUpDevelopment(/** @type {Report} */ report, /** @type {string} */ refusal) {
  if (!developmentIsPossible) {
    throw new SetupFailure(`Electron ${declaredVersion()} cannot be downloaded: ${refusal}`, {
      hint: 'open the way to that host, or name a mirror in ELECTRON_MIRROR; then run `npm run setup` again',
    });
  }
  if (!installedDevelopment()) report.say(`Electron ${declaredVersion()} cannot be downloaded: ${refusal}`);
  const toCompile = installedBinding(developmentVersion) ? [] : compilers.filter((program) => !findProgram(program));
  await provideSystemPackages(report, toCompile);
  // One waits for the network, the other for the processor.
  const [executable, binding] = await settleBoth(
    provideDevelopment(report),
    provideBinding(report, developmentVersion),
  );
  await checkDevelopment(report, executable, binding);
  report.say(
    `runs with Electron ${developmentVersion} from the npm registry, for development and tests only ` +
      `(releases are made with Electron ${declaredVersion()}; ${refusal})`,
  );
  tellSandbox(report, executable);
}

function tellSandbox(/** @type {Report} */ report, /** @type {string} */ executable) {
  const trouble = sandboxTrouble(readSandboxFacts(executable));
  if (trouble) report.say(`Chromium runs without its sandbox: ${trouble}`);
}

/** A cached binding can be broken by an update of the system's libraries: it is compiled anew, once. */
async function checkDevelopment(
  /** @type {Report} */ report,
  /** @type {string} */ executable,
  /** @type {string} */ binding,
) {
  const trouble = await checkBinding(executable, binding);
  if (trouble === '') return;
  report.say(`the compiled better-sqlite3 does not work (${trouble.split('\n')[0]}); making it again`);
  await rm(path.dirname(binding), { recursive: true, force: true });
  await provideBinding(report, developmentVersion);
  const still = await checkBinding(executable, binding);
  if (still === '') return;
  await rm(path.dirname(binding), { recursive: true, force: true });
  throw cannotOpenDatabase({ version: developmentVersion }, still, cacheFolder());
}

/**
 * @param {{ readonly version: string }} runtime
 * @param {string} trouble
 * @param {string} remedy what to remove so that it is made again
 */
const cannotOpenDatabase = ({ version }, trouble, remedy) =>
  new SetupFailure(`better-sqlite3 cannot open a database in Electron ${version}`, {
    detail: trouble,
    hint: `a line "error while loading shared libraries" names a library to install; else remove ${remedy} and run this again`,
  });

/**
 * Waits for both even when one fails, so that nothing goes on working behind a message of failure.
 *
 * @template A, B
 * @param {Promise<A>} first
 * @param {Promise<B>} second
 * @returns {Promise<[A, B]>}
 */
async function settleBoth(first, second) {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
