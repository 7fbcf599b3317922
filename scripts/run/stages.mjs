import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeFailure } from '../setup/failure.mjs';
import { inRoot, root } from '../setup/places.mjs';
import { createReport, seconds } from '../setup/report.mjs';
import { provideBuild } from './built-product.mjs';
import { openDisplay } from './display.mjs';
import { addTallies, failuresOf, tallyReport } from './test-outcome.mjs';
import { runOnToolNode, runTool } from './tool.mjs';
import { provideWine } from './wine.mjs';

/**
 * What `npm run check`, its parts and `npm test` go through. A stage that is no test run counts as one failure when it fails, so
 * that the closing line never says less than the exit code.
 *
 * @typedef {import('./test-outcome.mjs').Tally} Tally
 * @typedef {Tally & { readonly failures?: readonly string[] }} Outcome
 * @typedef {{ readonly name: string, readonly run: () => Promise<Outcome> }} Stage
 */

const say = (/** @type {string} */ text) => void process.stdout.write(`${text}\n`);

/**
 * @param {string} name
 * @param {string} packageName of the tool, whose command bears the package's name unless another is given
 * @param {readonly string[]} parameters
 * @param {string} command
 * @returns {Stage}
 */
const tool = (name, packageName, parameters, command = packageName) =>
  stage(name, () => runTool(packageName, parameters, { command }));

/**
 * @param {string} name
 * @param {() => Promise<number>} work answers an exit code
 * @returns {Stage}
 */
const stage = (name, work) => ({
  name,
  run: async () => ({ passed: 0, failed: (await work()) === 0 ? 0 : 1 }),
});

/**
 * @param {string} project of vite.config.ts
 * @param {Readonly<Record<string, string | undefined>>} additions to the environment
 * @param {readonly string[]} words of Vitest's own, such as the files to run
 * @returns {Stage}
 */
const tests = (project, additions = {}, words = []) => ({
  name: `${project} tests`,
  run: async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'acusight-tests-'));
    try {
      const file = path.join(folder, 'report.json');
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const parameters = ['run', '--project', project, ...reporters, ...words];
      const code = await runTool('vitest', parameters, { additions });
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

const types = [
  tool('types', 'typescript', ['-p', '.'], 'tsc'),
  tool('types of the scripts', 'typescript', ['-p', 'scripts'], 'tsc'),
];

const styles = 'renderer/**/*.css';
const lint = [
  tool('lint and format', '@biomejs/biome', ['check', '--error-on-warnings'], 'biome'),
  tool(
    'import rules',
    'dependency-cruiser',
    ['--config', '.dependency-cruiser.mjs', 'electron', 'renderer', 'shared', 'test', 'scripts', 'vite.config.ts'],
    'depcruise',
  ),
  tool('styles', 'stylelint', [styles]),
  tool('unused files, exports and dependencies', 'knip', []),
  stage('boundaries', () => runOnToolNode([inRoot('scripts', 'check-boundaries.mjs')])),
  stage('no sentence outside the words', () => runOnToolNode([inRoot('scripts', 'check-sentences.mjs')])),
];

/** The threads that tests start are the built ones. */
const build = {
  name: 'build',
  run: async () => {
    await provideBuild(createReport(process.stdout));
    return { passed: 0, failed: 0 };
  },
};

const check = [...types, ...lint, build, tests('unit')];

/** @returns {Promise<number>} the exit code, as of all that follow */
export const runCheck = () => runStages(check);
export const runTypes = () => runStages(types);
export const runLint = () => runStages(lint);
export const fixLint = () =>
  runTool('@biomejs/biome', ['check', '--write', '--error-on-warnings'], { command: 'biome' });
export const runUnitTests = (/** @type {readonly string[]} */ words) => runStages([tests('unit', {}, words)]);

/** The core as a Windows program; needs wine, and takes minutes: no part of `npm test`. */
export const runWineTests = async (/** @type {readonly string[]} */ words) =>
  runStages([tests('wine', await provideWine(createReport(process.stdout)), words)]);

/** @returns {Promise<number>} the exit code */
export async function runTest() {
  const display = await openDisplay();
  try {
    const rest = [tests('integration', display.env), tests('e2e', display.env), tests('crash', display.env)];
    return await runStages([...check, ...rest]);
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
