import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { keyringOf } from '../../../electron/keyring/keyring.ts';
import { Secrets } from '../../../electron/settings/secrets.ts';
import { provisioningTarget, readSetup, saveSetup } from '../../../electron/settings/setup.ts';
import { contract } from '../../../shared/contract.ts';
import { inOneLine } from '../../support/spoken.ts';

/** No secret is entered here. */
const untouched = {} as Secrets;

async function savedAgain(cloud: object): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-setup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const configFile = join(folder, 'config.json');
  const config = { cloud: { baseUrl: 'https://x/api', deviceId: 'line-7', ...cloud }, sources: [] };
  await writeFile(configFile, JSON.stringify(config));
  const form = await readSetup(configFile);
  const started: unknown[] = [];
  const start = async (next: unknown): Promise<void> => void started.push(next);
  const { faults } = await saveSetup({ configFile, secrets: untouched, start }, form);
  expect(faults).toEqual([]);
  expect(started).toHaveLength(1);
  return (JSON.parse(await readFile(configFile, 'utf8')) as { cloud: unknown }).cloud;
}

test.each([
  { url: 'http://proxy:3128', username: 'line', noProxy: ['10.0.0.0/8'] },
  { system: true, noProxy: [] },
  { pacUrl: 'http://wpad/p.pac?site=7', username: 'line', loginAt: ['proxy.plant.local'], noProxy: ['.plant.local'] },
])('a proxy of the file is the same after the form was saved: %j', async (proxy) => {
  expect(await savedAgain({ proxy })).toMatchObject({ proxy });
});

test('what the form does not know stays: whether this PC’s own certificate authorities are trusted', async () => {
  expect(await savedAgain({ tls: { systemAuthorities: false } })).toMatchObject({ tls: { systemAuthorities: false } });
});

test('a secret that is none, or that the environment overrules, is a fault of its field in words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-setup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const configFile = join(folder, 'config.json');
  await writeFile(configFile, JSON.stringify({ cloud: { baseUrl: 'https://x/api', deviceId: 'line-7' } }));
  const secrets = new Secrets({
    dataDir: folder,
    environment: { ACUSIGHT_PROXY_PASSWORD: 'word' },
    keyring: keyringOf({
      isEncryptionAvailable: () => false,
      encryptString: (text) => Buffer.from(text),
      decryptString: String,
    }),
    clock: systemClock,
    files: nodeFiles,
  });
  const form = await readSetup(configFile);
  const answer = await saveSetup(
    { configFile, secrets, start: () => Promise.reject(new Error('it starts')) },
    { ...form, deviceKey: 'adk 1', proxy: { ...form.proxy, password: 'other' } },
  );
  // As the window gets it.
  const { faults } = contract['setup.save'].response.parse(structuredClone(answer));
  expect(faults.map(({ path, message }) => `${path}: ${inOneLine(message)}`)).toEqual([
    'deviceKey: A device key has no spaces or line breaks; it looks like adk_ followed by letters and digits. Correct the entry.',
    'proxy.password: The password of the proxy is given by the environment variable ACUSIGHT_PROXY_PASSWORD of this program, which goes first. Change it there.',
  ]);
});

test('an address that is none is said before anybody is asked for a key', async () => {
  const target = await provisioningTarget('/nowhere/config.json', { baseUrl: 'acusight.io/api', deviceId: 'line-7' });
  expect('fault' in target ? inOneLine(target.fault) : target).toBe(
    'cloud.baseUrl must be an http:// or https:// address without user name, query or fragment, for example https://10.0.0.5/api. Correct it, then try again.',
  );
});
