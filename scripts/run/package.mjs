import path from 'node:path';
import { findProgram } from '../setup/command.mjs';
import { installedDevelopment } from '../setup/development-runtime.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { declaredVersion, installedOfficial } from '../setup/official-runtime.mjs';
import { inRoot } from '../setup/places.mjs';
import { provideSystemPackages } from '../setup/system-packages.mjs';
import { provideBuild } from './built-product.mjs';
import { runTool } from './tool.mjs';

/** @typedef {{ readonly executable: string, readonly version: string } | undefined} Runtime */

/** What packs on Linux, for electron-builder's own copies come from a host of their own. */
const packers = [
  { program: 'dpkg-deb', packages: ['dpkg'] },
  { program: '7zz', packages: ['7zip'] },
];

/**
 * Packs the product for this platform into `dist/`, as electron-builder.yml says.
 *
 * @param {import('../setup/report.mjs').Report} report
 * @param {readonly string[]} flags electron-builder's own, such as `--dir`
 * @returns {Promise<number>} the exit code
 */
export async function runPackage(report, flags) {
  const trial = process.env.ACUSIGHT_TRIAL_PACKAGE === '1';
  const runtime = choosePacked(installedOfficial(), trial ? installedDevelopment() : undefined);
  await provideSystemPackages(report, packers);
  await provideBuild(report);
  // A package for trial has to be quick to make, and nobody downloads it.
  const compression = trial ? ['--config.deb.compression=gz'] : [];
  return runTool('electron-builder', ['--publish', 'never', ...runtime, ...compression, ...flags], {
    additions: process.platform === 'linux' ? ownTools() : {},
  });
}

/** electron-builder's variables for tools that are here already: the system's 7-Zip, and this project's packer of debs. */
function ownTools() {
  const { ELECTRON_BUILDER_7ZIP_PATH, CUSTOM_FPM_PATH } = process.env;
  return {
    ELECTRON_BUILDER_7ZIP_PATH: ELECTRON_BUILDER_7ZIP_PATH || findProgram('7zz'),
    CUSTOM_FPM_PATH: CUSTOM_FPM_PATH || inRoot('scripts', 'package', 'deb-packer.mjs'),
  };
}

/**
 * Which Electron goes into the package. Before anything is built: the packer's own words for a runtime that can't be
 * downloaded come after minutes of trying.
 *
 * @param {Runtime} official
 * @param {Runtime} trial what a trial package may hold instead
 * @returns {readonly string[]} what electron-builder is to be told of it; nothing for the one that package.json declares
 */
export function choosePacked(official, trial) {
  if (official) return [];
  if (trial) {
    return [`--config.electronVersion=${trial.version}`, `--config.electronDist=${path.dirname(trial.executable)}`];
  }
  throw new SetupFailure(
    `a release is packed with Electron ${declaredVersion()} from its makers, which is not here and could not be downloaded`,
    {
      hint: 'pack on a machine that reaches it, or name a mirror in ELECTRON_MIRROR; ACUSIGHT_TRIAL_PACKAGE=1 makes a package for trial with the development runtime',
    },
  );
}
