import { execFile, spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { meaningOfLoss } from '../../../electron/gateway/cloud/acusight/connection-failures.ts';
import { exchange } from '../../../electron/gateway/cloud/http/http-exchange.ts';
import { makeNetwork, type NetworkOptions } from '../../../electron/gateway/cloud/http/network.ts';
import { readTrust } from '../../../electron/gateway/cloud/http/tls/trust.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { examineSite } from '../../../electron/gateway/wiring/site-doctor.ts';
import { parseConfig } from '../../../shared/config.ts';
import { message } from '../../../shared/messages/message.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { freePort } from '../../support/free-port.ts';
import { openGateway } from '../../support/gateway-fixture.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { codeOf, spokenCheck } from '../../support/spoken.ts';
import { temporaryFolder } from '../../support/store.ts';
import { authority, certificate, plainServer, secureServer } from '../../support/tls-server.ts';

/** Real servers, real TLS, real proxies, all on loopback. */

type Wish = Partial<NetworkOptions>;

function networkOf(wish: Wish) {
  const network = makeNetwork({
    tls: {},
    connections: 2,
    connectTimeoutMilliseconds: 1_500,
    userAgent: 'gateway/1',
    ...wish,
  });
  onTestFinished(() => network.close());
  return network;
}

/** Called when a network is there and nothing was asked over it yet. */
let onceOpen = (): void => undefined;

/** `ok`, or the code of the failure as a person reads it. */
async function reach(url: string, wish: Wish = {}): Promise<string> {
  const network = networkOf(wish);
  onceOpen();
  const answer = await exchange(network.transportFor(url), {
    method: 'POST',
    path: '/api/device/checkin',
    headers: { 'content-type': 'application/json', 'user-agent': 'gateway/1' },
    body: { kind: 'buffer', bytes: Buffer.from('{}') },
    silenceMilliseconds: 1_500,
  });
  if (answer.kind === 'answer') return answer.status === 200 ? 'ok' : `HTTP ${answer.status}`;
  return answer.kind === 'lost' ? codeOf(meaningOfLoss(answer.error, answer.sent).message) : answer.kind;
}

const plant = { caFile: authority('plant-ca') };
const pinOf = (name: 'server' | 'renewed' | 'wrong-host' | 'expired'): string =>
  new X509Certificate(certificate(name)).fingerprint256.replaceAll(':', '').toLowerCase();

async function fileWith(content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-tls-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'ca.pem'), content);
  return join(folder, 'ca.pem');
}

describe('a certificate', () => {
  test('of the plant’s own authority is trusted when its file is named, and not before', async () => {
    const { port } = await secureServer('server');
    expect(await reach(`https://localhost:${port}`)).toBe('certificate-untrusted');
    expect(await reach(`https://localhost:${port}`, { tls: plant })).toBe('ok');
    expect(await reach(`https://127.0.0.1:${port}`, { tls: plant })).toBe('ok');
    expect(await reach(`https://localhost:${port}`, { tls: { caFile: authority('other-ca') } })).toBe(
      'certificate-untrusted',
    );
  });

  test.each([
    ['wrong-host', 'certificate-wrong-host'],
    ['expired', 'certificate-expired'],
    ['not-yet', 'certificate-not-yet-valid'],
  ] as const)('that is %s is refused as %s', async (name, code) => {
    const { port } = await secureServer(name);
    expect(await reach(`https://localhost:${port}`, { tls: plant })).toBe(code);
  });

  test('that is pinned is the only one trusted, whoever signed it and whatever its name and dates', async () => {
    for (const name of ['server', 'wrong-host', 'expired'] as const) {
      const { port } = await secureServer(name);
      expect(await reach(`https://localhost:${port}`, { tls: { pinnedSha256: pinOf(name) } })).toBe('ok');
    }
    const { port } = await secureServer('renewed');
    const pinned = { ...plant, pinnedSha256: pinOf('server') };
    expect(await reach(`https://localhost:${port}`, { tls: pinned })).toBe('certificate-pin-mismatch');
  });

  test('is looked at on every connection, not only on the first', async () => {
    const { port, server } = await secureServer('server');
    const network = networkOf({ tls: { pinnedSha256: pinOf('server') }, connections: 1 });
    const ask = () =>
      exchange(network.transportFor(`https://localhost:${port}`), {
        method: 'GET',
        path: '/',
        headers: {},
        body: { kind: 'none' },
        silenceMilliseconds: 1_500,
      });
    for (let round = 0; round < 3; round += 1) {
      expect(await ask()).toMatchObject({ kind: 'answer', status: 200 });
      server.closeAllConnections();
    }
  });

  test('file may have several authorities, notes between them, and Windows line ends', async () => {
    const { port } = await secureServer('server');
    const text = ['other-ca', 'plant-ca'] as const;
    const parts = await Promise.all(text.map((name) => readFile(authority(name), 'latin1')));
    const caFile = await fileWith(`\uFEFFThe plant's own\r\n${parts.join('and\n').replaceAll('\n', '\r\n')}`);
    expect(await reach(`https://localhost:${port}`, { tls: { caFile } })).toBe('ok');
    const der = await fileWith(new X509Certificate(parts[1] ?? '').raw);
    expect(await reach(`https://localhost:${port}`, { tls: { caFile: der } })).toBe('ok');
  });

  test('file that can’t be used says so, opens no connection, and needs no restart once it is put right', async () => {
    const { port, server } = await secureServer('server');
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const caFile = await fileWith('no certificate at all');
    await expect(readTrust({ caFile })).rejects.toMatchObject({
      said: message('ca-file-invalid', { context: 'none', file: caFile }),
    });
    await expect(readTrust({ caFile: `${caFile}.gone` })).rejects.toMatchObject({
      said: { code: 'ca-file-unreadable' },
    });
    const network = networkOf({ tls: { caFile } });
    const ask = () =>
      exchange(network.transportFor(`https://localhost:${port}`), {
        method: 'GET',
        path: '/',
        headers: {},
        body: { kind: 'none' },
        silenceMilliseconds: 1_500,
      });
    const answer = await ask();
    if (answer.kind !== 'lost') throw new Error(answer.kind);
    expect(meaningOfLoss(answer.error, answer.sent)).toMatchObject({
      message: { code: 'ca-file-invalid' },
      disposition: 'pause',
      pauseReason: 'offline',
    });
    expect(connections).toBe(0);
    await writeFile(caFile, await readFile(authority('plant-ca')));
    expect(await ask()).toMatchObject({ kind: 'answer', status: 200 });
  });
});

describe('a server', () => {
  test('that speaks no TLS, or nothing but TLS, is told from one that is not there', async () => {
    const plain = await plainServer();
    expect(await reach(`https://localhost:${plain.port}`)).toBe('tls-failed');
    expect(await reach(`http://127.0.0.1:${await freePort()}`)).toBe('connection-refused');
    expect(await reach('http://no-such-host.invalid')).toBe('name-not-found');
  });

  test('is reached over IPv6, by its address and by a name that has both', async () => {
    const { port } = await secureServer('server', undefined, '::1');
    expect(await reach(`https://[::1]:${port}`, { tls: plant })).toBe('ok');
    const addresses = await lookup('localhost', { all: true });
    // Where this machine's own name has only one of the two, there is nothing to choose from.
    if (addresses.some(({ family }) => family === 6))
      expect(await reach(`https://localhost:${port}`, { tls: plant })).toBe('ok');
    const old = await plainServer(undefined, '127.0.0.1');
    expect(await reach(`http://localhost:${old.port}`)).toBe('ok');
  });

  test('that takes the connection and says nothing in TLS is given up in time', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    onTestFinished(() => void mute.close());
    const { port } = mute.address() as { port: number };
    expect(await reach(`https://localhost:${port}`, { connectTimeoutMilliseconds: 300 })).toBe('unreachable');
  });
});

describe('a proxy', () => {
  const through = (url: string, more: Partial<NonNullable<NetworkOptions['proxy']>> = {}): Wish => ({
    tls: plant,
    proxy: { url, noProxy: [], ...more },
  });

  test.each([false, true])('passes an https server through a tunnel (the way to it encrypted: %s)', async (secure) => {
    const { port } = await secureServer('server');
    const proxy = await startProxy({ secure });
    expect(await reach(`https://127.0.0.1:${port}`, through(proxy.url))).toBe('ok');
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${port}`]);
  });

  test.each([false, true])(
    'gets an http server’s whole address, so that no port need be open for tunnels (encrypted: %s)',
    async (secure) => {
      let host: string | undefined;
      let login: string | undefined;
      const { port } = await plainServer((request, response) => {
        host = request.headers.host;
        login = request.headers['proxy-authorization'];
        request.resume();
        response.end('{}');
      });
      const proxy = await startProxy({ secure, connectPorts: [443], login: 'line:p ä:s' });
      const wish = { ...through(proxy.url, { username: 'line' }), proxyPassword: 'p ä:s' };
      expect(await reach(`http://127.0.0.1:${port}`, wish)).toBe('ok');
      expect(proxy.asked).toEqual([`POST http://127.0.0.1:${port}/api/device/checkin`]);
      expect(host).toBe(`127.0.0.1:${port}`);
      expect(login).toBeUndefined();
    },
  );

  test('is given the name of an IPv6 server in brackets', async () => {
    const { port } = await secureServer('server', undefined, '::1');
    const proxy = await startProxy();
    expect(await reach(`https://[::1]:${port}`, through(proxy.url))).toBe('ok');
    expect(proxy.asked).toEqual([`CONNECT [::1]:${port}`]);
  });

  test('that asks for a login gets it, and says so when it is wrong or missing', async () => {
    const secure = await secureServer('server');
    const plain = await plainServer();
    const proxy = await startProxy({ login: 'line:secret' });
    const url = `https://localhost:${secure.port}`;
    const named = through(proxy.url, { username: 'line' });
    expect(await reach(url, { ...named, proxyPassword: 'secret' })).toBe('ok');
    expect(await reach(url, { ...named, proxyPassword: 'wrong' })).toBe('proxy-refused');
    expect(await reach(url, through(proxy.url))).toBe('proxy-refused');
    expect(await reach(`http://localhost:${plain.port}`, through(proxy.url))).toBe('HTTP 407');
  });

  test('still leaves the server’s certificate to be checked, and its pin', async () => {
    const { port } = await secureServer('server');
    const proxy = await startProxy();
    const url = `https://localhost:${port}`;
    expect(await reach(url, { ...through(proxy.url), tls: {} })).toBe('certificate-untrusted');
    expect(await reach(url, { ...through(proxy.url), tls: { pinnedSha256: pinOf('server') } })).toBe('ok');
    const other = { pinnedSha256: pinOf('renewed') };
    expect(await reach(url, { ...through(proxy.url), tls: other })).toBe('certificate-pin-mismatch');
    const wrong = await secureServer('wrong-host');
    expect(await reach(`https://localhost:${wrong.port}`, through(proxy.url))).toBe('certificate-wrong-host');
  });

  test.each([
    [403, 'proxy-denied'],
    [405, 'proxy-denied'],
    [502, 'proxy-upstream'],
    [503, 'proxy-upstream'],
    [504, 'proxy-upstream'],
  ])('that answers a tunnel with %i is "%s"', async (refuse, code) => {
    const proxy = await startProxy({ refuse });
    expect(await reach('https://acusight.example', through(proxy.url))).toBe(code);
  });

  test('that can’t reach the server is told from one that can’t be reached itself', async () => {
    const proxy = await startProxy();
    expect(await reach(`https://127.0.0.1:${await freePort()}`, through(proxy.url))).toBe('proxy-upstream');
    const gone = `http://127.0.0.1:${await freePort()}`;
    for (const url of ['https://acusight.example', 'http://acusight.example']) {
      expect(await reach(url, through(gone))).toBe('connection-refused proxy');
      expect(await reach(url, through('http://no-such-proxy.invalid:3128'))).toBe('name-not-found proxy');
    }
    const untrusted = await startProxy({ secure: true });
    expect(await reach('https://acusight.example', { ...through(untrusted.url), tls: {} })).toBe(
      'certificate-untrusted proxy',
    );
  });

  test('that takes the wish for a tunnel and says nothing is given up in time', async () => {
    const proxy = await startProxy({ silent: true });
    const wish = { ...through(proxy.url), connectTimeoutMilliseconds: 300 };
    expect(await reach('https://acusight.example', wish)).toBe('server-silent proxy');
  });

  test('is left out for the servers that need none', async () => {
    const { port } = await secureServer('server');
    const proxy = await startProxy();
    for (const noProxy of [['localhost'], ['*'], [`localhost:${port}`]]) {
      expect(await reach(`https://localhost:${port}`, through(proxy.url, { noProxy }))).toBe('ok');
    }
    expect(await reach(`https://127.0.0.1:${port}`, through(proxy.url, { noProxy: ['127.0.0.0/8'] }))).toBe('ok');
    expect(proxy.asked).toEqual([]);
  });

  describe('of the environment', () => {
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'NODE_USE_ENV_PROXY'] as const;
    const before = new Map<string, string | undefined>();
    beforeEach(() => {
      for (const name of names) {
        before.set(name, process.env[name]);
        process.env[name] = name.startsWith('NODE') ? '1' : 'http://127.0.0.1:9';
      }
    });
    afterEach(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });

    test('is not used: the configuration alone decides', async () => {
      const plain = await plainServer();
      const secure = await secureServer('server');
      expect(await reach(`http://127.0.0.1:${plain.port}`)).toBe('ok');
      expect(await reach(`https://127.0.0.1:${secure.port}`, { tls: plant })).toBe('ok');
    });
  });
});

const tlsProbe = fileURLToPath(new URL('../../support/tls-probe.ts', import.meta.url));

describe('certificate checks that the environment would switch off', () => {
  const name = 'NODE_TLS_REJECT_UNAUTHORIZED';
  let before: string | undefined;
  beforeEach(() => {
    before = process.env[name];
    // A network takes the variable away; here it comes back behind its back.
    onceOpen = () => {
      process.env[name] = '0';
    };
    onceOpen();
  });
  afterEach(() => {
    onceOpen = () => undefined;
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });

  test('are made all the same: of a server, behind a proxy, and of the proxy itself', async () => {
    let requests = 0;
    const server = await secureServer('server', (request, response) => {
      requests += 1;
      request.resume();
      response.end('{}');
    });
    const wrong = await secureServer('wrong-host');
    const expired = await secureServer('expired');
    expect(await reach(`https://localhost:${server.port}`)).toBe('certificate-untrusted');
    expect(await reach(`https://localhost:${wrong.port}`, { tls: plant })).toBe('certificate-wrong-host');
    expect(await reach(`https://localhost:${expired.port}`, { tls: plant })).toBe('certificate-expired');
    const proxy = { url: (await startProxy()).url, noProxy: [] };
    expect(await reach(`https://localhost:${server.port}`, { proxy })).toBe('certificate-untrusted');
    const secure = { url: (await startProxy({ secure: true })).url, noProxy: [] };
    for (const url of [`https://localhost:${server.port}`, `http://localhost:${server.port}`])
      expect(await reach(url, { proxy: secure })).toBe('certificate-untrusted proxy');
    expect(requests).toBe(0);
    expect(await reach(`https://localhost:${server.port}`, { tls: plant })).toBe('ok');
    expect(await reach(`https://localhost:${server.port}`, { tls: { pinnedSha256: pinOf('server') } })).toBe('ok');
  });

  test('are made for both servers of LAN mode, and the doctor says the same', async () => {
    const server = await secureServer('server');
    const url = `https://localhost:${server.port}`;
    const way = await openWay({ baseUrl: `${url}/api`, endpoint: url });
    onceOpen();
    const entry = await way.lease();
    expect(await way.cloud.deliver(entry, contextOf().context)).toMatchObject({
      failure: { message: message('certificate-untrusted', { context: 'server' }), pauseReason: 'offline' },
    });
    expect(await way.lan.deliver(entry, contextOf().context)).toMatchObject({
      failure: { message: message('certificate-untrusted', { context: 'storage' }), pauseReason: 'offline' },
    });
    const checks = new Map<string, string>();
    const parsed = parseConfig({ cloud: { baseUrl: `${url}/api`, deviceId: 'line-7' } });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const visit = examineSite({
      config: parsed.config,
      dataDir: await temporaryFolder(),
      secrets: { deviceKey: 'adk_00', s3AccessKeyId: null, s3SecretAccessKey: null, proxyPassword: null },
      files: nodeFiles,
      clock: systemClock,
      signal: new AbortController().signal,
      userAgent: 'test',
    });
    for await (const check of visit) checks.set(check.code, spokenCheck(check).state);
    expect([checks.get('tls'), checks.get('api')]).toEqual(['fault', 'skipped']);
  });

  test('are made in a process that was started so, and Node does not warn of what is not so', async () => {
    const { port } = await secureServer('server');
    const run = promisify(execFile);
    const { stdout, stderr } = await run(process.execPath, [tlsProbe, `https://localhost:${port}`], {
      env: { ...process.env, [name]: '0' },
    });
    expect(stdout.trim()).toBe('certificate-untrusted');
    expect(stderr).not.toMatch(/insecure/);
  });

  test('are missed by nobody: the log says once that it was tried', async () => {
    const tried = (log: readonly { readonly event: string }[]) =>
      log.filter(({ event }) => event === 'setting-ignored');
    const { log } = await openGateway({ baseUrl: 'https://127.0.0.1:9/api' });
    expect(tried(log)).toMatchObject([{ level: 'warn', fields: { message: { params: { setting: name } } } }]);
    expect(process.env[name]).toBeUndefined();
    process.env[name] = '1';
    expect(tried((await openGateway({ baseUrl: 'https://127.0.0.1:9/api' })).log)).toEqual([]);
  });
});

const tinyproxy = spawnSync('tinyproxy', ['-v']).error === undefined;

describe.skipIf(!tinyproxy)('tinyproxy, where it is installed', () => {
  async function startTinyproxy(login: string): Promise<string> {
    const port = await freePort();
    const settings = [`Port ${port}`, 'Listen 127.0.0.1', 'Allow 127.0.0.1', 'Timeout 10', 'ConnectPort 443', login];
    const file = await fileWith(`${settings.join('\n')}\n`);
    const running = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' });
    onTestFinished(() => void running.kill());
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const socket = connect(port, '127.0.0.1');
      const open = await new Promise<boolean>((resolve) => {
        socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
      });
      socket.destroy();
      if (open) return `http://127.0.0.1:${port}`;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new Error('tinyproxy did not start');
  }

  test('passes plain requests on any port, with and without a login', async () => {
    const { port } = await plainServer();
    const proxy = { url: await startTinyproxy(''), noProxy: [] };
    expect(await reach(`http://127.0.0.1:${port}`, { proxy })).toBe('ok');
    const guarded = { url: await startTinyproxy('BasicAuth line secret'), noProxy: [], username: 'line' };
    expect(await reach(`http://127.0.0.1:${port}`, { proxy: guarded, proxyPassword: 'secret' })).toBe('ok');
    expect(await reach(`http://127.0.0.1:${port}`, { proxy: guarded, proxyPassword: 'no' })).toMatch(/^HTTP 40[17]$/);
  });

  test('refuses tunnels to ports it does not allow, and opens those it does', async () => {
    const { port } = await secureServer('server');
    const url = await startTinyproxy('');
    const wish = { tls: plant, proxy: { url, noProxy: [] } };
    expect(await reach(`https://127.0.0.1:${port}`, wish)).toBe('proxy-denied');
    const open = await startTinyproxy(`ConnectPort ${port}`);
    expect(await reach(`https://127.0.0.1:${port}`, { tls: plant, proxy: { url: open, noProxy: [] } })).toBe('ok');
    expect(await reach(`https://127.0.0.1:443`, { tls: plant, proxy: { url: open, noProxy: [] } })).toMatch(/^proxy-/);
  });
});
