import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import { freePort } from '../support/free-port.ts';

/**
 * The runtime under another name with the built product in its folder: Electron takes that for a package. Its fuses are
 * those of the runtime, so what holds here holds without them.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acusight-packaged-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function packed(): Promise<string> {
  const { executable } = resolveElectron();
  const from = dirname(executable);
  const made = join(folder, 'package');
  await mkdir(join(made, 'resources'), { recursive: true });
  for (const name of await readdir(from)) {
    const source = join(from, name);
    // The program looks for everything else beside the place that it really lies in.
    if (source === executable)
      await link(source, join(made, 'gateway')).catch(() => copyFile(source, join(made, 'gateway')));
    else if (name !== 'resources') await symlink(source, join(made, name));
  }
  await symlink(root, join(made, 'resources', 'app'));
  return join(made, 'gateway');
}

/** Starts the program, waits until its window has been made, and tells which of the ports answers then. */
async function answering(
  program: string,
  before: readonly string[],
  after: readonly string[],
  ports: readonly number[],
) {
  const { switches, env } = resolveElectron();
  const own: NodeJS.ProcessEnv = { ...process.env, ...env };
  delete own['ELECTRON_RUN_AS_NODE'];
  const child = spawn(program, [...switches, ...before, 'open', '--data-dir', join(folder, 'data'), ...after], {
    env: own,
    stdio: 'ignore',
    detached: true,
  });
  const ended = once(child, 'exit');
  try {
    // The page has been loaded once it has a place for what it keeps.
    const loaded = async (): Promise<boolean> =>
      (await readdir(join(folder, 'data', 'shell')).catch((): string[] => [])).includes('Local Storage');
    await expect.poll(loaded, { timeout: 30_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const open: number[] = [];
    for (const port of ports) {
      const answered = await fetch(`http://127.0.0.1:${port}/json/version`).then(
        () => true,
        () => false,
      );
      if (answered) open.push(port);
    }
    return open;
  } finally {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGTERM');
    }
    await ended;
  }
}

test.runIf(process.platform === 'linux')(
  'a package opens no debugger, whatever switches it is started with, and the log names them',
  async () => {
    const [chromium, node] = [await freePort(), await freePort()];
    const asked = [`--remote-debugging-port=${chromium}`, `--inspect=127.0.0.1:${node}`];
    // A development build opens both: this test would notice.
    const development = await answering(resolveElectron().executable, [...asked, root, '--'], [], [chromium, node]);
    expect(development).toEqual([chromium, node]);
    await rm(join(folder, 'data'), { recursive: true, force: true });

    expect(await answering(await packed(), asked, [], [chromium, node])).toEqual([]);
    const log = await readFile(join(folder, 'data', 'log', 'gateway.jsonl'), 'utf8');
    expect(log).toContain('switches-refused');
    expect(log).toContain('remote-debugging-port');
  },
);
