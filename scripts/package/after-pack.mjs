import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Arch } from 'electron-builder';
import { attempt } from '../setup/command.mjs';
import { developmentVersion } from '../setup/development-runtime.mjs';
import { SetupFailure } from '../setup/failure.mjs';
import { inRoot } from '../setup/places.mjs';
import { installedBinding } from '../setup/sqlite-binding.mjs';
import { componentsOf, gate } from './components.mjs';
import { faultsIn, filesIn, packagesIn } from './contents.mjs';
import { bill, noticesText } from './documents.mjs';
import { setFuses } from './fuses.mjs';

/**
 * electron-builder calls this when the folder of the product lies there, and makes packages of it afterwards: fuses,
 * the lists of what others wrote, a look at everything that was packed, and on Linux the launcher.
 *
 * @param {import('electron-builder').AfterPackContext} context
 */
export async function afterPack({ appOutDir, outDir, electronPlatformName: platform, arch, packager }) {
  const target = `${platform}-${Arch[arch]}`;
  const name = packager.appInfo.name;
  const executable = path.join(appOutDir, platform === 'win32' ? `${name}.exe` : name);
  const resources = path.join(appOutDir, 'resources');
  const runtime = await runtimeVersions(executable, packager.info.framework.version);
  if (packager.info.framework.version === developmentVersion) await fitDevelopmentRuntime(appOutDir, resources);
  await setFuses(executable);

  const files = filesIn(resources);
  const bundled = JSON.parse(await readFile(inRoot('out', 'packages.json'), 'utf8'));
  const faults = faultsIn(files, bundled, target);
  if (faults.length > 0) throw new SetupFailure('the package is not as it should be', { detail: faults.join('\n') });
  const components = componentsOf(packagesIn(files, bundled));
  gate(components);

  const product = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
  const documents = /** @type {const} */ ([
    ['third-party-notices', 'txt', noticesText(components, runtime)],
    ['sbom', 'cdx.json', bill(product, components, runtime)],
  ]);
  await mkdir(outDir, { recursive: true });
  for (const [document, extension, text] of documents) {
    await writeFile(path.join(resources, `${document}.${extension}`), text);
    await writeFile(path.join(outDir, `${name}-${product.version}-${target}-${document}.${extension}`), text);
  }
  if (platform === 'linux') await putLauncher(executable);
}

/** The script takes the program's name: every kind of package has it then, and the menu and an AppImage start it. */
async function putLauncher(/** @type {string} */ executable) {
  await rename(executable, `${executable}.bin`);
  await copyFile(inRoot('resources', 'linux', 'launcher.sh'), executable);
  await chmod(executable, 0o755);
}

/**
 * The runtime tells what is in it, as long as its fuses let it, and where it runs on this system.
 *
 * @param {string} executable
 * @param {string} version
 * @returns {Promise<import('./documents.mjs').RuntimeVersions>}
 */
async function runtimeVersions(executable, version) {
  const { output } = await attempt(executable, ['-p', 'JSON.stringify(process.versions)'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    timeoutMilliseconds: 30_000,
  }).catch(() => ({ output: '' }));
  const told = /\{.*\}/.exec(output)?.[0];
  return { ...(told === undefined ? {} : JSON.parse(told)), electron: version };
}

/**
 * Without what set-up has put beside that runtime; and with the compiled better-sqlite3, whose own binary ends the older
 * Electron at once.
 *
 * @param {string} folder
 * @param {string} resources
 */
async function fitDevelopmentRuntime(folder, resources) {
  await rm(path.join(folder, 'complete.json'), { force: true });
  await rm(path.join(resources, 'app'), { recursive: true, force: true });
  const binding = installedBinding(developmentVersion);
  if (binding === undefined)
    throw new SetupFailure('no better-sqlite3 is compiled for this Electron', { hint: 'run `npm run setup`' });
  await copyFile(
    binding,
    path.join(resources, 'app.asar.unpacked', 'node_modules', 'better-sqlite3', 'prebuilds', 'linux-x64.node'),
  );
}
