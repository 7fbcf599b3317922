import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupFailure } from './failure.mjs';

/**
 * @typedef {{ readonly code: number | null, readonly signal: NodeJS.Signals | null, readonly output: string }} Outcome
 * `output` is standard output and standard error together, in the order of arrival; `code` is null after a signal.
 */

/**
 * Runs a program to its end and answers how it went; only a program that cannot be started, or overruns, throws.
 *
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMilliseconds?: number }} options
 * @returns {Promise<Outcome>}
 */
export function attempt(command, parameters, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    /** @type {Buffer[]} */
    const chunks = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeoutMilliseconds ?? 1_800_000);
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new SetupFailure(`${command} could not be started`, { cause, detail: cause.message }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString('utf8');
      if (late) reject(new SetupFailure(`${command} did not end in time`, { detail: lastLines(output) }));
      else resolve({ code, signal, output });
    });
  });
}

/**
 * Runs a program that has to succeed.
 *
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMilliseconds?: number, hint?: string,
 *   shorten?: (output: string) => string }} options `shorten` picks what of the output a failure shows
 * @returns {Promise<string>} its output
 */
export async function run(command, parameters, options = {}) {
  const { code, signal, output } = await attempt(command, parameters, options);
  if (code === 0) return output;
  const shown = [path.basename(command), ...parameters].join(' ');
  throw new SetupFailure(`\`${shown}\` ended with ${signal ?? `code ${code}`}`, {
    detail: (options.shorten ?? lastLines)(output),
    hint: options.hint,
  });
}

/**
 * Runs npm: the one that started this script if there is one, so that a person's choice of npm is kept.
 *
 * @param {readonly string[]} parameters
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, hint?: string }} options
 * @returns {Promise<string>}
 */
export function runNpm(parameters, options = {}) {
  const settings = { ...options, shorten: npmErrors };
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script && path.basename(script).startsWith('npm-cli')) {
    return run(node && existsSync(node) ? node : process.execPath, [script, ...parameters], settings);
  }
  // On Windows `npm` is a batch file, which can only be started through a shell; its script lies beside Node.
  const beside = path.join(path.dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (process.platform === 'win32' && existsSync(beside))
    return run(process.execPath, [beside, ...parameters], settings);
  return run('npm', parameters, settings);
}

/**
 * npm states the cause first and its usage after it.
 *
 * @param {string} output
 */
const npmErrors = (output) => {
  const errors = output.split('\n').filter((line) => line.startsWith('npm error') && line.trim() !== 'npm error');
  return errors.length > 0 ? errors.slice(0, 15).join('\n') : lastLines(output);
};

/**
 * The end of a program's output: enough to see why, not so much that nobody reads it.
 *
 * @param {string} output
 * @param {number} count
 */
export const lastLines = (output, count = 25) => output.trimEnd().split('\n').slice(-count).join('\n');

/**
 * @param {string} name
 * @returns {string | undefined} the program's full path, or undefined when it is not on the path
 */
export function findProgram(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .concat(process.platform === 'win32' ? [] : ['/usr/bin', '/usr/local/bin', '/bin', '/usr/sbin', '/sbin'])
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find((candidate) => existsSync(candidate));
}
