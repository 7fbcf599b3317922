import { applicationEnvironment, runApplication } from './run/application.mjs';
import { runBenchmarks } from './run/benchmarks.mjs';
import { provideBuild } from './run/built-product.mjs';
import { runChild } from './run/child.mjs';
import { openDisplay } from './run/display.mjs';
import { openObjectStore } from './run/object-store.mjs';
import { runPackage } from './run/package.mjs';
import { runPackageTests } from './run/package-tests.mjs';
import { fixLint, runCheck, runLint, runTest, runTypes, runUnitTests, runWineTests } from './run/stages.mjs';
import { describeFailure, SetupFailure } from './setup/failure.mjs';
import { inRoot, root, toolEnvironment, toolNode } from './setup/places.mjs';
import { createReport } from './setup/report.mjs';
import { setUp } from './setup/set-up.mjs';

/**
 * `node scripts/run.mjs COMMAND [flags]`: sets up what is missing, then runs the command. What this script itself has to
 * say goes to standard error, because the standard output of some commands is read by programs.
 */
const report = createReport(process.stderr);

/** @type {(mode: string) => (flags: readonly string[]) => Promise<number>} */
const application = (mode) => async (flags) => {
  await provideBuild(report);
  return runApplication([mode, ...flags]);
};

/** @type {Readonly<Record<string, (flags: readonly string[]) => Promise<number>>>} */
const commands = {
  setup: async () => 0,
  start: application('open'),
  demo: async (flags) => {
    if (!flags.includes('--lan')) return application('demo')(flags);
    const objects = await openObjectStore();
    try {
      Object.assign(process.env, objects.env);
      return await application('demo')(flags);
    } finally {
      await objects.stop();
    }
  },
  gateway: application('gateway'),
  dev: async (flags) => {
    const display = await openDisplay();
    try {
      const env = applicationEnvironment({ ...toolEnvironment(), ...display.env });
      return await runChild(toolNode, [inRoot('scripts', 'dev.mjs'), ...flags], { cwd: root, env });
    } finally {
      await display.stop();
    }
  },
  build: async () => {
    await provideBuild(report);
    return 0;
  },
  package: (flags) => runPackage(report, flags),
  typecheck: runTypes,
  lint: runLint,
  'lint:fix': fixLint,
  check: runCheck,
  test: runTest,
  'test:unit': runUnitTests,
  'test:wine': runWineTests,
  'test:package': (flags) => runPackageTests(report, flags),
  bench: async (flags) => {
    await provideBuild(report);
    return runBenchmarks(flags);
  },
};

const [name = '', ...flags] = process.argv.slice(2);
try {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    throw new SetupFailure(`there is no command "${name}"`, { hint: `there are: ${Object.keys(commands).join(', ')}` });
  }
  await setUp(report);
  process.exitCode = await command(flags);
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}
