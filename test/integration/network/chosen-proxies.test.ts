import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { meaningOfLoss } from '../../../electron/gateway/cloud/acusight/connection-failures.ts';
import { exchange } from '../../../electron/gateway/cloud/http/http-exchange.ts';
import { makeNetwork, type NetworkOptions } from '../../../electron/gateway/cloud/http/network.ts';
import type { AskProxy, ProxyQuestion } from '../../../electron/gateway/cloud/http/proxy/route-choice.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { openDeviceSetup } from '../../../electron/gateway/wiring/device-setup.ts';
import { examineSite } from '../../../electron/gateway/wiring/site-doctor.ts';
import { type ConfigInput, parseConfig } from '../../../shared/config.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { freePort } from '../../support/free-port.ts';
import { type ProxyWish, startProxy } from '../../support/http-proxy.ts';
import { codeOf, spokenCheck } from '../../support/spoken.ts';
import { temporaryFolder } from '../../support/store.ts';
import { answerJson, authority, plainServer, secureServer } from '../../support/tls-server.ts';

/**
 * Proxies that this PC's settings or a script name: real proxies before real servers. Who reads the settings is told
 * here; in the product that is Chromium (test/e2e/proxy-settings.test.ts).
 */

/** Of this name is the certificate `wrong-host`; it is no loopback, which no proxy is asked for. */
const server = 'acusight.example';
const lookup = async (_host: string) => [{ address: '127.0.0.1', family: 4 }];
const proxyBefore = (wish: ProxyWish = {}) => startProxy({ hosts: { [server]: '127.0.0.1' }, ...wish });
const tls = { caFile: authority('plant-ca'), systemAuthorities: false };

type Wish = Partial<NetworkOptions> & { readonly list: string | ((question: ProxyQuestion) => string) };

function askerOf({ list, ...wish }: Wish) {
  const questions: ProxyQuestion[] = [];
  const askProxy: AskProxy = async (question) => {
    questions.push(question);
    return { ok: true, list: typeof list === 'string' ? list : list(question) };
  };
  const network = makeNetwork({
    tls,
    proxy: { system: true },
    askProxy,
    connections: 2,
    connectTimeoutMilliseconds: 1_500,
    userAgent: 'gateway/1',
    lookup,
    ...wish,
  });
  onTestFinished(() => network.close());
  const ask = async (url: string, bytes = 2): Promise<string> => {
    const answer = await exchange(network.transportFor(url), {
      method: 'POST',
      path: '/api/device/checkin',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: { kind: 'buffer', bytes: Buffer.alloc(bytes, 'x') },
      silenceMilliseconds: 2_000,
    });
    if (answer.kind === 'answer') return answer.status === 200 ? 'ok' : `HTTP ${answer.status}`;
    return answer.kind === 'lost' ? codeOf(meaningOfLoss(answer.error, answer.sent).message) : answer.kind;
  };
  return { ask, questions, network };
}

const placeOf = (url: string): string => new URL(url).host;
const nobody = async (): Promise<string> => `localhost:${await freePort()}`;
const serverOf = async (scheme: 'http' | 'https'): Promise<string> => {
  const { port } = scheme === 'https' ? await secureServer('wrong-host') : await plainServer();
  return `${scheme}://${server}:${port}`;
};

describe.each(['http', 'https'] as const)('the ways that are told for an %s server', (scheme) => {
  test('are tried in their order: the first that is there is taken, and a whole body goes over it', async () => {
    const url = await serverOf(scheme);
    const [first, second] = [await proxyBefore(), await proxyBefore()];
    const list = `PROXY ${await nobody()}; PROXY ${placeOf(first.url)}; PROXY ${placeOf(second.url)}`;
    const { ask, questions } = askerOf({ list });
    expect(await ask(url, 2_000_000)).toBe('ok');
    expect(await ask(url)).toBe('ok');
    const line = scheme === 'https' ? `CONNECT ${placeOf(url)}` : `POST ${url}/api/device/checkin`;
    expect(first.asked).toEqual([line, line]);
    expect(second.asked).toEqual([]);
    expect(questions[0]).toMatchObject({ url: `${url}/`, fresh: false });
  });

  test('may end with none: straight, where no proxy answers, or from the beginning', async () => {
    const url = await serverOf(scheme);
    expect(await askerOf({ list: `PROXY ${await nobody()}; DIRECT` }).ask(url)).toBe('ok');
    const proxy = await proxyBefore();
    expect(await askerOf({ list: `DIRECT; PROXY ${placeOf(proxy.url)}` }).ask(url)).toBe('ok');
    expect(proxy.asked).toEqual([]);
    const lost = async () => {
      throw Object.assign(new Error('no such name here'), { code: 'ENOTFOUND' });
    };
    const onlyProxy = async (host: string) => (host === server ? lost() : lookup(host));
    const blocked = askerOf({ list: `DIRECT; PROXY ${placeOf(proxy.url)}`, lookup: onlyProxy });
    expect(await blocked.ask(url)).toBe('ok');
    expect(proxy.asked).toHaveLength(1);
  });

  test('stay straight for this server where another one could not be reached straight', async () => {
    const url = await serverOf(scheme);
    const strict = await proxyBefore({ login: 'line:secret' });
    const { ask } = askerOf({ list: `DIRECT; PROXY ${placeOf(strict.url)}` });
    const gone = `${scheme}://${server}:${await freePort()}`;
    expect(await ask(gone)).toBe(scheme === 'https' ? 'proxy-refused' : 'HTTP 407');
    expect(await ask(url)).toBe('ok');
    expect(strict.asked).toHaveLength(1);
  });

  test('may be encrypted themselves, and then have a certificate that is looked at', async () => {
    const url = await serverOf(scheme);
    const proxy = await proxyBefore({ secure: true });
    const list = `HTTPS ${placeOf(proxy.url)}`;
    expect(await askerOf({ list }).ask(url)).toBe('ok');
    expect(await askerOf({ list, tls: { systemAuthorities: false } }).ask(url)).toBe('certificate-untrusted proxy');
  });

  test('are told in words where none of them works', async () => {
    const url = await serverOf(scheme);
    const list = `PROXY ${await nobody()}; PROXY ${await nobody()}`;
    expect(await askerOf({ list }).ask(url)).toBe('connection-refused proxy');
    expect(await askerOf({ list: 'SOCKS5 socks.plant.test:1080' }).ask(url)).toBe('proxy-kind');
    expect(await askerOf({ list: 'nonsense' }).ask(url)).toBe('proxy-kind');
    const failed: AskProxy = async () => ({ ok: false, reason: 'failed', technical: '' });
    expect(await askerOf({ list: '', askProxy: failed }).ask(url)).toBe('proxy-script');
    const silent: AskProxy = async () => ({ ok: false, reason: 'silent', technical: '' });
    expect(await askerOf({ list: '', askProxy: silent }).ask(url)).toBe('proxy-script-silent');
    expect(await askerOf({ list: '', askProxy: undefined }).ask(url)).toBe('proxy-script');
  });

  test('with a proxy that says no are not gone round', async () => {
    const url = await serverOf(scheme);
    const strict = await proxyBefore({ login: 'line:secret' });
    const { ask } = askerOf({ list: `PROXY ${placeOf(strict.url)}; DIRECT` });
    expect(await ask(url)).toBe(scheme === 'https' ? 'proxy-refused' : 'HTTP 407');
    expect(strict.asked).toHaveLength(1);
  });

  // A plain request may have been acted on by then: it is not made twice.
  test.skipIf(scheme === 'http')(
    'with a proxy that takes a connection and says nothing go on to the next',
    async () => {
      const url = await serverOf(scheme);
      const silent = await proxyBefore({ silent: true });
      const list = `PROXY ${placeOf(silent.url)}; DIRECT`;
      expect(await askerOf({ list, connectTimeoutMilliseconds: 400 }).ask(url)).toBe('ok');
      expect(silent.asked).toHaveLength(1);
    },
  );

  test('are not asked for where a server needs none, or is this PC', async () => {
    const url = await serverOf(scheme);
    const { ask, questions } = askerOf({ list: 'PROXY 127.0.0.1:9', proxy: { system: true, noProxy: ['.example'] } });
    expect(await ask(url)).toBe('ok');
    const { port } = scheme === 'https' ? await secureServer('server') : await plainServer();
    for (const host of ['localhost', '127.0.0.1']) expect(await ask(`${scheme}://${host}:${port}`)).toBe('ok');
    expect(questions).toEqual([]);
  });
});

describe('name and password of the proxy', () => {
  const login = { username: 'line', proxyPassword: 'secret' };
  const basic = `Basic ${Buffer.from('line:secret').toString('base64')}`;

  test('go to no proxy that settings or a script name, unless the site lists it', async () => {
    const url = await serverOf('https');
    const plain = await serverOf('http');
    const proxy = await proxyBefore();
    const list = `PROXY ${placeOf(proxy.url)}`;
    const named = (loginAt: readonly string[]): Wish => ({
      list,
      proxy: { pacUrl: 'http://wpad/p.pac', username: login.username, loginAt: [...loginAt] },
      proxyPassword: login.proxyPassword,
    });
    for (const target of [url, plain]) {
      await askerOf(named(['proxy.plant.local', 'localhost:1'])).ask(target);
      await askerOf(named([placeOf(proxy.url)])).ask(target);
      await askerOf(named(['localhost'])).ask(target);
    }
    expect(proxy.logins).toEqual([undefined, basic, basic, undefined, basic, basic]);
  });
});

describe('name and password of a proxy that is listed as an encrypted one', () => {
  test('go to it over TLS, and never in clear although a script says so now', async () => {
    const basic = `Basic ${Buffer.from('line:secret').toString('base64')}`;
    const [plain, secure] = [await proxyBefore(), await proxyBefore({ secure: true })];
    const logins = async (list: string, ...loginAt: string[]): Promise<void> => {
      const proxy = { pacUrl: 'http://wpad/p.pac', username: 'line', loginAt };
      for (const scheme of ['https', 'http'] as const)
        await askerOf({ list, proxy, proxyPassword: 'secret' }).ask(await serverOf(scheme));
    };
    const [inClear, inTls] = [placeOf(plain.url), placeOf(secure.url)];
    await logins(`PROXY ${inClear}`, `https://${inClear}`);
    await logins(`PROXY ${inClear}`, 'https://localhost', 'https://.localhost');
    expect(plain.logins).toEqual([undefined, undefined, undefined, undefined]);
    await logins(`HTTPS ${inTls}`, `https://${inTls}`);
    await logins(`HTTPS ${inTls}`, 'HTTPS://localhost/');
    await logins(`HTTPS ${inTls}`, 'https://localhost:1');
    await logins(`HTTPS ${inTls}`, 'localhost');
    expect(secure.logins).toEqual([basic, basic, basic, basic, undefined, undefined, basic, basic]);
  });
});

test('the API and the object storage are asked for each by its own origin, as deliveries need them', async () => {
  const api = await plainServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":1}'));
  });
  const storage = await plainServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { etag: '"0"' }).end());
  });
  const [before, beside] = [await proxyBefore(), await startProxy({ hosts: { 'store.example': '127.0.0.1' } })];
  const askProxy: AskProxy = async ({ url }) => ({
    ok: true,
    list: `PROXY ${placeOf(url.includes('store') ? beside.url : before.url)}`,
  });
  const way = await openWay({
    baseUrl: `http://${server}:${api.port}/api`,
    endpoint: `http://store.example:${storage.port}`,
    network: { proxy: { system: true }, askProxy },
  });
  const outcome = await way.lan.deliver(await way.lease(), contextOf().context);
  expect(outcome.kind).toBe('acknowledged');
  expect(before.asked.every((line) => line.includes(`${server}:${api.port}/api`))).toBe(true);
  expect(before.asked).not.toEqual([]);
  expect(beside.asked.map((line) => line.split(' ')[0])).toEqual(['PUT']);
});

test('provisioning and the first question for this device take the same way', async () => {
  const { port } = await plainServer();
  const proxy = await proxyBefore();
  const setup = openDeviceSetup({
    cloud: {
      baseUrl: `http://${server}:${port}/api`,
      tls: { systemAuthorities: true },
      proxy: { system: true, loginAt: [], noProxy: [] },
    },
    proxyPassword: null,
    askProxy: async () => ({ ok: true, list: `PROXY ${placeOf(proxy.url)}` }),
    version: '0.0.0',
  });
  onTestFinished(() => setup.close());
  const over = new AbortController().signal;
  await setup.provision({ token: 'apt_00', deviceId: 'line-7', name: 'Line 7' }, over);
  await setup.self('adk_00', over);
  expect(proxy.asked.map((line) => line.replace(/^(\w+) .*\/api/, '$1 '))).toEqual([
    'POST /devices/provision',
    'GET /device/self',
  ]);
});

describe('the site doctor', () => {
  async function examine(cloud: Partial<ConfigInput['cloud']>, askProxy: AskProxy) {
    const parsed = parseConfig({ cloud: { baseUrl: 'https://x', deviceId: 'line-7', tls, ...cloud } });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const checks = new Map<string, string>();
    const visit = examineSite({
      config: parsed.config,
      dataDir: await temporaryFolder(),
      secrets: { deviceKey: 'adk_00', s3AccessKeyId: null, s3SecretAccessKey: null, proxyPassword: null },
      files: nodeFiles,
      clock: systemClock,
      signal: new AbortController().signal,
      userAgent: 'test',
      lookup,
      askProxy,
    });
    for await (const check of visit) {
      const { state, text, hint } = spokenCheck(check);
      checks.set(check.code, `${state}: ${text} ${hint}`);
    }
    return checks;
  }
  const says =
    (list: string): AskProxy =>
    async () => ({ ok: true, list });
  const failing: AskProxy = async () => ({ ok: false, reason: 'failed', technical: 'nothing' });

  test('takes the way that deliveries take, and says which', async () => {
    const baseUrl = `${await serverOf('https')}/api`;
    const proxy = await proxyBefore();
    const gone = await nobody();
    const checks = await examine(
      { baseUrl, proxy: { system: true } },
      says(`PROXY ${gone}; PROXY ${placeOf(proxy.url)}; DIRECT`),
    );
    expect(checks.get('proxy-choice')).toMatch(
      new RegExp(`^warning: This PC’s proxy settings say for ${placeOf(baseUrl)}: the proxy ${gone}, then .*directly`),
    );
    expect(checks.get('proxy')).toMatch(/^ok: The proxy .* lets us through/);
    expect(checks.get('tls')).toMatch(/^ok/);
    expect(checks.get('api')).toMatch(/^ok/);
    const straight = await examine({ baseUrl, proxy: { system: true } }, says('DIRECT'));
    expect(straight.get('proxy-choice')).toMatch(/^ok: .*: directly\./);
    expect(straight.has('proxy')).toBe(false);
    expect(straight.get('api')).toMatch(/^ok/);
  });

  test('names what is wrong with a script', async () => {
    const baseUrl = 'https://acusight.example/api';
    const choice = async (pacUrl: string) => {
      const checks = await examine({ baseUrl, proxy: { pacUrl } }, failing);
      expect(checks.get('api')).toMatch(/^skipped/);
      return checks.get('proxy-choice');
    };
    expect(await choice(`http://${await nobody()}/p.pac`)).toMatch(/fault: .*can’t be used: .*does not accept/);
    const page = await plainServer((_request, response) => void response.end('<html>Welcome</html>'));
    expect(await choice(`http://localhost:${page.port}/p.pac`)).toMatch(/what its server answers is no such script/);
    const missing = await plainServer((_request, response) => void response.writeHead(404).end());
    expect(await choice(`http://localhost:${missing.port}/p.pac`)).toMatch(/its server answers 404/);
    const wrong = await plainServer((_request, response) => void response.end('function FindProxyForURL( {'));
    expect(await choice(`http://localhost:${wrong.port}/p.pac`)).toMatch(/it has an error, or does not end/);
  });

  test('says that SOCKS proxies can’t be used', async () => {
    const checks = await examine({ baseUrl: 'https://acusight.example', proxy: { system: true } }, says('SOCKS5 s:1'));
    expect(checks.get('proxy-choice')).toMatch(/^fault: .*SOCKS/);
  });
});

test('a way that breaks once a request is under way is not taken twice for it', async () => {
  const { port } = await plainServer(answerJson);
  const sockets = new Set<Socket>();
  let bodies = 0;
  const breaking = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      bodies += 1;
      socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(breaking, 'listening');
  onTestFinished(() => void breaking.close());
  const { port: place } = breaking.address() as { port: number };
  const { ask } = askerOf({ list: `PROXY localhost:${place}; DIRECT` });
  expect(await ask(`http://${server}:${port}`)).not.toBe('ok');
  expect(bodies).toBe(1);
});
