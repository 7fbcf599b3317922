import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runTask, type TaskContext } from '../../../electron/cli/one-shot.ts';
import { AcusightClient } from '../../../electron/gateway/cloud/acusight/client.ts';
import { makeNetwork } from '../../../electron/gateway/cloud/http/network.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { silentLogger } from '../../../electron/gateway/platform/logger.ts';
import { noUsbCameras } from '../../../electron/gateway/source/usb/usb-cameras.ts';
import { CheckIn, type HealthFacts } from '../../../electron/gateway/status/checkin.ts';
import { SystemMetrics } from '../../../electron/gateway/status/system-metrics.ts';
import { keyringOf } from '../../../electron/keyring/keyring.ts';
import type { CloudOptionsInput } from '../../../electron/simulators/cloud/options.ts';
import { SimulatedCloud } from '../../../electron/simulators/cloud/simulated-cloud.ts';
import { emptyCounts } from '../../../shared/snapshot.ts';
import { FailingFiles } from '../../support/failing-files.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { temporaryFolder } from '../../support/store.ts';

/** `provision`, as the program runs it, against the embedded server. */

const noKeyring = keyringOf({
  isEncryptionAvailable: () => false,
  encryptString: () => Buffer.alloc(0),
  decryptString: () => '',
});

async function startCloud(options: Partial<CloudOptionsInput> = {}) {
  const simulator = new SimulatedCloud({ dataDir: await temporaryFolder(), ...options });
  const address = await simulator.start();
  onTestFinished(() => simulator.stop());
  return { simulator, ...address };
}

type Site = { readonly configFile: string; readonly dataDir: string };

async function makeSite(baseUrl: string, cloud: Record<string, unknown> = {}): Promise<Site> {
  const root = await temporaryFolder();
  const configFile = join(root, 'config.json');
  await writeFile(configFile, JSON.stringify({ cloud: { baseUrl, deviceId: 'line-7', ...cloud } }));
  return { configFile, dataDir: join(root, 'data') };
}

async function run(
  site: Site,
  command: { command: 'provision'; token: string; name?: string | null } | { command: 'doctor'; json: boolean },
  more: Partial<TaskContext> = {},
) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const options = command.command === 'provision' ? { name: null, ...command, ...site } : { ...command, ...site };
  const code = await runTask(options, site, {
    environment: {},
    keyring: noKeyring,
    files: nodeFiles,
    version: '1.2.3',
    nativeBinding: undefined,
    output: { print: (text) => printed.push(text), complain: (text) => complaints.push(text) },
    usbCameras: noUsbCameras,
    signal: new AbortController().signal,
    ...more,
  });
  return { code, out: printed.join('\n'), err: complaints.join('\n') };
}

const storedKey = async ({ dataDir }: Site): Promise<string> => {
  const { value } = JSON.parse(await readFile(join(dataDir, 'device-key.json'), 'utf8')) as { value: string };
  return Buffer.from(value, 'base64').toString('utf8');
};

describe('provisioning from the command line', () => {
  it('registers the device, stores its key for later runs and says who it is', async () => {
    const { baseUrl, provisioningToken, simulator } = await startCloud();
    const site = await makeSite(baseUrl);
    const { code, out, err } = await run(site, { command: 'provision', token: provisioningToken, name: 'Line 7, AOI' });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('The device line-7 is registered.');
    expect(out).toContain('a file that only this user can read');
    expect(out).toContain('Organisation: org-1');
    expect(out).toContain('Approval: approved');
    const device = simulator.devices().find(({ deviceId }) => deviceId === 'line-7');
    expect(device?.name).toBe('Line 7, AOI');
    expect(await storedKey(site)).toBe(device?.key);
    expect(out).not.toContain(device?.key);
    // A later run on this data folder has the key.
    const doctor = await run(site, { command: 'doctor', json: true });
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.out).checks).toContainEqual(expect.objectContaining({ code: 'key', state: 'ok' }));
  });

  it('says that collecting works while approval is pending', async () => {
    const { baseUrl, provisioningToken, simulator } = await startCloud({ provisionedStatus: 'pending' });
    const site = await makeSite(baseUrl);
    const { code, out } = await run(site, { command: 'provision', token: provisioningToken });
    expect(code).toBe(0);
    expect(out).toMatch(
      /This device waits to be approved in Acusight\.\nAsk the Acusight administrator to approve this device\. Pictures are collected and kept/,
    );
    const waiting = await run(site, { command: 'doctor', json: false });
    expect(waiting.code).toBe(0);
    expect(waiting.out).toMatch(/WARNING +Device key .*waits to be approved/);
    simulator.setDeviceStatus('line-7', 'approved');
    expect((await run(site, { command: 'doctor', json: false })).out).toMatch(/ok +Device key .*is approved/);
  });

  it.each([
    ['exists', 'A device with this id is registered already', /enter its device key instead/],
    ['expired', 'has expired', /new token/],
    ['invalid', 'does not know this provisioning token', /begins with apt_/],
    ['unacceptable', 'does not accept what was entered', /Check the token/],
    ['html', 'Something between us and the cloud answered instead', /network’s administrator/],
    ['offline', 'does not accept connections', /Check that the Acusight server runs/],
  ])('says what to do: %s', async (kind, text, hint) => {
    const expired = 'apt_0e';
    const { baseUrl, provisioningToken, simulator } = await startCloud({
      deviceId: kind === 'exists' ? 'line-7' : 'other',
      provisioningTokens: [{ token: expired, state: 'expired' }],
    });
    if (kind === 'html') simulator.setFaults([{ kind: 'html', endpoints: ['provision'] }]);
    if (kind === 'unacceptable') simulator.setFaults([{ kind: 'status', status: 400, endpoints: ['provision'] }]);
    if (kind === 'offline') await simulator.down();
    const token = kind === 'expired' ? expired : kind === 'invalid' ? 'apt_00ff' : provisioningToken;
    const site = await makeSite(baseUrl);
    const { code, out, err } = await run(site, { command: 'provision', token });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(text);
    expect(err).toMatch(hint);
    await expect(storedKey(site)).rejects.toThrow('ENOENT');
  });

  it('prints the key, which is given only once, where it can’t be stored', async () => {
    const { baseUrl, provisioningToken, simulator } = await startCloud();
    const site = await makeSite(baseUrl);
    const files = new FailingFiles();
    files.failAt({ nth: 1, only: ['rename'], lasts: 'from-then-on', code: 'ENOSPC' });
    const { code, out, err } = await run(site, { command: 'provision', token: provisioningToken }, { files });
    const key = simulator.devices().find(({ deviceId }) => deviceId === 'line-7')?.key ?? 'none';
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/registered, but its key can’t be stored.*ENOSPC/s);
    expect(err).toContain(key);
  });

  it('has stored the key before the cloud is asked anything more', async () => {
    const { baseUrl, provisioningToken, simulator } = await startCloud();
    const site = await makeSite(baseUrl);
    simulator.setFaults([{ kind: 'stall', when: 'before-commit', endpoints: ['self'] }]);
    const impatience = new AbortController();
    const running = run(site, { command: 'provision', token: provisioningToken }, { signal: impatience.signal });
    // The answer about the device never comes: the key must be there all the same.
    while ((await storedKey(site).catch(() => '')) === '') await turn();
    expect(await storedKey(site)).toMatch(/^adk_/);
    impatience.abort();
    const { code, out } = await running;
    expect(code).toBe(0);
    expect(out).toContain('Approval: the cloud did not say');
  });

  it('warns that a key in the environment goes first, and stores the new one all the same', async () => {
    const { baseUrl, provisioningToken } = await startCloud();
    const site = await makeSite(baseUrl);
    const environment = { ACUSIGHT_DEVICE_KEY: 'adk_env' };
    const { code, err } = await run(site, { command: 'provision', token: provisioningToken }, { environment });
    expect(code).toBe(0);
    expect(err).toMatch(/Warning: ACUSIGHT_DEVICE_KEY is set/);
    expect(await storedKey(site)).not.toBe('adk_env');
  });

  it('takes the way that the configuration names', async () => {
    const { baseUrl, provisioningToken } = await startCloud();
    const proxy = await startProxy({ login: 'line:secret' });
    const site = await makeSite(baseUrl, { proxy: { url: proxy.url, username: 'line' } });
    const refused = await run(site, { command: 'provision', token: provisioningToken });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('proxy');
    const environment = { ACUSIGHT_PROXY_PASSWORD: 'secret' };
    const passed = await run(site, { command: 'provision', token: provisioningToken }, { environment });
    expect(passed.code).toBe(0);
    expect(proxy.asked.every((line) => line.includes(`${baseUrl}/device`))).toBe(true);
  });

  it('refuses a configuration that is wrong or missing with exit code 2, before anything is sent', async () => {
    const { baseUrl, provisioningToken, simulator } = await startCloud();
    const site = await makeSite(baseUrl, { mode: 'space' });
    const wrong = await run(site, { command: 'provision', token: provisioningToken });
    expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringContaining('configuration: cloud.mode') });
    const gone = { ...site, configFile: `${site.configFile}.gone` };
    const missing = await run(gone, { command: 'provision', token: provisioningToken });
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('there is no such file') });
    expect(simulator.devices()).toHaveLength(1);
  });
});

describe('the doctor from the command line', () => {
  it('ends with 3 where it finds a fault, and says each in a line with what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    const site = await makeSite(`http://127.0.0.1:${port}/api`);
    const { code, out } = await run(site, { command: 'doctor', json: false });
    expect(code).toBe(3);
    expect(out).toMatch(
      /^FAULT +Connection \(TCP\) +127\.0\.0\.1:\d+ refuses connections\.\n +-> Check that the server runs/m,
    );
    expect(out).toMatch(/skipped +Acusight API/);
    expect(out).toMatch(/2 faults, \d warnings?\.$/);
    const json = JSON.parse((await run(site, { command: 'doctor', json: true })).out);
    expect(json).toMatchObject({ faults: 2, checks: expect.any(Array) });
    // Looking changes nothing: the data folder is still not there.
    await expect(readdir(site.dataDir)).rejects.toThrow('ENOENT');
  });
});

describe('check-ins with the embedded server', () => {
  it('are accepted with this PC’s readings, and what the cloud asks for is only shown', async () => {
    const { baseUrl, deviceKey, simulator } = await startCloud({
      checkinActions: [
        { id: 7, type: 'restart_agent' },
        { id: 'a1', action: 'upgrade' },
      ],
    });
    const network = makeNetwork({ tls: {}, connections: 1, connectTimeoutMilliseconds: 2_000, userAgent: 'test' });
    onTestFinished(() => network.close());
    const client = new AcusightClient({
      baseUrl,
      deviceKey: () => deviceKey,
      network,
      answerTimeoutMilliseconds: 5_000,
      userAgent: 'test',
      now: Date.now,
    });
    const metrics = new SystemMetrics(await temporaryFolder(), nodeFiles);
    const well: HealthFacts = {
      now: 0,
      sources: [],
      disk: { state: 'ok', whenFull: 'refuse' },
      connection: { state: 'online', since: 0 },
      counts: emptyCounts,
      ledger: { state: 'ok' },
    };
    const checkIn = new CheckIn({
      clock: systemClock,
      logger: silentLogger,
      intervalMilliseconds: 60_000,
      hasKey: () => true,
      health: () => well,
      metrics: () => metrics.read(),
      send: (report, signal) => client.checkin(report, signal),
      onChange: () => undefined,
    });
    checkIn.start();
    while (checkIn.situation().acceptedAt === null && checkIn.situation().message === null) await turn();
    await checkIn.stop();
    expect(checkIn.situation()).toMatchObject({ status: 'healthy', message: null });
    expect(checkIn.situation().unknownActions.map(({ text }) => text)).toEqual([
      expect.stringContaining('upgrade'),
      expect.stringContaining('restart_agent'),
    ]);
    expect(simulator.stats().checkins).toBe(1);
  });
});
