import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { meaningOfLoss } from '../../../electron/gateway/cloud/acusight/connection-failures.ts';
import { exchange } from '../../../electron/gateway/cloud/http/http-exchange.ts';
import { makeNetwork, type NetworkOptions } from '../../../electron/gateway/cloud/http/network.ts';
import type { SystemFacts } from '../../../electron/gateway/cloud/http/tls/trust.ts';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { certificatesInFiles } from '../../../electron/gateway/platform/system-certificates.ts';
import { examineSite } from '../../../electron/gateway/wiring/site-doctor.ts';
import { type ConfigInput, parseConfig } from '../../../shared/config.ts';
import { authorityText, certificateStore, type TestStore } from '../../support/certificate-store.ts';
import { contextOf, openWay } from '../../support/deliveries.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { mayMount } from '../../support/memory-disk.ts';
import { codeOf, spokenCheck } from '../../support/spoken.ts';
import { temporaryFolder } from '../../support/store.ts';
import { authority, certificate, plainServer, secureServer } from '../../support/tls-server.ts';

/** Authorities that only the PC's own store of certificates holds, as IT rolls them out. */

/** Each call is a connection of its own: `ok`, or the code of the failure. */
function askerOf(wish: Partial<NetworkOptions>) {
  const network = makeNetwork({
    tls: {},
    connections: 1,
    connectTimeoutMilliseconds: 2_000,
    userAgent: 'gateway/1',
    ...wish,
  });
  onTestFinished(() => network.close());
  return async (url: string): Promise<string> => {
    const answer = await exchange(network.transportFor(url), {
      method: 'GET',
      path: '/',
      headers: { connection: 'close' },
      body: { kind: 'none' },
      silenceMilliseconds: 2_000,
    });
    if (answer.kind === 'answer') return answer.status === 200 ? 'ok' : `HTTP ${answer.status}`;
    return answer.kind === 'lost' ? codeOf(meaningOfLoss(answer.error, answer.sent).message) : answer.kind;
  };
}

const plant = await authorityText('plant-ca');
const other = await authorityText('other-ca');

describe('an authority of this PC’s certificate store', () => {
  test('is trusted without a setting, beside the file that is named, and not where a site says no', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const { system, hold } = await certificateStore();
    await hold(other);
    expect(await askerOf({ system })(url)).toBe('certificate-untrusted');
    await hold(other, plant);
    expect(await askerOf({ system })(url)).toBe('ok');
    expect(await askerOf({ system, tls: { caFile: authority('other-ca') } })(url)).toBe('ok');
    expect(await askerOf({ system, tls: { systemAuthorities: false } })(url)).toBe('certificate-untrusted');
    await hold(other);
    expect(await askerOf({ system, tls: { caFile: authority('plant-ca') } })(url)).toBe('ok');
  });

  test('leaves all else of a certificate to be checked', async () => {
    const { system, hold } = await certificateStore();
    await hold(plant);
    const ask = askerOf({ system });
    const expected = { 'wrong-host': 'wrong-host', expired: 'expired', 'not-yet': 'not-yet-valid' } as const;
    for (const name of ['wrong-host', 'expired', 'not-yet'] as const) {
      const { port } = await secureServer(name);
      expect(await ask(`https://localhost:${port}`)).toBe(`certificate-${expected[name]}`);
    }
    const { port } = await secureServer('server');
    const pinned = askerOf({ system, tls: { pinnedSha256: '0'.repeat(64) } });
    expect(await pinned(`https://localhost:${port}`)).toBe('certificate-pin-mismatch');
  });

  test('that is rolled out while the gateway runs is trusted at the next attempt, and one that is taken away is not', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const { system, hold } = await certificateStore();
    const ask = askerOf({ system });
    expect(await ask(url)).toBe('certificate-untrusted');
    await hold(other);
    expect(await ask(url)).toBe('certificate-untrusted');
    await hold(other, plant);
    expect(await ask(url)).toBe('ok');
    await hold(other);
    expect(await ask(url)).toBe('certificate-untrusted');
  });

  test('is found at the next attempt too where a store does not tell that it has changed', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const { system, hold } = await certificateStore();
    await hold(other);
    const ask = askerOf({ system: { ...system, stamp: () => '' } });
    expect(await ask(url)).toBe('certificate-untrusted');
    await hold(other, plant);
    expect(await ask(url)).toBe('ok');
  });

  test('vouches for an encrypted proxy, and for both servers of LAN mode', async () => {
    const server = await secureServer('server');
    const url = `https://localhost:${server.port}`;
    const { system, hold } = await certificateStore();
    await hold(plant);
    const proxy = await startProxy({ secure: true });
    expect(await askerOf({ system, proxy: { url: proxy.url, noProxy: [] } })(url)).toBe('ok');
    const way = await openWay({ baseUrl: `${url}/api`, endpoint: url, network: { system } });
    const entry = await way.lease();
    for (const delivery of [way.cloud, way.lan]) {
      const outcome = JSON.stringify(await delivery.deliver(entry, contextOf().context));
      expect(outcome).not.toContain('certificate');
    }
  });

  test('is missed by nobody where others of the store are damaged: they are left out and counted', async () => {
    const { port } = await secureServer('server');
    const { system, hold } = await certificateStore();
    const cut = other.slice(0, other.length / 2);
    const wrong = other.replace(/[A-Za-z]{20}/, '????????????????????');
    await hold(cut, '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', wrong, plant, cut);
    const told: SystemFacts[] = [];
    const ask = askerOf({ system, onSystem: (facts) => told.push(facts) });
    expect(await ask(`https://localhost:${port}`)).toBe('ok');
    expect(await ask(`https://localhost:${port}`)).toBe('ok');
    expect(told).toMatchObject([{ authorities: 1, unusable: 4, fault: null }]);
  });

  test('takes nothing from the usual ones where the store can’t be read or is not there', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const { system } = await certificateStore();
    const tls = { caFile: authority('plant-ca') };
    expect(await askerOf({ system, tls })(url)).toBe('ok');
    const told: SystemFacts[] = [];
    const broken = {
      read: () => {
        throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
      },
      stamp: () => '',
    };
    expect(await askerOf({ system: broken, tls, onSystem: (facts) => told.push(facts) })(url)).toBe('ok');
    expect(told).toMatchObject([{ fault: expect.stringContaining('EACCES') }]);
  });

  test('stays trusted while the store, or the file that is named, can’t be read for a moment', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const { system, hold, bundle } = await certificateStore();
    await hold(plant);
    let broken = false;
    const flaky = {
      read: () => {
        if (broken) throw new Error('away');
        return system.read();
      },
      stamp: () => String(broken),
    };
    const ask = askerOf({ system: flaky });
    expect(await ask(url)).toBe('ok');
    broken = true;
    expect(await ask(url)).toBe('ok');
    const named = askerOf({ tls: { caFile: bundle, systemAuthorities: false } });
    expect(await named(url)).toBe('ok');
    await writeFile(bundle, 'half of a ');
    expect(await named(url)).toBe('ok');
  });
});

test('a file of authorities that is changed while the gateway runs is read again once a certificate was refused', async () => {
  const { port } = await secureServer('server');
  const url = `https://localhost:${port}`;
  const { hold, bundle } = await certificateStore();
  await hold(other);
  const ask = askerOf({ tls: { caFile: bundle, systemAuthorities: false } });
  expect(await ask(url)).toBe('certificate-untrusted');
  await writeFile(bundle, 'half of a ');
  expect(await ask(url)).toBe('certificate-untrusted');
  await hold(other, plant);
  expect(await ask(url)).toBe('ok');
});

describe('a certificate that this PC’s administrator distrusts', () => {
  async function distrusting(text: string): Promise<TestStore> {
    const store = await certificateStore();
    await store.hold(plant);
    await store.block(text);
    return store;
  }

  test('is refused: the server’s own by its name, and an authority’s wherever it is trusted', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const own = await distrusting(certificate('server'));
    expect(await askerOf({ system: own.system })(url)).toBe('certificate-distrusted');
    const renewed = await secureServer('renewed');
    expect(await askerOf({ system: own.system })(`https://localhost:${renewed.port}`)).toBe('ok');
    const above = await distrusting(plant);
    expect(await askerOf({ system: above.system })(url)).toBe('certificate-untrusted');
    const named = { caFile: authority('plant-ca') };
    expect(await askerOf({ system: above.system, tls: named })(url)).toBe('certificate-untrusted');
  });

  // Making links takes a privilege on Windows, where the store is no files anyway.
  test.skipIf(process.platform === 'win32')(
    'is refused although other entries of the list can’t be read, and these are counted',
    async () => {
      const { port } = await secureServer('server');
      const { system, bundle } = await distrusting(certificate('server'));
      const blocklist = join(dirname(bundle), 'blocklist');
      await symlink('/nowhere/at.all', join(blocklist, 'a-dangling.pem'));
      await symlink(dirname(bundle), join(blocklist, 'b-folder.pem'));
      await symlink('round.pem', join(blocklist, 'round.pem'));
      const told: SystemFacts[] = [];
      const ask = askerOf({ system, onSystem: (facts) => told.push(facts) });
      expect(await ask(`https://localhost:${port}`)).toBe('certificate-distrusted');
      expect(told).toMatchObject([{ authorities: 1, distrusted: 1, unusable: 3, fault: null }]);
    },
  );

  test.skipIf(process.platform === 'win32')(
    'is refused although the bundle of authorities, or another list, can’t be looked at, and that is told',
    async () => {
      const { port } = await secureServer('server');
      const url = `https://localhost:${port}`;
      const { system, bundle } = await distrusting(certificate('server'));
      const round = join(dirname(bundle), 'round');
      await symlink('round', round);
      const lists = [join(dirname(bundle), 'blocklist'), round, join(bundle, 'no-folder'), join(round, 'gone')];
      const tls = { caFile: authority('plant-ca') };
      for (const bundles of [[bundle], [round]]) {
        const told: SystemFacts[] = [];
        const partly = certificatesInFiles({ bundles, blocklists: lists });
        const ask = askerOf({ system: partly, tls, onSystem: (facts) => told.push(facts) });
        expect(await ask(url)).toBe('certificate-distrusted');
        expect(told).toMatchObject([{ distrusted: 1, fault: expect.stringContaining('ELOOP') }]);
      }
      expect(system.read().fault).toBe(null);
    },
  );

  test('is refused from the next connection on, although an earlier session could be resumed', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const { system, hold, block } = await certificateStore();
    await hold(plant);
    const ask = askerOf({ system });
    expect([await ask(url), await ask(url)]).toEqual(['ok', 'ok']);
    await block(certificate('server'));
    expect([await ask(url), await ask(url)]).toEqual(['certificate-distrusted', 'certificate-distrusted']);
  });

  test('is shown nothing of a request', async () => {
    let requests = 0;
    const { port } = await secureServer('server', (request, response) => {
      requests += 1;
      request.resume();
      response.end('{}');
    });
    const { system } = await distrusting(certificate('server'));
    await askerOf({ system })(`https://localhost:${port}`);
    expect(requests).toBe(0);
  });
});

async function examine(system: TestStore['system'], cloud: Partial<ConfigInput['cloud']>) {
  const parsed = parseConfig({ cloud: { baseUrl: 'https://localhost', deviceId: 'line-7', ...cloud } });
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
    system,
  });
  for await (const check of visit) {
    const { state, text } = spokenCheck(check);
    checks.set(check.code, `${state}: ${text}`);
  }
  return checks;
}

describe('the site doctor', () => {
  test('says what the store gives, trusts what deliveries trust, and names what is distrusted', async () => {
    const { port } = await secureServer('server');
    const baseUrl = `https://localhost:${port}/api`;
    const { system, hold, block, bundle } = await certificateStore();
    await hold(plant, other);
    const good = await examine(system, { baseUrl });
    expect(good.get('system-certificates')).toBe(
      `ok: 2 authorities of ${bundle} are trusted beside the built-in ones.`,
    );
    expect(good.get('tls')).toMatch(/^ok: .*issued by “Acusight test plant authority”/);
    const without = await examine(system, { baseUrl, tls: { systemAuthorities: false } });
    expect(without.has('system-certificates')).toBe(false);
    expect(without.get('tls')).toMatch(/^fault: This PC does not trust/);
    await hold(plant, other.slice(0, 200));
    expect((await examine(system, { baseUrl })).get('system-certificates')).toMatch(/^warning: .*1 entry .*damaged/);
    await block(certificate('server'));
    expect((await examine(system, { baseUrl })).get('tls')).toMatch(/^fault: .*distrusted on this PC/);
  });
});

describe('the site doctor before what is not whole', () => {
  test('warns of certificates that are cut off in the file, and takes the others', async () => {
    const { port } = await secureServer('server');
    const { system, bundle } = await certificateStore();
    await writeFile(`${bundle}.named`, `${plant}\n${other.slice(0, 200)}`);
    const checks = await examine(system, {
      baseUrl: `https://localhost:${port}/api`,
      tls: { caFile: `${bundle}.named` },
    });
    expect(checks.get('ca-file')).toMatch(/^warning: .* is trusted, but 1 certificate in it is cut off/);
    expect(checks.get('tls')).toMatch(/^ok/);
  });

  test('warns of a list of distrusted certificates that can’t be read whole', async () => {
    const { system, hold } = await certificateStore();
    await hold(plant);
    const partly = { ...system, read: () => ({ ...system.read(), fault: 'EACCES: permission denied' }) };
    const found = (await examine(partly, {})).get('system-certificates');
    expect(found).toMatch(/^warning: 1 authority of .* is trusted, but its certificate store can’t be read whole/);
  });
});

describe('the site doctor before an encrypted proxy', () => {
  // Of the names in the certificate `wrong-host`; the proxy shows the certificate `server`.
  const behind = 'acusight.example';

  test.each(['https', 'http'] as const)(
    'says what deliveries find of its certificate, for an %s server',
    async (scheme) => {
      const { port } = scheme === 'https' ? await secureServer('wrong-host') : await plainServer();
      const proxy = await startProxy({ secure: true, hosts: { [behind]: '127.0.0.1' } });
      const cloud = { baseUrl: `${scheme}://${behind}:${port}/api`, proxy: { url: proxy.url } };
      const { system, hold, block } = await certificateStore();
      await hold(plant);
      expect((await examine(system, cloud)).get('proxy')).toMatch(/^ok: The proxy .* lets us through/);
      await hold(other);
      expect((await examine(system, cloud)).get('proxy')).toMatch(
        /^fault: .* does not trust .* certificate of the proxy/,
      );
      await hold(plant);
      await block(certificate('server'));
      const asked = proxy.asked.length;
      const checks = await examine(system, cloud);
      expect(checks.get('proxy')).toMatch(/^fault: The certificate of the proxy .* is distrusted on this PC/);
      expect(checks.get('api')).toMatch(/^skipped/);
      expect(proxy.asked).toHaveLength(asked);
    },
  );
});

const probe = fileURLToPath(new URL('../../support/tls-probe.ts', import.meta.url));
const debianBundle = '/etc/ssl/certs/ca-certificates.crt';

describe.skipIf(!mayMount || !existsSync(debianBundle))('this very PC’s own store', () => {
  test('is the one that is read: an authority put there is trusted, the environment adds none', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const folder = await temporaryFolder();
    const bundle = join(folder, 'bundle.crt');
    await writeFile(bundle, `${await readFile(debianBundle, 'latin1')}\n${plant}`);
    const run = async (words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> => {
      const [program = '', ...rest] = [...words, process.execPath, probe, url];
      return (await promisify(execFile)(program, rest, { env: { ...process.env, ...environment } })).stdout.trim();
    };
    // A view of its own of the file system: nobody else sees what is laid over the file there.
    const script = `mount --bind ${bundle} ${debianBundle} && exec "$@"`;
    expect(await run(['unshare', '--mount', 'sh', '-c', script, 'sh'])).toBe('answer');
    expect(await run([])).toBe('certificate-untrusted');
    expect(await run([], { SSL_CERT_FILE: bundle })).toBe('certificate-untrusted');
  });
});
