import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer as createTcp } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PlainCheck } from '../../../electron/cli/doctor.ts';
import type { DoctorOptions } from '../../../electron/gateway/doctor/doctor-options.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { examineSite } from '../../../electron/gateway/wiring/site-doctor.ts';
import type { CloudOptionsInput } from '../../../electron/simulators/cloud/options.ts';
import { SimulatedCloud } from '../../../electron/simulators/cloud/simulated-cloud.ts';
import { type ConfigInput, parseConfig } from '../../../shared/config.ts';
import { asNobody } from '../../support/as-nobody.ts';
import { freePort } from '../../support/free-port.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { startObjectStore, testAccessKey } from '../../support/object-store.ts';
import { spokenCheck } from '../../support/spoken.ts';
import { temporaryFolder } from '../../support/store.ts';
import { authority, certificate, plainServer, secureServer } from '../../support/tls-server.ts';

/** The site doctor against real servers, proxies and folders of this PC. */

async function startCloud(options: Partial<CloudOptionsInput> = {}) {
  const simulator = new SimulatedCloud({ dataDir: await temporaryFolder(), deviceId: 'line-7', ...options });
  const address = await simulator.start();
  onTestFinished(() => simulator.stop());
  return { simulator, ...address };
}

type Wish = {
  readonly cloud?: Partial<ConfigInput['cloud']>;
  readonly config?: Partial<ConfigInput>;
  readonly secrets?: Partial<DoctorOptions['secrets']>;
  readonly dataDir?: string;
} & Partial<Pick<DoctorOptions, 'clock' | 'lookup' | 'files'>>;

async function examine(baseUrl: string, wish: Wish = {}): Promise<Map<string, PlainCheck>> {
  const input: ConfigInput = { ...wish.config, cloud: { baseUrl, deviceId: 'line-7', ...wish.cloud } };
  const parsed = parseConfig(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const checks = new Map<string, PlainCheck>();
  const visit = examineSite({
    config: parsed.config,
    dataDir: wish.dataDir ?? (await temporaryFolder()),
    secrets: { deviceKey: null, s3AccessKeyId: null, s3SecretAccessKey: null, proxyPassword: null, ...wish.secrets },
    files: wish.files ?? nodeFiles,
    clock: wish.clock ?? systemClock,
    signal: new AbortController().signal,
    userAgent: 'test',
    ...(wish.lookup === undefined ? {} : { lookup: wish.lookup }),
  });
  for await (const check of visit) {
    if (checks.has(check.code)) throw new Error(`two checks ${check.code}`);
    checks.set(check.code, spokenCheck(check));
  }
  for (const check of checks.values()) {
    // Whatever is wrong, a person is told what to do; what is well says nothing.
    expect(check.hint === '', JSON.stringify(check)).toBe(check.state === 'ok' || check.state === 'skipped');
  }
  return checks;
}

const states = (checks: Map<string, PlainCheck>): Record<string, string> =>
  Object.fromEntries([...checks.values()].map(({ code, state }) => [code, state]));
const words = (checks: Map<string, PlainCheck>, code: string): string => {
  const check = checks.get(code);
  return check === undefined ? 'no such check' : `${check.state}: ${check.text} ${check.hint}`;
};

const fingerprint = (name: Parameters<typeof certificate>[0]): string =>
  new X509Certificate(certificate(name)).fingerprint256;

describe('the site doctor', () => {
  it('finds nothing at a site where all is well, and leaves nothing behind', async () => {
    const { baseUrl, deviceKey, simulator } = await startCloud();
    const dataDir = await temporaryFolder();
    const pictures = await temporaryFolder();
    const checks = await examine(baseUrl, {
      dataDir,
      secrets: { deviceKey },
      config: { sources: [{ id: 'aoi', kind: 'folder', path: pictures, afterIngest: 'archive' }] },
    });
    expect(states(checks)).toEqual({
      dns: 'ok',
      tcp: 'ok',
      tls: 'ok',
      api: 'ok',
      clock: 'ok',
      key: 'ok',
      'data-dir': 'ok',
      disk: expect.stringMatching(/ok|warning/),
      fsync: expect.stringMatching(/ok|warning/),
      'folder:aoi': 'ok',
      ...(process.platform === 'linux' ? { inotify: expect.stringMatching(/ok|warning/) } : {}),
      'time-zone': 'ok',
    });
    expect(words(checks, 'key')).toContain('organisation org-1 is approved');
    expect(await readdir(dataDir)).toEqual([]);
    expect(await readdir(pictures)).toEqual([]);
    expect(simulator.stats().images).toBe(0);
  });

  it('finds a wrong port, and skips what makes no sense then', async () => {
    const checks = await examine(`http://127.0.0.1:${await freePort()}/api`, { secrets: { deviceKey: 'adk_1' } });
    expect(states(checks)).toMatchObject({ dns: 'ok', tcp: 'fault', api: 'skipped', clock: 'skipped', key: 'skipped' });
    expect(words(checks, 'tcp')).toMatch(/refuses connections.*port in cloud\.baseUrl/);
    expect(words(checks, 'api')).toContain('because nothing can be reached there');
  });

  it('finds a name that nobody knows', async () => {
    const checks = await examine('https://acusight.invalid/api', {
      lookup: () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })),
    });
    expect(states(checks)).toMatchObject({
      dns: 'fault',
      tcp: 'skipped',
      tls: 'skipped',
      api: 'skipped',
      key: 'fault',
    });
    expect(words(checks, 'dns')).toContain('acusight.invalid is not known here');
  });

  it('shows every address of a name and tells which do not answer', async () => {
    const { baseUrl, deviceKey } = await startCloud({ allowedHosts: ['cloud.test'] });
    const lookup = async () => [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    const checks = await examine(baseUrl.replace('127.0.0.1', 'localhost'), { lookup, secrets: { deviceKey } });
    expect(words(checks, 'dns')).toMatch(/::1 \(IPv6\), 127\.0\.0\.1 \(IPv4\)/);
    expect(words(checks, 'tcp')).toMatch(/warning: .*127\.0\.0\.1 after.*not at ::1/);
    expect(checks.get('api')?.state).toBe('ok');
  });

  it('takes a web page for what it is', async () => {
    const { port } = await plainServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Guest network</title>');
    });
    const checks = await examine(`http://127.0.0.1:${port}/api`, { secrets: { deviceKey: 'adk_1' } });
    expect(states(checks)).toMatchObject({ tcp: 'ok', api: 'fault', key: 'skipped' });
    expect(words(checks, 'api')).toContain('Something between us and the cloud answered instead');
  });

  it('finds an address without /api', async () => {
    const { baseUrl, deviceKey } = await startCloud();
    const checks = await examine(baseUrl.replace(/\/api$/, ''), { secrets: { deviceKey } });
    expect(words(checks, 'api')).toMatch(/fault: .*not an Acusight API.*ends in \/api/);
    expect(checks.get('key')?.state).toBe('skipped');
  });

  it('finds a server that takes connections and says nothing', async () => {
    const silent = createTcp((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    // The doctor's patience, not the test's: its clock runs a hundred times as fast.
    const clock = {
      ...systemClock,
      after: (milliseconds: number, callback: () => void) => systemClock.after(milliseconds / 100, callback),
    };
    const checks = await examine(`http://127.0.0.1:${port}/api`, { clock });
    expect(checks.get('api')?.state).toBe('fault');
    expect(words(checks, 'api')).toMatch(/does not answer|did not end within/);
  });

  describe('on the device key', () => {
    it('says that there is none', async () => {
      const { baseUrl } = await startCloud();
      const checks = await examine(baseUrl);
      expect(checks.get('api')?.state).toBe('ok');
      expect(words(checks, 'key')).toMatch(/fault: There is no device key yet\. .*token/);
    });

    it('says that it is refused', async () => {
      const { baseUrl } = await startCloud();
      const checks = await examine(baseUrl, { secrets: { deviceKey: 'adk_00ff' } });
      expect(checks.get('api')?.state).toBe('ok');
      expect(words(checks, 'key')).toContain('fault: The device key is refused');
    });

    it('says that the device waits for approval, or was rejected', async () => {
      const { baseUrl, deviceKey, simulator } = await startCloud();
      simulator.setDeviceStatus('line-7', 'pending');
      expect(words(await examine(baseUrl, { secrets: { deviceKey } }), 'key')).toMatch(
        /warning: This device waits to be approved.*Pictures are collected/,
      );
      simulator.setDeviceStatus('line-7', 'rejected');
      expect(words(await examine(baseUrl, { secrets: { deviceKey } }), 'key')).toContain(
        'fault: This device was rejected',
      );
    });

    it.each([
      [200, {}, /warning: .*does not name this device.*cloud\.baseUrl/],
      [200, { message: 'Welcome' }, /warning: .*does not name this device/],
      [200, { status: 'approved' }, /^ok: /],
      [200, { success: true, errors: ['no'] }, /skipped|fault/],
    ])('believes no answer that does not speak of a device (%i %j)', async (status, body, expected) => {
      const { baseUrl, deviceKey, simulator } = await startCloud();
      simulator.setFaults([{ kind: 'answer', status, body, endpoints: ['self'] }]);
      expect(words(await examine(baseUrl, { secrets: { deviceKey } }), 'key')).toMatch(expected);
    });

    it('says that it belongs to another device', async () => {
      const { baseUrl, deviceKey } = await startCloud({ deviceId: 'line-8' });
      expect(words(await examine(baseUrl, { secrets: { deviceKey } }), 'key')).toMatch(/warning: .*“line-8”.*“line-7”/);
    });
  });

  it.each([
    [0, 'ok'],
    [120, 'warning'],
    [-1_200, 'fault'],
  ])('judges a clock that is %i s ahead of the server’s: %s', async (seconds, state) => {
    const { baseUrl, deviceKey } = await startCloud();
    const clock = { ...systemClock, now: () => Date.now() + seconds * 1_000 };
    const checks = await examine(baseUrl, { clock, secrets: { deviceKey } });
    expect(checks.get('clock')?.state).toBe(state);
    if (seconds !== 0) expect(words(checks, 'clock')).toContain(seconds > 0 ? 'ahead of' : 'behind');
  });

  describe('on encryption', () => {
    it('names the authority that is not trusted, and what to do', async () => {
      const { port } = await secureServer('server');
      const checks = await examine(`https://localhost:${port}/api`, { secrets: { deviceKey: 'adk_1' } });
      expect(words(checks, 'tls')).toMatch(/fault: .*does not trust the authority .*“.+”.*cloud\.tls\.caFile/);
      expect(states(checks)).toMatchObject({ api: 'skipped', key: 'skipped' });
    });

    it('is content once the authority’s file is named, and says when another is', async () => {
      const { port } = await secureServer('server');
      const url = `https://localhost:${port}/api`;
      const trusted = await examine(url, { cloud: { tls: { caFile: authority('plant-ca') } } });
      expect(states(trusted)).toMatchObject({ 'ca-file': 'ok', tls: 'ok', api: 'ok' });
      expect(words(trusted, 'tls')).toMatch(/TLSv1\.[23]; the certificate is issued by “.+”, valid until \d{4}-/);
      const other = await examine(url, { cloud: { tls: { caFile: authority('other-ca') } } });
      expect(words(other, 'tls')).toMatch(/fault: .*other-ca\.crt holds another authority/);
    });

    it('finds an authority’s file that is not there', async () => {
      const { port } = await secureServer('server');
      const checks = await examine(`https://localhost:${port}/api`, { cloud: { tls: { caFile: '/nowhere/ca.pem' } } });
      expect(words(checks, 'ca-file')).toMatch(/fault: .*can’t be read.*\/nowhere\/ca\.pem/);
      expect(states(checks)).toMatchObject({ api: 'skipped', 'data-dir': 'ok' });
    });

    it.each([
      ['wrong-host', /not made for localhost, but for/],
      ['expired', /has expired/],
      ['not-yet', /valid only from/],
    ] as const)('explains the certificate “%s”', async (name, text) => {
      const { port } = await secureServer(name);
      const checks = await examine(`https://localhost:${port}/api`, {
        cloud: { tls: { caFile: authority('plant-ca') } },
      });
      expect(words(checks, 'tls')).toMatch(text);
      expect(checks.get('tls')?.state).toBe('fault');
    });

    it('warns of a certificate that ends within 30 days', async () => {
      const { port } = await secureServer('server');
      const ends = Date.parse(new X509Certificate(certificate('server')).validTo);
      const clock = { ...systemClock, now: () => ends - 10 * 86_400_000 };
      const checks = await examine(`https://localhost:${port}/api`, {
        clock,
        cloud: { tls: { caFile: authority('plant-ca') } },
      });
      expect(words(checks, 'tls')).toMatch(/warning: .*ends in 10 days/);
    });

    it('shows the fingerprint that it saw instead of the pinned one', async () => {
      const { port } = await secureServer('renewed');
      const url = `https://localhost:${port}/api`;
      const pinned = await examine(url, { cloud: { tls: { pinnedSha256: fingerprint('renewed') } } });
      expect(states(pinned)).toMatchObject({ tls: 'ok', api: 'ok' });
      const other = await examine(url, { cloud: { tls: { pinnedSha256: fingerprint('server') } } });
      expect(words(other, 'tls')).toContain(fingerprint('renewed').replaceAll(':', '').toLowerCase());
      expect(states(other)).toMatchObject({ tls: 'fault', api: 'skipped' });
    });

    it('finds a server that speaks plain HTTP', async () => {
      const { port } = await plainServer();
      const checks = await examine(`https://localhost:${port}/api`);
      expect(words(checks, 'tls')).toMatch(/fault: .*begin with http:\/\//);
    });
  });

  describe('on a proxy', () => {
    const plant = { caFile: authority('plant-ca') };

    it('goes through it to an encrypted server', async () => {
      const { port } = await secureServer('server');
      const proxy = await startProxy();
      const checks = await examine(`https://localhost:${port}/api`, {
        cloud: { tls: plant, proxy: { url: proxy.url } },
      });
      expect(states(checks)).toMatchObject({ dns: 'ok', tcp: 'ok', proxy: 'ok', tls: 'ok', api: 'ok' });
      expect(proxy.asked).toContain(`CONNECT localhost:${port}`);
    });

    it('goes through it to a plain one', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const proxy = await startProxy();
      const checks = await examine(baseUrl, { cloud: { proxy: { url: proxy.url } }, secrets: { deviceKey } });
      expect(states(checks)).toMatchObject({ proxy: 'ok', api: 'ok', key: 'ok' });
    });

    it('goes around it where the settings say so', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const proxy = await startProxy();
      const checks = await examine(baseUrl, {
        cloud: { proxy: { url: proxy.url, noProxy: ['127.0.0.0/8'] } },
        secrets: { deviceKey },
      });
      expect(checks.has('proxy')).toBe(false);
      expect(checks.get('key')?.state).toBe('ok');
      expect(proxy.asked).toEqual([]);
    });

    it.each(['https', 'http'])('says that it wants a login, or refuses the one it got (%s)', async (scheme) => {
      const { port } = scheme === 'https' ? await secureServer('server') : await plainServer();
      const proxy = await startProxy({ login: 'line:secret' });
      const url = `${scheme}://localhost:${port}/api`;
      const asked = await examine(url, { cloud: { tls: plant, proxy: { url: proxy.url } } });
      expect(words(asked, 'proxy')).toMatch(/fault: .*asks for a user name.*ACUSIGHT_PROXY_PASSWORD/);
      expect(checksBehind(asked)).toBe('skipped');
      const named = { tls: plant, proxy: { url: proxy.url, username: 'line' } };
      const wrong = await examine(url, { cloud: named, secrets: { proxyPassword: 'guess' } });
      expect(words(wrong, 'proxy')).toMatch(/fault: .*refuses the user name or the password/);
      const right = await examine(url, { cloud: named, secrets: { proxyPassword: 'secret' } });
      expect(states(right)).toMatchObject({ proxy: 'ok', api: 'ok' });
    });

    it.each(['https', 'http'])('says by name that it wants a Windows login (%s)', async (scheme) => {
      const { port } = scheme === 'https' ? await secureServer('server') : await plainServer();
      const proxy = await startProxy({ login: 'line:secret', challenges: ['Negotiate', 'NTLM'] });
      const checks = await examine(`${scheme}://localhost:${port}/api`, {
        cloud: { tls: plant, proxy: { url: proxy.url, username: 'line' } },
        secrets: { proxyPassword: 'secret of Windows' },
      });
      expect(words(checks, 'proxy')).toMatch(/fault: The proxy localhost:\d+ takes only logins .*Negotiate or NTLM/);
      expect(words(checks, 'proxy')).not.toContain('ACUSIGHT_PROXY_PASSWORD');
      expect(checksBehind(checks)).toBe('skipped');
    });

    const checksBehind = (checks: Map<string, PlainCheck>) => checks.get('api')?.state;

    it('says that it does not let us through', async () => {
      const { port } = await secureServer('server');
      const proxy = await startProxy({ connectPorts: [443] });
      const checks = await examine(`https://localhost:${port}/api`, {
        cloud: { tls: plant, proxy: { url: proxy.url } },
      });
      expect(words(checks, 'proxy')).toMatch(/fault: .*does not let us through.*let this PC reach/);
      expect(checks.get('tls')?.state).toBe('skipped');
    });

    it('says that it can’t be reached', async () => {
      const proxy = `http://127.0.0.1:${await freePort()}`;
      const checks = await examine('https://acusight.invalid/api', { cloud: { proxy: { url: proxy } } });
      expect(words(checks, 'tcp')).toMatch(/fault: .*refuses connections.*cloud\.proxy\.url/);
      expect(words(checks, 'proxy')).toContain('skipped');
    });
  });

  describe('on object storage', () => {
    const lan = (endpoint: string, bucket = 'raw-data') => ({
      mode: 'lan' as const,
      objectStore: { endpoint, bucket, prefix: 'line-7/' },
    });
    const accessKey = {
      s3AccessKeyId: testAccessKey.accessKeyId,
      s3SecretAccessKey: testAccessKey.secretAccessKey,
    };

    it('puts a small object in the bucket and takes it away again', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const store = await startObjectStore();
      const checks = await examine(baseUrl, { cloud: lan(store.endpoint), secrets: { deviceKey, ...accessKey } });
      expect(states(checks)).toMatchObject({
        'object-store:dns': 'ok',
        'object-store:tcp': 'ok',
        'object-store:tls': 'ok',
        'object-store': 'ok',
      });
      expect(store.requests.filter((request) => request.includes('/line-7/acusight-doctor-'))).toEqual([
        expect.stringMatching(/^PUT /),
        expect.stringMatching(/^DELETE /),
      ]);
      expect(await store.keys()).toEqual([]);
    });

    it('says that the key is missing, wrong, or the bucket is', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const store = await startObjectStore();
      const missing = await examine(baseUrl, { cloud: lan(store.endpoint), secrets: { deviceKey } });
      expect(words(missing, 'object-store')).toMatch(
        /fault: There is no access key for the object storage yet\..*ACUSIGHT_S3_ACCESS_KEY_ID/,
      );
      const wrongSecret = await examine(baseUrl, {
        cloud: lan(store.endpoint),
        secrets: { deviceKey, ...accessKey, s3SecretAccessKey: 'guess' },
      });
      expect(words(wrongSecret, 'object-store')).toMatch(/secret access key is wrong.*proxy.*Host header/);
      const wrongId = await examine(baseUrl, {
        cloud: lan(store.endpoint),
        secrets: { deviceKey, ...accessKey, s3AccessKeyId: 'NOBODY' },
      });
      expect(words(wrongId, 'object-store')).toContain('does not know the access key id');
      const noBucket = await examine(baseUrl, {
        cloud: lan(store.endpoint, 'elsewhere'),
        secrets: { deviceKey, ...accessKey },
      });
      expect(words(noBucket, 'object-store')).toContain('has no bucket elsewhere');
    });

    it('is told apart from the API when it can’t be reached', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const checks = await examine(baseUrl, {
        cloud: lan(`http://127.0.0.1:${await freePort()}`),
        secrets: { deviceKey, ...accessKey },
      });
      expect(states(checks)).toMatchObject({
        key: 'ok',
        'object-store:tcp': 'fault',
        'object-store:tls': 'skipped',
        'object-store': 'skipped',
      });
      expect(words(checks, 'object-store:tcp')).toContain('cloud.objectStore.endpoint');
    });
  });

  describe('on this PC', () => {
    const source = (path: string, more = {}) => ({ id: 'aoi', kind: 'folder' as const, path, ...more });

    it('finds folders that are missing, are files, or may not be read or changed', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const root = await temporaryFolder();
      await chmod(root, 0o755);
      const [file, locked, fixed] = [join(root, 'file'), join(root, 'locked'), join(root, 'fixed')];
      await writeFile(file, '');
      await mkdir(locked, { mode: 0o700 });
      await mkdir(fixed, { mode: 0o755 });
      const dataDir = join(root, 'data');
      await mkdir(dataDir);
      await chmod(dataDir, 0o777);
      const checks = await asNobody(() =>
        examine(baseUrl, {
          dataDir,
          secrets: { deviceKey },
          config: {
            sources: [
              source(join(root, 'gone'), { id: 'gone' }),
              source(file, { id: 'file' }),
              source(locked, { id: 'locked' }),
              source(fixed, { id: 'keep' }),
              source(fixed, { id: 'delete', afterIngest: 'delete' }),
              source(dataDir, { id: 'archive', afterIngest: 'archive', archivePath: join(root, 'archive') }),
            ],
          },
        }),
      );
      expect(words(checks, 'folder:gone')).toMatch(/fault: The folder .* is not there/);
      expect(words(checks, 'folder:file')).toMatch(/fault: .* is a file, not a folder/);
      expect(words(checks, 'folder:locked')).toMatch(/fault: This user may not read/);
      expect(words(checks, 'folder:keep')).toMatch(/ok: /);
      expect(words(checks, 'folder:delete')).toMatch(/fault: .*can’t be deleted/);
      expect(words(checks, 'folder:archive')).toMatch(/fault: .*archive.*nothing can be written there/);
    });

    it('finds a data folder that can’t be written, and skips what needs it', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const dataDir = await temporaryFolder();
      await chmod(dataDir, 0o555);
      const checks = await asNobody(() => examine(baseUrl, { dataDir, secrets: { deviceKey } }));
      expect(words(checks, 'data-dir')).toMatch(/fault: This user may not write/);
      expect(states(checks)).toMatchObject({ disk: 'skipped', fsync: 'skipped', 'time-zone': 'ok' });
    });

    it('looks at the place of a data folder that is not made yet, and does not make it', async () => {
      const { baseUrl, deviceKey } = await startCloud();
      const root = await temporaryFolder();
      const checks = await examine(baseUrl, { dataDir: join(root, 'a/b'), secrets: { deviceKey } });
      expect(words(checks, 'data-dir')).toContain('ok: ');
      expect(words(checks, 'data-dir')).toContain('is made at the first start');
      expect(await readdir(root)).toEqual([]);
    });
  });
});
