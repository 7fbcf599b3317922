import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
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

/** Starts the program, waits until its window has been made, and tells what of it answers a debugger then. */
async function answering(program: string, words: readonly string[], ports: readonly number[]) {
  const { switches, env } = resolveElectron();
  const own: NodeJS.ProcessEnv = { ...process.env, ...env };
  delete own['ELECTRON_RUN_AS_NODE'];
  const child = spawn(program, [...switches, ...words, 'open', '--data-dir', join(folder, 'data')], {
    env: own,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const [, , , toPipe, fromPipe] = child.stdio as unknown as [null, null, null, Writable, Readable];
  const open: (number | string)[] = [];
  // Closed by a program that does not use it.
  toPipe.on('error', () => undefined);
  fromPipe.once('data', () => open.push('pipe'));
  try {
    // The page has been loaded once it has a place for what it keeps.
    const loaded = async (): Promise<boolean> =>
      (await readdir(join(folder, 'data', 'shell')).catch((): string[] => [])).includes('Local Storage');
    await expect.poll(loaded, { timeout: 30_000 }).toBe(true);
    toPipe.write('{"id":1,"method":"Browser.getVersion"}\0');
    child.kill('SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
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
    await rm(join(folder, 'data'), { recursive: true, force: true });
  }
}

test.runIf(process.platform === 'linux')(
  'a package opens no debugger, whatever switches it is started with, and the log names them',
  async () => {
    const [chromium, node, later] = [await freePort(), await freePort(), await freePort()];
    const { executable } = resolveElectron();
    const program = await packed();
    const wishes = [
      { switches: [`--remote-debugging-port=${chromium}`, `--inspect=127.0.0.1:${node}`], opens: [chromium, node] },
      // Node's is opened by a signal here.
      { switches: ['--remote-debugging-pipe', `--inspect-port=127.0.0.1:${later}`], opens: ['pipe', later] },
    ];
    for (const { switches, opens } of wishes) {
      // A development build opens them: this test would notice.
      expect(await answering(executable, [...switches, root, '--'], [chromium, node, later])).toEqual(opens);
      expect(await answering(program, switches, [chromium, node, later])).toEqual([]);
    }
  },
);

test.runIf(process.platform === 'linux')('switches that were refused are in the log, and no others', async () => {
  const { switches, env } = resolveElectron();
  const words = ['gateway', '--config', join(folder, 'none.json'), '--data-dir', join(folder, 'data'), '--headless'];
  for (const asked of [[], ['--remote-debugging-port=0', '--disable-web-security']]) {
    const child = spawn(await packed(), [...switches, ...asked, ...words], {
      env: { ...process.env, ...env, ELECTRON_RUN_AS_NODE: undefined },
      stdio: 'ignore',
    });
    await once(child, 'exit');
    const lines = (await readFile(join(folder, 'data', 'log', 'gateway.jsonl'), 'utf8')).trim().split('\n');
    const refused = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'switches-refused');
    expect(refused.map(({ switches: names }) => names)).toEqual(
      asked.length === 0 ? [] : [['remote-debugging-port', 'disable-web-security']],
    );
    await rm(join(folder, 'data'), { recursive: true, force: true });
    await rm(join(folder, 'package'), { recursive: true, force: true });
  }
});
