import { developmentVersion, installedDevelopment } from './setup/development-runtime.mjs';
import { SetupFailure } from './setup/failure.mjs';
import { installedOfficial } from './setup/official-runtime.mjs';
import { readSandboxFacts, sandboxTrouble } from './setup/sandbox.mjs';
import { installedBinding } from './setup/sqlite-binding.mjs';

/**
 * The Electron that set-up provided, for everything that starts one: run scripts, tests and benchmarks. Types are in
 * electron-runtime.d.mts.
 */

/** @returns {import('./electron-runtime.d.mts').ElectronRuntime} */
export function resolveElectron() {
  const official = installedOfficial();
  if (official) return { ...official, kind: 'official', switches: switchesFor(official.executable), env: {} };
  const development = installedDevelopment();
  const binding = installedBinding(developmentVersion);
  if (!development || !binding) {
    throw new SetupFailure('no Electron runtime is set up', { hint: 'run `npm run setup`' });
  }
  const switches = [...switchesFor(development.executable), asReleased];
  return { ...development, kind: 'development', switches, env: { ACUSIGHT_SQLITE_BINDING: binding } };
}

/**
 * What the V8 of a release does by itself. The older one collects its garbage for every 64 MB of pictures that it has read
 * or received, however little of it is left: a tenth of all that the gateway does.
 */
const asReleased = '--js-flags=--external-memory-accounted-in-global-limit';

const switchesFor = (/** @type {string} */ executable) =>
  sandboxTrouble(readSandboxFacts(executable)) === '' ? [] : ['--no-sandbox'];
