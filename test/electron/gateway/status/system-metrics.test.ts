import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { nodeFiles } from '../../../../electron/gateway/platform/files.ts';
import { SystemMetrics, type SystemSources, thisComputer } from '../../../../electron/gateway/status/system-metrics.ts';

async function sensors(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sensors-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}

const space = { space: () => Promise.resolve({ freeBytes: 250, totalBytes: 1_000 }) };
const quiet: SystemSources = {
  cpus: () => [],
  totalmem: () => 8_000,
  freemem: () => 2_000,
  uptime: () => 12.4,
  sensorRoot: '/nowhere',
};

it('tells percentages of this very computer', async () => {
  const metrics = new SystemMetrics(tmpdir(), nodeFiles, thisComputer);
  const end = performance.now() + 60;
  while (performance.now() < end) Math.sqrt(end);
  const { cpuUsage, memoryUsage, diskUsage, uptime } = await metrics.read();
  for (const value of [cpuUsage, memoryUsage, diskUsage]) {
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThanOrEqual(100);
  }
  expect(uptime).toBeGreaterThan(0);
});

it('tells the load of all cores since the reading before, not since the start of the PC', async () => {
  let cores = [{ times: { user: 100, sys: 0, idle: 900 } }, { times: { user: 0, sys: 0, idle: 1_000 } }];
  const metrics = new SystemMetrics('/', space, { ...quiet, cpus: () => cores });
  cores = [{ times: { user: 150, sys: 20, idle: 930 } }, { times: { user: 0, sys: 30, idle: 1_070 } }];
  expect((await metrics.read()).cpuUsage).toBe(50);
  // No time has passed: there is nothing to tell.
  expect((await metrics.read()).cpuUsage).toBeNull();
  // A core was switched off.
  cores = cores.slice(1);
  expect((await metrics.read()).cpuUsage).toBeNull();
});

it('tells memory, disk and uptime', async () => {
  const reading = await new SystemMetrics('/', space, quiet).read();
  expect(reading).toEqual({ cpuUsage: null, memoryUsage: 75, diskUsage: 75, temperature: null, uptime: 12 });
});

it('tells the hottest sensor that makes sense', async () => {
  const sensorRoot = await sensors({
    'thermal/thermal_zone0/temp': '41000\n',
    'thermal/thermal_zone1/temp': '-128000\n',
    'thermal/cooling_device0/temp': '99000\n',
    'hwmon/hwmon0/temp1_input': '52500\n',
    'hwmon/hwmon0/temp1_crit': '110000\n',
    'hwmon/hwmon0/temp2_input': '255000\n',
    'hwmon/hwmon1/temp1_input': 'N/A\n',
    'hwmon/hwmon1/name': 'nvme\n',
  });
  expect((await new SystemMetrics('/', space, { ...quiet, sensorRoot }).read()).temperature).toBe(52.5);
});

it('tells null where the system says nothing, and never fails', async () => {
  const refuse = (): never => {
    throw new Error('not on this system');
  };
  const metrics = new SystemMetrics(
    '/',
    { space: () => Promise.reject(new Error('EIO')) },
    { cpus: refuse, totalmem: refuse, freemem: refuse, uptime: refuse, sensorRoot: '/nowhere' },
  );
  expect(await metrics.read()).toEqual({
    cpuUsage: null,
    memoryUsage: null,
    diskUsage: null,
    temperature: null,
    uptime: null,
  });
});
