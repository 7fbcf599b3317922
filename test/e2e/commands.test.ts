import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import { DesktopApp } from '../support/desktop-app.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { fillFolder } from '../support/picture-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let product: DesktopApp;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(() => product.dispose());

/** `gateway …` in the real Electron, as `npm run gateway -- …` starts it: without a display. */
async function command(...words: readonly string[]) {
  const { executable, switches, env } = resolveElectron();
  const environment: NodeJS.ProcessEnv = { ...process.env, ...env };
  for (const name of ['ELECTRON_RUN_AS_NODE', 'ACUSIGHT_DEVICE_KEY', 'DISPLAY']) delete environment[name];
  const child = spawn(executable, [...switches, '--ozone-platform=headless', root, '--', 'gateway', ...words], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

test('a device is provisioned, the site examined, pictures delivered with the stored key, and the ledger verified', async () => {
  const { server, folder, dataDir } = product;
  const base = product.config();
  const config = { ...base, cloud: { ...base.cloud, deviceId: 'line-9' } };
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config));
  const place = ['--config', file, '--data-dir', dataDir];

  const refused = await command('provision', ...place, '--token', 'apt_00');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/token/i);

  const provisioned = await command('provision', ...place, '--token', server.provisioningToken, '--name', 'Line nine');
  expect(provisioned.exitCode, provisioned.stderr).toBe(0);
  expect(provisioned.stdout).toContain('The device line-9 is registered.');

  const doctor = await command('doctor', ...place, '--json');
  expect(doctor.exitCode, doctor.stdout).toBe(0);
  const { checks, faults } = JSON.parse(doctor.stdout) as { checks: { code: string; state: string }[]; faults: number };
  expect(faults).toBe(0);
  expect(checks.find(({ code }) => code === 'key')).toMatchObject({ state: 'ok' });

  await fillFolder(product.input, { count: 5, bytes: 40_000 });
  // No key in the environment: the one that was provisioned is used.
  const run = await (await GatewayProcess.start({ folder, config })).ended;
  expect(run.exitCode, run.stderr).toBe(0);
  expect((await server.stats()).images).toBe(5);

  const ledger = await command('ledger', '--verify', '--data-dir', dataDir, '--json');
  expect(ledger.exitCode, ledger.stderr).toBe(0);
  const report = JSON.parse(ledger.stdout) as { rows: unknown[]; verdict: { ok: boolean } };
  expect(report.verdict.ok).toBe(true);
  expect(report.rows).toMatchObject([{ sourceId: 'aoi', captured: 5, acknowledged: 5, balanced: true }]);
});

test('the doctor says what it found and ends, also where a file lies on a share that does not answer', async () => {
  const { folder, dataDir } = product;
  const base = product.config();
  // Stands for the share: whoever opens it waits for a writer, who never comes.
  const caFile = join(folder, 'ca.pem');
  execFileSync('mkfifo', [caFile]);
  const config = { ...base, cloud: { ...base.cloud, baseUrl: 'https://localhost:9/api', tls: { caFile } } };
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config));
  const doctor = await command('doctor', '--config', file, '--data-dir', dataDir, '--json');
  expect(doctor.exitCode, doctor.stderr).toBe(3);
  const { checks } = JSON.parse(doctor.stdout) as { checks: { code: string; state: string }[] };
  expect(checks.length).toBeGreaterThan(3);
});
