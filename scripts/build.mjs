import { rm } from 'node:fs/promises';
import { build } from 'vite';
import { mainBuilds, preloadBuild, rendererBuild } from '../vite.config.ts';
import { inRoot } from './setup/places.mjs';

/** Builds the window, the preload script and the main process into `out/`. Runs on the tools' Node. */
await rm(inRoot('out'), { recursive: true, force: true });
const quiet = { logLevel: /** @type {const} */ ('warn') };
await Promise.all([rendererBuild, preloadBuild, ...mainBuilds].map((target) => build({ ...target, ...quiet })));
