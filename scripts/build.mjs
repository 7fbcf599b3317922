import { rm, writeFile } from 'node:fs/promises';
import { build } from 'vite';
import { mainBuilds, preloadBuild, rendererBuild } from '../vite.config.ts';
import { bundledPackages } from './package/bundled-packages.mjs';
import { inRoot } from './setup/places.mjs';

/**
 * Builds the window, the preload script and the main process into `out/`, and beside them the list of the packages that
 * each bundle has taken in. Runs on the tools' Node.
 */
await rm(inRoot('out'), { recursive: true, force: true });
const bundled = bundledPackages();
const targets = [rendererBuild, preloadBuild, ...mainBuilds].map((target) => {
  const inWorkers = target.worker?.plugins ?? (() => []);
  const collecting = bundled.plugin(target);
  return build({
    ...target,
    logLevel: 'warn',
    plugins: [...(target.plugins ?? []), collecting],
    worker: { ...target.worker, plugins: () => [...inWorkers(), collecting] },
  });
});
await Promise.all(targets);
await writeFile(inRoot('out', 'packages.json'), `${JSON.stringify(bundled.list(), null, 2)}\n`);
