import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { attempt, lastLines } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { cacheFolder, inRoot, toolEnvironment, toolNode } from './places.mjs';

/** @typedef {import('./report.mjs').Report} Report */

/**
 * The Electron that package.json declares, as its makers release it. Its npm package brings no runtime, only the script
 * that downloads one into `node_modules/electron/dist`.
 */

const packageFolder = inRoot('node_modules', 'electron');
const rememberMilliseconds = 6 * 3_600_000;
const answerMilliseconds = 5_000;

/** @returns {string} the version that package.json declares, as installed */
export const declaredVersion = () => JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')).version;

/** @returns {{ readonly executable: string, readonly version: string } | undefined} undefined when it is not there */
export function installedOfficial() {
  try {
    const version = declaredVersion();
    const unpacked = readFileSync(path.join(packageFolder, 'dist', 'version'), 'utf8')
      .trim()
      .replace(/^v/, '');
    const executable = path.join(
      packageFolder,
      'dist',
      readFileSync(path.join(packageFolder, 'path.txt'), 'utf8').trim(),
    );
    return unpacked === version && existsSync(executable) ? { executable, version } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Downloads the official runtime where its host answers.
 *
 * @param {Report} report
 * @returns {Promise<string>} empty when it is installed now, else why it cannot be had here
 */
export async function tryOfficial(report) {
  if (installedOfficial()) return '';
  const version = declaredVersion();
  const url = downloadAddress(version, process.env);
  const memory = path.join(cacheFolder(), 'electron-download-refused.json');
  if (!(await isDownloaded(version))) {
    const remembered = recentRefusal(await readFile(memory, 'utf8').catch(() => ''), url, Date.now());
    if (remembered) return remembered;
    const refusal = await askHost(url);
    if (refusal) {
      await mkdir(path.dirname(memory), { recursive: true });
      await writeFile(memory, JSON.stringify({ url, refusal, at: Date.now() }));
      return refusal;
    }
  }
  await rm(memory, { force: true });
  await report.step(`downloading Electron ${version}`, async () => {
    const { code, output } = await attempt(toolNode, [path.join(packageFolder, 'install.js')], {
      env: { ...toolEnvironment(), ELECTRON_GET_NO_PROGRESS: '1', NODE_USE_ENV_PROXY: '1' },
    });
    if (code === 0 && installedOfficial()) return;
    throw new SetupFailure(`Electron ${version} could not be downloaded, although its host answered`, {
      detail: lastLines(output),
      hint: 'run `npm run setup` again; if it stays so, look at the proxy settings or set ELECTRON_MIRROR',
    });
  });
  return '';
}

/**
 * Where the Electron package will download from; the mirror variables are the ones its own downloader reads.
 *
 * @param {string} version
 * @param {NodeJS.ProcessEnv} environment
 */
export function downloadAddress(version, environment) {
  const mirror =
    environment.npm_config_electron_mirror ||
    environment.NPM_CONFIG_ELECTRON_MIRROR ||
    environment.ELECTRON_MIRROR ||
    'https://github.com/electron/electron/releases/download/';
  return `${mirror}v${version}/electron-v${version}-${process.platform}-${process.arch}.zip`;
}

/**
 * @param {string} text what an earlier set-up noted; empty when there is nothing
 * @param {string} url
 * @param {number} now milliseconds since the epoch
 * @returns {string} why this address could not be reached, when that was not long ago; else empty
 */
export function recentRefusal(text, url, now) {
  try {
    const note = JSON.parse(text);
    const age = now - note.at;
    return note.url === url && age >= 0 && age < rememberMilliseconds ? String(note.refusal) : '';
  } catch {
    return '';
  }
}

/**
 * Asks for the file's header first: the downloader itself would try for minutes before it gives up.
 *
 * @param {string} url
 * @returns {Promise<string>} empty when the host has the file, else why not
 */
async function askHost(url) {
  const host = new URL(url).host;
  const script = `
    fetch(process.argv[1], { method: 'HEAD', signal: AbortSignal.timeout(${answerMilliseconds}) }).then(
      (answer) => console.log(answer.ok ? 'ok' : 'answered ' + answer.status),
      (error) => console.log(error.cause?.code ?? error.name),
    );`;
  const { output } = await attempt(toolNode, ['--no-warnings', '--eval', script, url], {
    // The proxy variables count, as they do for the downloader.
    env: { ...toolEnvironment(), NODE_USE_ENV_PROXY: '1' },
    timeoutMilliseconds: 2 * answerMilliseconds,
  }).catch(() => ({ output: 'TimeoutError' }));
  const word = output.trim();
  if (word === 'ok') return '';
  return word.startsWith('answered') ? `${host} ${word}` : `${host} does not answer (${word || 'no answer'})`;
}

/** Whether the downloader has the file in its own cache, so that it needs no network. */
async function isDownloaded(/** @type {string} */ version) {
  const home = homedir();
  const folder =
    process.env.electron_config_cache ||
    (process.platform === 'win32'
      ? path.join(process.env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'electron', 'Cache')
      : process.platform === 'darwin'
        ? path.join(home, 'Library', 'Caches', 'electron')
        : path.join(process.env.XDG_CACHE_HOME || path.join(home, '.cache'), 'electron'));
  const file = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const folders = await readdir(folder).catch(() => []);
  return folders.some((name) => existsSync(path.join(folder, name, file)));
}
