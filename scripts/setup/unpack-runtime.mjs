import { readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';

/**
 * Makes a general Electron runtime of an application's archive.
 * Usage: node unpack-runtime.mjs ARCHIVE FOLDER EXECUTABLE. Runs on the tools' Node, unlike its siblings, because the
 * libraries it uses need it.
 */
const [archive, folder, executable] = process.argv.slice(2);
if (!archive || !folder || !executable) throw new Error('usage: unpack-runtime.mjs ARCHIVE FOLDER EXECUTABLE');

// Electron's own installer unpacks with this library, so it is there whenever `electron` is.
const fromElectron = createRequire(createRequire(import.meta.url).resolve('electron/package.json'));
const { extract } = await import(pathToFileURL(fromElectron.resolve('@electron-internal/extract-zip')).href);

const staging = `${folder}.staging`;
await extract(archive, { dir: staging });
const [top, ...others] = await readdir(staging);
if (!top || others.length > 0)
  throw new Error(`expected one folder in ${archive}, found ${[top, ...others].join(', ')}`);
await rename(path.join(staging, top), folder);
await rm(staging, { recursive: true });

const resources = path.join(folder, 'resources');
for (const name of await readdir(resources)) {
  if (name.startsWith('app')) await rm(path.join(resources, name), { recursive: true });
}
await rm(path.join(folder, 'browser_v8_context_snapshot.bin'), { force: true });

const electron = path.join(folder, 'electron');
await rename(path.join(folder, executable), electron);
await flipFuses(electron, {
  version: FuseVersion.V1,
  // Playwright attaches through the inspector.
  [FuseV1Options.EnableNodeCliInspectArguments]: true,
  // The snapshot removed above holds the other application's own code.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
});
