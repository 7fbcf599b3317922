import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where things lie. Pure: nothing here touches the disk. */

/** The checkout this script belongs to. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[/\\]$/, '');

/**
 * The folder that outlives `node_modules` and serves every checkout of this person: runtimes and compiled bindings.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 * @param {string} home
 * @returns {string}
 */
export function cacheFolder(environment = process.env, platform = process.platform, home = homedir()) {
  const own = environment.ACUSIGHT_CACHE_DIR;
  if (own) return path.resolve(own);
  const base =
    platform === 'win32'
      ? environment.LOCALAPPDATA || path.join(home, 'AppData', 'Local')
      : platform === 'darwin'
        ? path.join(home, 'Library', 'Caches')
        : environment.XDG_CACHE_HOME || path.join(home, '.cache');
  return path.join(base, 'acusight-line-gateway');
}

/** @param {...string} parts */
export const inRoot = (...parts) => path.join(root, ...parts);

/**
 * The Node that the tools run on: the npm package `node`, because the machine's own may be too old.
 * Its executable is addressed directly, since the `.bin` entry is a shell script on Windows.
 */
export const toolNode = inRoot('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/**
 * The environment for tools: the same one, with this checkout's commands (and so its Node) first on the path.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(environment = process.env) {
  const key = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const bin = inRoot('node_modules', '.bin');
  const folders = (environment[key] ?? '').split(path.delimiter).filter((folder) => folder !== bin);
  return { ...environment, [key]: [path.dirname(toolNode), bin, ...folders].join(path.delimiter) };
}
