import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../electron/gateway/platform/clock.ts';
import { nodeFiles } from '../../../electron/gateway/platform/files.ts';
import { type Keyring, keyringOf, type Vault } from '../../../electron/keyring/keyring.ts';
import { loadConfig } from '../../../electron/settings/config-file.ts';
import { provisioner } from '../../../electron/settings/provisioning.ts';
import { type SecretName, Secrets } from '../../../electron/settings/secrets.ts';
import { loadSecrets } from '../../../electron/settings/secrets-at-start.ts';
import { startServer } from '../../support/gateway-fixture.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { failureTold } from '../../support/spoken.ts';
import { temporaryFolder } from '../../support/store.ts';

/** Provisioning from the window through a proxy whose password is in the keyring. */

const vault: Vault = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(text),
  decryptString: (bytes) => {
    if (String(bytes) === 'foreign') throw new Error('another keyring');
    return String(bytes);
  },
};
const silence = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** As the program starts; what the configuration holds then is in it when `config` is given. */
async function startProgram(kept: Partial<Record<SecretName, string>>, isLocked: boolean, config?: object) {
  const dataDir = await temporaryFolder();
  const common = { dataDir, environment: {}, clock: systemClock, files: nodeFiles };
  const before = new Secrets({ ...common, keyring: keyringOf(vault) });
  await before.load();
  await before.store(kept);
  const asked: number[] = [];
  const keyring: Keyring = {
    ...keyringOf(vault),
    open: (sealed, signal) => {
      asked.push(sealed.length);
      return isLocked ? silence(signal) : keyringOf(vault).open(sealed, signal);
    },
    lock: async () => (isLocked ? 'locked' : 'absent'),
  };
  const secrets = new Secrets({ ...common, keyring });
  onTestFinished(() => secrets.close());
  const configFile = join(dataDir, 'config.json');
  if (config !== undefined) await writeFile(configFile, JSON.stringify(config));
  await loadSecrets(secrets, await loadConfig(configFile), systemClock);
  const askProxy = async () => ({ ok: false, reason: 'failed', technical: 'not here' }) as const;
  const provision = provisioner({ secrets, configFile, version: '1.2.3', askProxy });
  return { secrets, asked, configFile, provision };
}

async function site() {
  const server = await startServer();
  const proxy = await startProxy({ login: 'line:word' });
  const cloud = { baseUrl: server.baseUrl, deviceId: 'line-8' };
  const { url } = proxy;
  const throughProxy = { cloud: { ...cloud, proxy: { url, username: 'line', noProxy: [] } } };
  const request = { ...cloud, token: server.provisioningToken, name: 'Line 8' };
  return { server, proxy, cloud, throughProxy, request };
}

describe('provisioning with a configuration that was corrected by hand since the program started', () => {
  test('asks the keyring for the password of the proxy, and shows it', async () => {
    const { proxy, throughProxy, request } = await site();
    const { asked, configFile, provision } = await startProgram({ proxyPassword: 'word' }, false);
    expect(asked).toEqual([]);
    await writeFile(configFile, JSON.stringify(throughProxy));
    expect(await provision(request)).toMatchObject({ ok: true, deviceId: 'line-8' });
    expect(asked).toEqual([1]);
    const login = `Basic ${Buffer.from('line:word').toString('base64')}`;
    expect(new Set(proxy.logins)).toEqual(new Set([login]));
  });

  test('says that the keyring is locked, asks the proxy for nothing, and what was waited for still is', async () => {
    const { proxy, cloud, throughProxy, request } = await site();
    const kept = { deviceKey: 'adk_1', proxyPassword: 'word' };
    const { secrets, configFile, provision } = await startProgram(kept, true, { cloud });
    expect(secrets.waiting?.names).toEqual(['deviceKey']);
    await writeFile(configFile, JSON.stringify(throughProxy));
    const answer = await provision(request);
    if (answer.ok) throw new Error('the keyring is locked');
    expect(failureTold(answer)).toMatchObject({
      code: 'keyring-shut',
      text: 'The password of the proxy can’t be read: this PC’s keyring is locked.',
    });
    expect(proxy.asked).toEqual([]);
    expect(secrets.waiting?.names).toEqual(['deviceKey', 'proxyPassword']);
  });

  test('goes on telling of a secret that this user’s keyring can’t open', async () => {
    const { cloud, throughProxy, request } = await site();
    const objectStore = { endpoint: 'https://127.0.0.1:9', bucket: 'pictures' };
    const lan = { mode: 'lan', objectStore };
    const kept = { s3AccessKeyId: 'id', s3SecretAccessKey: 'foreign', proxyPassword: 'word' };
    const { secrets, configFile, provision } = await startProgram(kept, false, { cloud: { ...cloud, ...lan } });
    expect(secrets.problems).toHaveLength(1);
    await writeFile(configFile, JSON.stringify({ cloud: { ...throughProxy.cloud, ...lan } }));
    expect(await provision(request)).toMatchObject({ ok: true });
    await expect.poll(() => secrets.waiting).toBeNull();
    expect(secrets.isForeign('s3SecretAccessKey')).toBe(true);
    expect(secrets.problems).toHaveLength(1);
    expect(secrets.all()).toMatchObject({ s3AccessKeyId: 'id', s3SecretAccessKey: null, proxyPassword: 'word' });
  });

  test('asks for nothing where the way to the cloud needs no secret', async () => {
    const { cloud, request } = await site();
    const { asked, configFile, provision } = await startProgram({ deviceKey: 'adk_1', proxyPassword: 'word' }, true);
    await writeFile(configFile, JSON.stringify({ cloud }));
    expect(await provision(request)).toMatchObject({ ok: true });
    expect(asked).toEqual([]);
  });
});
