import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';

const canLimit = (): boolean => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The whole program in the real Electron, which itself ends without words where it can open too few files. */
test.skipIf(!canLimit()).each([
  [48, ['--headless']],
  [64, ['--headless']],
  [200, ['--headless', '--exit-when-drained']],
  [64, []],
])('with %i files at a time the program ends with words (%j)', async (files, flags) => {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-limits-'));
  await mkdir(join(folder, 'in'));
  const gateway = await GatewayProcess.start({
    folder,
    config: {
      cloud: { baseUrl: 'http://127.0.0.1:9/api', deviceId: 'line' },
      sources: [{ id: 'in', kind: 'folder', path: join(folder, 'in') }],
    },
    deviceKey: 'adk_1',
    flags,
    within: ['prlimit', `--nofile=${files}:${files}`],
  });
  try {
    const { exitCode, stderr } = await gateway.ended;
    expect(stderr).toContain(`may open ${files} files at a time, and needs 256`);
    expect(stderr).toContain('LimitNOFILE');
    expect(exitCode).toBe(1);
  } finally {
    gateway.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
});
