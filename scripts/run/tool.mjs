import { createRequire } from 'node:module';
import path from 'node:path';
import { inRoot, root, toolEnvironment, toolNode } from '../setup/places.mjs';
import { runChild } from './child.mjs';

/**
 * Runs a script on the tools' Node, in the checkout.
 *
 * @param {readonly string[]} words the script and its parameters
 * @param {Readonly<Record<string, string | undefined>>} additions to the environment
 * @returns {Promise<number>} its exit code
 */
export const runOnToolNode = (words, additions = {}) =>
  runChild(toolNode, words, { cwd: root, env: { ...toolEnvironment(), ...additions } });

/**
 * Runs a command that a package brings. By its script, because what lies in `.bin` is a shell script on Windows.
 *
 * @param {string} packageName
 * @param {readonly string[]} parameters
 * @param {{ readonly command?: string, readonly additions?: Readonly<Record<string, string | undefined>> }} options
 *   `command` where it bears another name than the package
 * @returns {Promise<number>} its exit code
 */
export async function runTool(packageName, parameters, { command = packageName, additions } = {}) {
  const manifest = inRoot('node_modules', packageName, 'package.json');
  const { bin } = createRequire(import.meta.url)(manifest);
  const script = path.join(path.dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
  return runOnToolNode([script, ...parameters], additions);
}
