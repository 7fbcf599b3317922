import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import type { ConfigInput } from '../../shared/config.ts';
import { DesktopApp } from '../support/desktop-app.ts';
import { freePort } from '../support/free-port.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { startProxy } from '../support/http-proxy.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { plainServer } from '../support/tls-server.ts';

/** Proxy scripts and settings as Chromium reads and runs them, in the real product. The server's name only the proxy knows. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const name = 'acusight.example';

let product: DesktopApp;
let running: GatewayProcess | null = null;
beforeEach(async () => {
  product = await DesktopApp.prepare();
});
afterEach(async () => {
  running?.kill();
  await running?.ended;
  running = null;
  await product.dispose();
});

const proxyBefore = () => startProxy({ hosts: { [name]: '127.0.0.1' } });

function configBy(proxy: NonNullable<ConfigInput['cloud']['proxy']>): ConfigInput {
  const base = product.config();
  const baseUrl = base.cloud.baseUrl.replace('127.0.0.1', name);
  return { ...base, cloud: { ...base.cloud, baseUrl, proxy }, sync: { connectTimeoutMilliseconds: 1_000 } };
}

/** `script` is what is served; it may be changed. */
async function scriptServer(script: string) {
  const served = { script, asked: 0, url: '' };
  const { port } = await plainServer((request, response) => {
    served.asked += 1;
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-ns-proxy-autoconfig' }).end(served.script);
  });
  served.url = `http://127.0.0.1:${port}/proxy.pac`;
  return served;
}

async function serveAt(port: number, script: string): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/x-ns-proxy-autoconfig' }).end(script);
  }).listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
}

const scriptThatSays = (list: string): string =>
  `function FindProxyForURL(url, host) { return host === '${name}' ? '${list}' : 'DIRECT'; }`;

async function doctor(config: ConfigInput, environment: NodeJS.ProcessEnv = {}) {
  const file = join(product.folder, 'doctor.json');
  await writeFile(file, JSON.stringify(config));
  const { executable, switches, env } = resolveElectron();
  const words = ['--ozone-platform=headless', root, '--', 'gateway', 'doctor', '--config', file];
  const child = spawn(executable, [...switches, ...words, '--data-dir', product.dataDir, '--json'], {
    env: { ...withoutProxies(), ...env, ACUSIGHT_DEVICE_KEY: product.server.deviceKey, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  await once(child, 'close');
  const { checks } = JSON.parse(stdout) as { checks: { code: string; state: string; text: string }[] };
  return new Map(checks.map(({ code, state, text }) => [code, `${state}: ${text}`]));
}

/** Neither this machine's own proxies nor its desktop have a say here. */
function withoutProxies(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([key]) => !/_proxy$|^XDG_CURRENT_DESKTOP$|^DESKTOP_SESSION$/i.test(key),
  );
  return Object.fromEntries(own.filter(([key]) => !['ELECTRON_RUN_AS_NODE', 'DISPLAY'].includes(key)));
}

async function start(config: ConfigInput, environment: Record<string, string> = {}): Promise<GatewayProcess> {
  const foreign = ['http_proxy', 'https_proxy', 'all_proxy', 'auto_proxy', 'xdg_current_desktop', 'desktop_session'];
  running = await GatewayProcess.start({
    folder: product.folder,
    config,
    deviceKey: product.server.deviceKey,
    environment,
    switches: ['--ozone-platform=headless', '--disable-gpu'],
    without: foreign,
  });
  return running;
}

test('a proxy script leads deliveries and the doctor by the first proxy that is there', async () => {
  const proxy = await proxyBefore();
  const gone = `localhost:${await freePort()}`;
  const list = `PROXY ${gone}; PROXY ${new URL(proxy.url).host}; DIRECT`;
  const { url } = await scriptServer(scriptThatSays(list));
  const config = configBy({ pacUrl: url });
  await fillFolder(product.input, { count: 4, bytes: 40_000 });
  const run = await (await start(config)).ended;
  expect(run.exitCode, run.stderr).toBe(0);
  expect((await product.server.stats()).images).toBe(4);
  expect(proxy.asked.length).toBeGreaterThanOrEqual(4);
  const checks = await doctor(config);
  expect(checks.get('proxy-choice')).toMatch(new RegExp(`^warning: The proxy script .*the proxy ${gone}, then`));
  expect(checks.get('key')).toMatch(/^ok/);
});

// Elsewhere the settings are those of whoever runs the tests, which are not ours to change.
test.skipIf(process.platform !== 'linux')(
  'as this PC is set up: on Linux without a desktop that is what the environment says, and only where the site wants it',
  async () => {
    const proxy = await proxyBefore();
    const environment = { http_proxy: proxy.url };
    await fillFolder(product.input, { count: 3, bytes: 40_000 });
    const run = await (await start(configBy({ system: true }), environment)).ended;
    expect(run.exitCode, run.stderr).toBe(0);
    expect((await product.server.stats()).images).toBe(3);
    const checks = await doctor(configBy({ system: true }), environment);
    expect(checks.get('proxy-choice')).toMatch(/^ok: This PC’s proxy settings say .*: the proxy localhost:\d+\.$/);
    expect(checks.get('key')).toMatch(/^ok/);
    const asked = proxy.asked.length;
    const { proxy: _none, ...cloud } = configBy({ system: true }).cloud;
    await doctor({ ...configBy({ system: true }), cloud }, environment);
    expect(proxy.asked).toHaveLength(asked);
  },
);

test.each([
  ['that is nowhere', null, 'proxy-script', /fault: .*can’t be used: its server does not accept/],
  ['that is a web page', '<html>Welcome</html>', 'proxy-script', /fault: .*no such script/],
  ['that fails', 'function FindProxyForURL() { throw new Error(); }', 'proxy-script', /fault: .*has an error/],
  ['that does not end', 'function FindProxyForURL() { for (;;); }', 'proxy-script-silent', /fault: .*does not end/],
] as const)(
  'a proxy script %s is named, and needs no restart once it is mended',
  async (_what, script, code, words) => {
    const proxy = await proxyBefore();
    const served = await scriptServer(script ?? '');
    const port = script === null ? await freePort() : 0;
    const url = script === null ? `http://127.0.0.1:${port}/proxy.pac` : served.url;
    const config = configBy({ pacUrl: url });
    expect((await doctor(config)).get('proxy-choice')).toMatch(words);
    await fillFolder(product.input, { count: 3, bytes: 40_000 });
    const gateway = await start(config);
    const failed = await gateway.until(({ event }) => event === 'probe-failed');
    expect(failed).toMatchObject({ message: { code } });
    const good = scriptThatSays(`PROXY ${new URL(proxy.url).host}`);
    served.script = good;
    if (script === null) await serveAt(port, good);
    const run = await gateway.ended;
    expect(run.exitCode, run.stderr).toBe(0);
    expect((await product.server.stats()).images).toBe(3);
  },
);
