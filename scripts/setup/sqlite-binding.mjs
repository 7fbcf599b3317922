import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isComplete, provideEntry } from './cache-entry.mjs';
import { attempt, lastLines, run } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { cacheFolder, inRoot, toolEnvironment, toolNode } from './places.mjs';

/** @typedef {import('./report.mjs').Report} Report */

/**
 * better-sqlite3 for a runtime that its shipped binary does not serve. That binary calls Node-API 10 and takes the whole
 * process down where it is missing (Node 20, Electron before 36), so it is compiled once for the development runtime.
 */

const sourceFolder = inRoot('node_modules', 'better-sqlite3');
const fileName = 'better_sqlite3.node';
/** Defines instead of `NAPI_VERSION=10`: the same calls, resolved as the experimental ones that Node 20 carries. */
const defines = "'NAPI_VERSION=2147483647', 'NAPI_EXPERIMENTAL', 'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT'";

/** Programs the compilation calls. */
export const compilers = ['g++', 'make', 'python3'];

/**
 * @param {string} electronVersion
 * @returns {string} the folder's name in the cache
 */
function entryName(electronVersion) {
  const { version } = JSON.parse(readFileSync(path.join(sourceFolder, 'package.json'), 'utf8'));
  return `better-sqlite3-${version}-electron-${electronVersion}-${process.platform}-${process.arch}-1`;
}

/**
 * @param {string} electronVersion
 * @returns {string | undefined} the compiled binding, when it is there
 */
export function installedBinding(electronVersion) {
  const folder = path.join(cacheFolder(), entryName(electronVersion));
  const file = path.join(folder, fileName);
  return isComplete(folder) && existsSync(file) ? file : undefined;
}

/**
 * @param {Report} report
 * @param {string} electronVersion
 * @returns {Promise<string>} the binding's file
 */
export async function provideBinding(report, electronVersion) {
  const folder = await provideEntry({
    cache: cacheFolder(),
    name: entryName(electronVersion),
    build: (building) =>
      report.step(`compiling better-sqlite3 for Electron ${electronVersion} (once, about a minute)`, () =>
        compile(building),
      ),
    waiting: () => report.say('waiting for another set-up that compiles better-sqlite3'),
  });
  return path.join(folder, fileName);
}

async function compile(/** @type {string} */ folder) {
  // The source stands beside its one dependency, so that neither this checkout nor its node_modules is changed.
  const scratch = path.join(folder, 'scratch');
  const source = path.join(scratch, 'better-sqlite3');
  await mkdir(scratch);
  await cp(sourceFolder, source, { recursive: true, filter: (file) => !file.includes('prebuilds') });
  await cp(inRoot('node_modules', 'node-addon-api'), path.join(scratch, 'node_modules', 'node-addon-api'), {
    recursive: true,
  });
  const recipe = path.join(source, 'binding.gyp');
  await writeFile(recipe, adaptRecipe(await readFile(recipe, 'utf8')));

  const nodeGyp = inRoot('node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const headers = findHeaders();
  const settings = ['--release', '--force_build=1', ...(headers ? [`--nodedir=${headers}`] : [])];
  const options = {
    cwd: source,
    env: toolEnvironment(),
    hint: `better-sqlite3 needs ${compilers.join(', ')} and Node's headers; then run \`npm run setup\` again`,
  };
  await run(toolNode, [nodeGyp, 'configure', ...settings], options);
  await run(toolNode, [nodeGyp, 'build', '--release', '--jobs=max', 'better_sqlite3'], options);
  await rename(path.join(source, 'build', 'Release', fileName), path.join(folder, fileName));
  await rm(scratch, { recursive: true });
}

/**
 * @param {string} recipe text of better-sqlite3's binding.gyp
 * @returns {string}
 */
export function adaptRecipe(recipe) {
  const adapted = recipe.replace(/'NAPI_VERSION=\d+'/, defines);
  if (adapted !== recipe) return adapted;
  throw new SetupFailure('better-sqlite3 has another build recipe than this project knows', {
    hint: 'the version in package.json was changed: adapt scripts/setup/sqlite-binding.mjs to its binding.gyp',
  });
}

/**
 * Node's headers that are on the machine already; without them node-gyp downloads some.
 *
 * @returns {string | undefined} the folder that `nodedir` means
 */
export function findHeaders() {
  const prefixes = [process.env.npm_node_execpath, process.execPath]
    .filter((file) => file !== undefined && file !== '')
    .map((file) => path.dirname(path.dirname(String(file))));
  return [...prefixes, '/usr', '/usr/local'].find((prefix) =>
    existsSync(path.join(prefix, 'include', 'node', 'node_api.h')),
  );
}

/**
 * Opens a database in the runtime itself. The runtime runs as plain Node for it: the same V8 and Node-API, no window.
 *
 * @param {string} executable
 * @param {string | undefined} binding undefined tries what better-sqlite3 ships
 * @returns {Promise<string>} empty when it works, else what happened
 */
export async function checkBinding(executable, binding) {
  const script = `
    const Database = require(${JSON.stringify(sourceFolder)});
    const database = new Database(':memory:', ${JSON.stringify(binding ? { nativeBinding: binding } : {})});
    console.log('sqlite', database.prepare('select sqlite_version() as version').get().version);`;
  const { code, signal, output } = await attempt(executable, ['--eval', script], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    timeoutMilliseconds: 30_000,
  });
  if (code === 0 && /^sqlite 3\./m.test(output)) return '';
  return `it ended with ${signal ?? `code ${code}`}\n${lastLines(output, 8)}`;
}
