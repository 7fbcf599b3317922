import { resolveElectron } from '../electron-runtime.mjs';
import { root } from '../setup/places.mjs';
import { refuseSmallAddressSpace } from './address-space.mjs';
import { runChild } from './child.mjs';
import { openDisplay } from './display.mjs';
import { createQuietStream } from './quiet-stderr.mjs';

/** What `gateway` does without ever making a window. */
const tasks = new Set(['provision', 'doctor', 'ledger', 'recover', 'cameras']);
const noDisplay = { env: {}, stop: async () => {} };

/**
 * Runs the built product in Electron to its end. Its standard output is ours, untouched; its standard error loses
 * Chromium's harmless noise unless ACUSIGHT_VERBOSE is 1.
 *
 * @param {readonly string[]} flags the product's own, after `--`
 * @returns {Promise<number>} its exit code
 */
export async function runApplication(flags) {
  refuseSmallAddressSpace();
  const { executable, switches, env } = resolveElectron();
  const needsNoDisplay = flags[0] === 'gateway' && tasks.has(flags[1] ?? '');
  const display = needsNoDisplay ? noDisplay : await openDisplay();
  const headless = needsNoDisplay ? ['--ozone-platform=headless'] : [];
  try {
    return await runChild(executable, [...switches, ...headless, root, '--', ...flags], {
      env: applicationEnvironment({ ...env, ...display.env }),
      stdio: ['inherit', 'inherit', 'pipe'],
      onStart: ({ stderr }) => {
        const quiet = process.env.ACUSIGHT_VERBOSE === '1' ? stderr : stderr?.pipe(createQuietStream());
        quiet?.pipe(process.stderr, { end: false });
      },
    });
  } finally {
    await display.stop();
  }
}

/**
 * @param {Readonly<Record<string, string | undefined>>} additions
 * @returns {NodeJS.ProcessEnv}
 */
export function applicationEnvironment(additions) {
  const environment = { ...process.env, ...additions };
  // Set by tools around us, it would turn Electron into a plain Node.
  delete environment.ELECTRON_RUN_AS_NODE;
  return environment;
}
