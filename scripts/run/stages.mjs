import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeFailure } from '../setup/failure.mjs';
import { inRoot, root, toolEnvironment, toolNode } from '../setup/places.mjs';
import { seconds } from '../setup/report.mjs';
import { provideBuild } from './built-product.mjs';
import { runChild } from './child.mjs';
import { openDisplay } from './display.mjs';
import { addTallies, failuresOf, tallyReport } from './test-outcome.mjs';

/**
 * What `npm run check` and `npm test` go through. A stage that is no test run counts as one failure when it fails, so
 * that the closing line never says less than the exit code.
 *
 * @typedef {import('../setup/report.mjs').Report} Report
 * @typedef {import('./test-outcome.mjs').Tally} Tally
 * @typedef {Tally & { readonly failures?: readonly string[] }} Outcome
 * @typedef {{ readonly name: string, readonly run: () => Promise<Outcome> }} Stage
 */

const say = (/** @type {string} */ text) => void process.stdout.write(`${text}\n`);

/**
 * @param {string} packageName
 * @param {string} command
 * @returns {string} the script behind a package's command
 */
function commandScript(packageName, command) {
  const manifest = inRoot('node_modules', packageName, 'package.json');
  const { bin } = createRequire(import.meta.url)(manifest);
  return path.join(path.dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
}

/**
 * @param {string} name
 * @param {() => string} script
 * @param {readonly string[]} parameters
 * @returns {Stage}
 */
const tool = (name, script, parameters) => ({
  name,
  run: async () => {
    const code = await runChild(toolNode, [script(), ...parameters], { cwd: root, env: toolEnvironment() });
    return { passed: 0, failed: code === 0 ? 0 : 1 };
  },
});

/**
 * @param {string} project of vite.config.ts
 * @param {Readonly<Record<string, string | undefined>>} additions to the environment
 * @returns {Stage}
 */
const tests = (project, additions = {}) => ({
  name: `${project} tests`,
  run: async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'acusight-tests-'));
    try {
      const file = path.join(folder, 'report.json');
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const code = await runChild(
        toolNode,
        [commandScript('vitest', 'vitest'), 'run', '--project', project, ...reporters],
        { cwd: root, env: { ...toolEnvironment(), ...additions } },
      );
      const report = await readFile(file, 'utf8').catch(() => undefined);
      const tally = tallyReport(report, code);
      const failures = failuresOf(report, root);
      const unnamed = tally.failed > failures.length ? ['an error outside of the tests: see above'] : [];
      return { ...tally, failures: [...failures, ...unnamed] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

/** @returns {readonly Stage[]} */
const checkStages = () => [
  tool('types', () => commandScript('typescript', 'tsc'), ['-p', '.']),
  tool('types of the scripts', () => commandScript('typescript', 'tsc'), ['-p', 'scripts']),
  tool('lint and format', () => commandScript('@biomejs/biome', 'biome'), ['check', '--error-on-warnings']),
  tool('import rules', () => commandScript('dependency-cruiser', 'depcruise'), [
    '--config',
    '.dependency-cruiser.mjs',
    ...['electron', 'renderer', 'shared', 'test', 'scripts', 'vite.config.ts'],
  ]),
  tool('boundaries', () => inRoot('scripts', 'check-boundaries.mjs'), []),
  tests('unit'),
];

/** @returns {Promise<number>} the exit code */
export const runCheck = () => runStages(checkStages());

/**
 * @param {Report} report
 * @returns {Promise<number>} the exit code
 */
export async function runTest(report) {
  const display = await openDisplay();
  try {
    const build = {
      name: 'build',
      run: async () => {
        await provideBuild(report);
        return { passed: 0, failed: 0 };
      },
    };
    const rest = [tests('integration', display.env), build, tests('e2e', display.env), tests('crash', display.env)];
    return await runStages([...checkStages(), ...rest]);
  } finally {
    await display.stop();
  }
}

/**
 * Runs every stage, also after a failure, so that one run tells everything; only an interrupt ends it early.
 *
 * @param {readonly Stage[]} stages
 * @returns {Promise<number>} the exit code
 */
async function runStages(stages) {
  /** @type {{ readonly name: string, readonly tally: Outcome, readonly milliseconds: number }[]} */
  const outcomes = [];
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  for (const { name, run } of stages) {
    if (interrupted) break;
    say(`\n── ${name}`);
    const began = performance.now();
    const tally = await run().catch((error) => {
      say(describeFailure(error));
      return { passed: 0, failed: 1 };
    });
    outcomes.push({ name, tally, milliseconds: performance.now() - began });
  }
  say('');
  for (const { name, tally, milliseconds } of outcomes) {
    const counts = tally.passed > 0 ? `, ${tally.passed} passed` : '';
    say(`${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds(milliseconds)}${counts})`);
    for (const failure of tally.failures ?? []) say(`       ${failure}`);
  }
  if (interrupted) say('interrupted');
  const { passed, failed } = addTallies(outcomes.map((outcome) => outcome.tally));
  say(`${passed} passed, ${failed} failed`);
  return failed > 0 || interrupted ? 1 : 0;
}
