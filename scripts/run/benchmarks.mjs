import { readdir } from 'node:fs/promises';
import { SetupFailure } from '../setup/failure.mjs';
import { inRoot, root, toolEnvironment, toolNode } from '../setup/places.mjs';
import { runChild } from './child.mjs';
import { openDisplay } from './display.mjs';

/**
 * Runs the benchmarks in test/bench one after the other, or the one that is named; further words are its own.
 *
 * @param {readonly string[]} words
 * @returns {Promise<number>} the exit code of the first that fails, else 0
 */
export async function runBenchmarks(words) {
  const [wanted, ...flags] = words;
  const known = (await readdir(inRoot('test', 'bench')))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
  const names = wanted === undefined ? known : known.filter((name) => name === wanted);
  if (names.length === 0) {
    throw new SetupFailure(`there is no benchmark "${wanted ?? ''}"`, { hint: `there are: ${known.join(', ')}` });
  }
  const display = await openDisplay();
  try {
    for (const name of names) {
      const environment = { ...toolEnvironment(), ...display.env };
      const code = await runChild(toolNode, [inRoot('test', 'bench', `${name}.ts`), ...flags], {
        cwd: root,
        env: environment,
      });
      if (code !== 0) return code;
    }
    return 0;
  } finally {
    await display.stop();
  }
}
